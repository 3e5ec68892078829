// The last release: its tag, and files as they were then.

import { spawnSync } from 'node:child_process';

function git(folder, ...args) {
  const ran = spawnSync('git', args, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
  return ran.status === 0 ? ran.stdout : undefined;
}

/** The newest version tag before or at HEAD, such as `v0.2.0`; undefined when there is none. */
export const lastTag = (folder) => git(folder, 'describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*')?.trim();

/** The text of a file at a tag; undefined when it did not exist. */
export const fileAt = (folder, tag, path) => git(folder, 'show', `${tag}:${path}`);

/** Paths of the files in a folder at a tag. */
export const filesAt = (folder, tag, path) =>
  (git(folder, 'ls-tree', '-r', '--name-only', tag, `${path}/`) ?? '').split('\n').filter(Boolean);
