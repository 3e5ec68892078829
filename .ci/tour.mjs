// Types the tour of the README and of docs/tour on a fresh demo and compares every answer with the one that the paper shows.
//
//   node .ci/tour.mjs <folder with var/demo-credentials.json> <base URL>
//
// The README's tour is between `<!-- tour -->` and `<!-- end of tour -->`; of a chapter all blocks count. A comment that
// begins with a JSON value shows the answer of its line; a block without a language, or of json, shows the rest of the answers
// of the block before it. Together they are the whole output: a line more, a line less, another number is a fault. Blanks do
// not count. `…` is any text; a mark such as <id> is a value that differs from run to run: see MARKS. Each paper has an Indonesian
// translation with the same blocks; only remarks in comments differ.

import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [folder, url] = process.argv.slice(2);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HELPERS = 'docs/tour/helpers.sh';
const ADDRESS = 'http://127.0.0.1:8080';

/** What differs from run to run, and what it looks like. */
const MARKS = {
  id: '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}',
  time: '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z',
  date: '\\d{4}-\\d\\d-\\d\\d',
  reference: '\\d{4}-\\d\\d-[2-9A-Z]{4}-[2-9A-Z]{3}',
  code: '[2-9A-Z]{4}-[2-9A-Z]{4}',
  letter: '460/[0-9A-Z]{7}/SLRT-[0-9.]+/\\d{4}',
  trace: '[0-9a-f]{32}',
  n: '\\d+',
};

// ---- Reading the papers ---------------------------------------------------------------------------------------------

/** Fenced blocks of the tour in a paper: { lang, text }. */
function blocks(paper) {
  let text = readFileSync(`${ROOT}${paper}`, 'utf8');
  if (paper.startsWith('README')) {
    const [, tour] = text.match(/<!-- tour -->(.*)<!-- end of tour -->/s) ?? [];
    if (!tour) throw new Error(`${paper} has no tour between its marks`);
    text = tour;
  }
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, lang, body]) => ({ lang, text: body }));
}

const chapters = readdirSync(`${ROOT}docs/tour`).filter((name) => /^\d.*\.md$/.test(name)).sort();
const PAPERS = [
  { name: 'README.md', translation: 'README.id.md' },
  ...chapters.map((name) => ({ name: `docs/tour/${name}`, translation: `docs/tour/id/${name}` })),
];

const COMMENT = /^(.*?)(?:^| +)# ?(.*)$/;
const VALUE = /^(?:"(?:[^"\\]|\\.)*"|[{[].*[}\]]|-?\d+(?:\.\d+)?(?!\S)|(?:true|false|null)(?!\S))/;

/** The JSON value with which the comment of a line begins. */
const shownIn = (line) => line.match(COMMENT)?.[2].match(VALUE)?.[0];

/** A block without its remarks, in which the translations differ. */
function bare({ lang, text }) {
  if (lang !== 'sh') return text;
  const line = (one) => {
    const [, command, comment] = one.match(COMMENT) ?? [];
    return comment === undefined ? one : `${command} # ${comment.match(VALUE)?.[0] ?? ''}`;
  };
  return text.split('\n').map(line).join('\n');
}

// ---- Comparing ------------------------------------------------------------------------------------------------------

const squeeze = (text) => text.replace(/\s+/g, '');

/** A piece without `…` as the source of a pattern. */
function pattern(piece) {
  const escape = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  return piece.split(/(<[a-z]+>)/).map((part, index) => {
    if (index % 2 === 0) return escape(part);
    const mark = MARKS[part.slice(1, -1)];
    if (!mark) throw new Error(`the tour uses the mark ${part}, which .ci/tour.mjs does not know`);
    return mark;
  }).join('');
}

/** The first piece of what is shown that the answer does not have, or nothing when they agree. */
function difference(shown, answer) {
  const pieces = squeeze(shown).split('…');
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    const [first, last] = [index === 0, index === pieces.length - 1];
    const found = new RegExp(`${first ? '^' : ''}(?:${pattern(piece)})${last ? '$' : ''}`).exec(answer.slice(at));
    if (!found) return { piece, rest: answer.slice(at) };
    at += found.index + found[0].length;
  }
  return undefined;
}

// ---- Typing ---------------------------------------------------------------------------------------------------------

const END = '---- end of block';
// Each paper begins with tokens that are too old: the helpers have to renew them.
const AGE = 'for file in var/tour-token-*; do [ -e "$file" ] && echo expired > "$file" && touch -t 200001010000 "$file"; done';
const steps = [];
const script = ['set -o pipefail', `API=${url}`];
const faults = [];
for (const paper of PAPERS) {
  const own = blocks(paper.name);
  const translated = blocks(paper.translation);
  script.push(AGE);
  own.forEach((block, index) => {
    if (!translated[index] || bare(block) !== bare(translated[index])) faults.push(`${paper.translation} does not have this block:\n${block.text}`);
    if (block.lang === 'sh') {
      steps.push({ paper: paper.name, text: block.text, shown: block.text.split('\n').map(shownIn).filter(Boolean).join('\n') });
      script.push(block.text.replaceAll(HELPERS, `${ROOT}${HELPERS}`), `echo "${END}"`);
    } else if (['', 'json'].includes(block.lang)) {
      steps.at(-1).shown += `\n${block.text.replaceAll(ADDRESS, url)}`;
    }
  });
  if (own.length !== translated.length) faults.push(`${paper.translation} has ${translated.length} blocks, not ${own.length}`);
}

const ran = spawnSync('bash', ['-c', script.join('\n')], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26, timeout: 300_000 });
const answers = ran.stdout.split(`${END}\n`);
if (ran.status !== 0 || ran.stderr !== '' || answers.length !== steps.length + 1) {
  faults.push(`it ends with ${ran.status} after ${answers.length - 1} of ${steps.length} blocks: ${ran.stderr}`);
}
steps.forEach(({ paper, text, shown }, index) => {
  const answer = squeeze(answers[index] ?? '');
  const wrong = difference(shown, answer);
  if (wrong) {
    faults.push(`${paper}: the block\n${text}\nanswers\n${answers[index]}\nwhere the paper shows\n  ${wrong.piece}\nthere comes\n  ${wrong.rest.slice(0, 400)}\n`);
  }
});

for (const fault of faults) console.error(`tour: ${fault}`);
if (faults.length === 0) console.log(`tour: ${steps.length} blocks of ${PAPERS.length} papers answer as they show`);
process.exit(faults.length === 0 ? 0 : 1);
