// Processes of the checks: what they have started, and that all of it ends.

import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_SECONDS = 30;

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

export function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Parent and state of a process; nothing when there is none. */
function processOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

export const alive = (pid) => !['Z', 'X', undefined].includes(processOf(pid)?.state);

/** The process and all that it has started. */
export function family(pid) {
  const found = [pid];
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
  for (let index = 0; index < found.length; index += 1) {
    found.push(...all.filter((child) => processOf(child)?.parent === found[index]));
  }
  return found;
}

export async function gone(pids, what) {
  const since = Date.now();
  while (pids.some(alive)) {
    if (Date.now() - since > STOP_SECONDS * 1000) {
      throw new Error(`${what}: still there after ${STOP_SECONDS} s: ${pids.filter(alive).join(', ')}`);
    }
    await sleep(100);
  }
  return seconds(since);
}
