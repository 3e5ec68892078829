// The tour of the README, typed as it stands: its blocks in order, on a fresh demo, each answer beside the one shown.
//
//   node .ci/tour.mjs <folder with var/demo-credentials.json> <base URL>
//
// A block without a language, or of JSON, shows what the block before it answers; a comment that is JSON shows the answer of
// its line. Numbers, times, ids and codes may differ; `…` stands for anything. The Indonesian twin has the same blocks.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [folder, url] = process.argv.slice(2);
const READMES = ['README.md', 'README.id.md'];

/** Fenced blocks of the tour: { lang, text }. */
function blocks(name) {
  const text = readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8');
  const tour = text.slice(text.indexOf('### 1. '));
  return [...tour.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, lang, body]) => ({ lang, text: body }));
}

/** The same without the comments on commands, which each language has its own of. */
const bare = ({ lang, text }) => (lang === 'sh' ? text.replace(/ +# .*$/gm, '') : text);

/** What differs from day to day. */
const VARIES = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b|\b(?:[0-9A-Z]{2,7}-)+[0-9A-Z]+\b|\d+\/[0-9A-Z]{7}\/|\d+|…/g;

/** What is shown, as a pattern for what comes. Blanks do not matter. */
function pattern(shown) {
  const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const text = shown.replace(/\s+/g, '');
  let [made, last] = ['', 0];
  for (const match of text.matchAll(VARIES)) {
    const stands = match[0] === '…' ? '.*' : /^\d+$/.test(match[0]) ? '\\d+' : '[0-9A-Za-z/-]+';
    made += escape(text.slice(last, match.index)) + stands;
    last = match.index + match[0].length;
  }
  return new RegExp(made + escape(text.slice(last)), 's');
}

const MARK = '---- the next block';
const all = blocks('README.md');
const typed = all.filter((b) => b.lang === 'sh').map((b) => b.text.replace('http://127.0.0.1:8080', url));
const ran = spawnSync('bash', ['-c', `set -o pipefail\n${typed.map((t) => `${t}\necho "${MARK}"`).join('\n')}`], {
  cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26, timeout: 300_000,
});
const answers = ran.stdout.split(`${MARK}\n`);
const faults = [];
if (ran.status !== 0 || answers.length !== typed.length + 1) faults.push(`it ends with ${ran.status}: ${ran.stderr}`);

const shown = all.map((b) => b.text).join('');
for (const [, problem] of ran.stdout.matchAll(/"type":"\/problems\/([^"]+)"/g)) {
  if (!shown.includes(`/problems/${problem}`)) faults.push(`it meets the problem ${problem}, which is not shown`);
}
let at = -1;
for (const { lang, text } of all) {
  if (lang === 'sh') {
    at += 1;
    let rest = answers[at] ?? '';
    for (const line of text.split('\n').map((l) => l.match(/ # ("[^"]*"|[{[].*[}\]])/)?.[1]).filter(Boolean)) {
      const found = rest.split('\n').findIndex((answer) => pattern(line).test(answer.replace(/\s+/g, '')));
      if (found < 0) faults.push(`block ${at + 1} does not answer ${line}, but:\n${answers[at]}`);
      rest = rest.split('\n').slice(found + 1).join('\n');
    }
  } else if (!pattern(text).test((answers[at] ?? '').replace(/\s+/g, ''))) {
    faults.push(`block ${at + 1} does not answer\n${text}\nbut:\n${answers[at]}`);
  }
}
const [own, twin] = READMES.map((name) => blocks(name).map(bare));
own.forEach((block, index) => {
  if (block !== twin[index]) faults.push(`${READMES[1]} has not this block:\n${block}`);
});
if (own.length !== twin.length) faults.push(`${READMES[1]} has ${twin.length} blocks, not ${own.length}`);

for (const fault of faults) console.error(`tour: ${fault}`);
if (faults.length === 0) console.log(`tour: ${typed.length} blocks answer as the README shows`);
process.exit(faults.length === 0 ? 0 : 1);
