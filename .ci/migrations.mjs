// Checks the migrations that came after the last tag: they must not lock a table for long or break the release before.
//
//   node .ci/migrations.mjs <squawk> [folder of the repository]
//
// squawk knows the rules (https://squawkhq.com/docs/rules); `.ci/squawk.toml` selects them. Among them: indexes are built
// `concurrently`, no statement rewrites a table, a constraint is added `not valid` and validated in a later migration, and
// `lock_timeout` is set. A migration with `run_in_transaction = false` in its `metadata.toml` runs without a transaction.
// An exception names its reason in the line above:
//
//   -- Reason: the table has one row for each regency.
//   -- squawk-ignore require-concurrent-index-creation
//
// A migration of a release has run in production: it is not edited.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileAt, filesAt, lastTag } from './release.mjs';

const RULES = fileURLToPath(new URL('squawk.toml', import.meta.url));

/** What is wrong with one migration, as sentences. */
export function faults(squawk, folder) {
  const file = join(folder, 'up.sql');
  const metadata = join(folder, 'metadata.toml');
  const alone = existsSync(metadata) && /^\s*run_in_transaction\s*=\s*false/m.test(readFileSync(metadata, 'utf8'));
  const args = ['--config', RULES, '--reporter', 'json', ...(alone ? [] : ['--assume-in-transaction']), file];
  const ran = spawnSync(squawk, args, { encoding: 'utf8' });
  if (ran.error || !ran.stdout) throw new Error(`squawk did not run: ${ran.error?.message ?? ran.stderr}`);
  const found = JSON.parse(ran.stdout).map((f) => `${file}:${f.line + 1}: ${f.rule_name}: ${f.message}`);
  return [...found, ...withoutReason(file)];
}

function withoutReason(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const bare = (line, at) => /^\s*--\s*squawk-ignore/.test(line) && !/^\s*-- Reason: \S/.test(lines[at - 1] ?? '');
  return lines.flatMap((line, at) => (bare(line, at) ? [`${file}:${at + 1}: an exception needs "-- Reason: …" in the line above`] : []));
}

/** Faults of all migrations after the last tag, and one sentence about what was checked. */
export function check(squawk, repository) {
  const tag = lastTag(repository);
  const all = readdirSync(join(repository, 'migrations')).sort();
  if (!tag) return { faults: [], said: `no version is tagged yet: the ${all.length} migrations are not checked` };
  const released = filesAt(repository, tag, 'migrations');
  const now = (path) => (existsSync(join(repository, path)) ? readFileSync(join(repository, path), 'utf8') : undefined);
  const edited = released.filter((path) => now(path) !== fileAt(repository, tag, path));
  const newer = all.filter((name) => !released.some((path) => path.startsWith(`migrations/${name}/`)));
  return {
    faults: [
      ...edited.map((path) => `${path}: is part of ${tag} and was edited or removed`),
      ...newer.flatMap((name) => faults(squawk, join(repository, 'migrations', name))),
    ],
    said: `${newer.length} migrations after ${tag} checked`,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [squawk, repository = fileURLToPath(new URL('..', import.meta.url))] = process.argv.slice(2);
  const result = check(squawk, repository);
  result.faults.forEach((fault) => console.error(fault));
  console.log(`migrations: ${result.said}, ${result.faults.length} faults`);
  process.exit(result.faults.length ? 1 : 0);
}
