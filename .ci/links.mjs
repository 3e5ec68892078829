// Checks the papers: every link between them leads to a file and a heading that exist, every paper can be reached from the
// README, and no paragraph or list item is longer than six lines.
//
//   node .ci/links.mjs

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NOT_OURS = new Set(['target', 'var', 'node_modules', '.git']);
const START = ['README.md', 'README.id.md'];
const MAX_LINES = 6;
const MAX_CHARACTERS = MAX_LINES * 125;

function papers(folder = ROOT) {
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => !NOT_OURS.has(entry.name)).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return papers(path);
    return entry.name.endsWith('.md') ? [relative(ROOT, path)] : [];
  });
}

/** The text without code: neither fenced nor between backticks. Line numbers stay. */
const prose = (text) =>
  text.replace(/^```.*?^```$/gms, (code) => code.replace(/.+/g, '')).replace(/`[^`\n]*`/g, (code) => '`'.repeat(code.length));

/** The anchor that a forge gives to a heading. */
const anchor = (heading) => heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');

function anchors(text) {
  const withoutCode = text.replace(/^```.*?^```$/gms, '');
  const headings = [...withoutCode.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => anchor(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')));
  const seen = new Map();
  return new Set(headings.map((name) => {
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return times === 0 ? name : `${name}-${times}`;
  }));
}

const links = (text) => [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);

/** Paragraphs and list items with the line on which they begin; no tables, no headings. */
function paragraphs(text) {
  const found = [];
  let current;
  prose(text).split('\n').forEach((line, index) => {
    const item = /^\s*(?:[-*]|\d+\.) /.test(line);
    const other = line.trim() === '' || /^(?:#|\||<!--)/.test(line);
    if (other || item) current = undefined;
    if (other) return;
    if (!current) found.push((current = { line: index + 1, lines: 0, characters: 0 }));
    current.lines += 1;
    current.characters += line.trim().length;
  });
  return found;
}

const faults = [];
const texts = new Map(papers().map((name) => [name, readFileSync(join(ROOT, name), 'utf8')]));
const leadsTo = new Map();
for (const [name, text] of texts) {
  leadsTo.set(name, []);
  for (const link of links(text)) {
    if (/^[a-z]+:/.test(link)) continue;
    const [path, fragment] = link.split('#');
    const target = path === '' ? name : normalize(join(dirname(name), decodeURI(path)));
    if (!existsSync(join(ROOT, target))) {
      faults.push(`${name} links to ${link}, which is not there`);
      continue;
    }
    const paper = statSync(join(ROOT, target)).isDirectory() ? undefined : texts.get(target);
    if (fragment && paper && !anchors(paper).has(fragment)) faults.push(`${name} links to ${link}, which has no such heading`);
    if (paper) leadsTo.get(name).push(target);
  }
  for (const { line, lines, characters } of paragraphs(text)) {
    if (lines > MAX_LINES || characters > MAX_CHARACTERS) faults.push(`${name}:${line} is longer than ${MAX_LINES} lines`);
  }
}

const reached = new Set(START);
for (const name of reached) leadsTo.get(name).forEach((target) => reached.add(target));
for (const name of texts.keys()) {
  if (!reached.has(name)) faults.push(`${name} cannot be reached from the README`);
}

for (const fault of faults) console.error(`links: ${fault}`);
if (faults.length === 0) console.log(`links: ${texts.size} papers, every link leads somewhere`);
process.exit(faults.length === 0 ? 0 : 1);
