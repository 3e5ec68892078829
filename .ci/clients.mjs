// Clients that generators make of the contract: each is generated, compiled, and signs in, reads and submits a complaint
// against a demo. The generators of the OpenAPI Generator project are not among them: they come as a Java archive from
// outside the package registries.
//
//   node .ci/clients.mjs <binary> <folder with the installed .ci/clients/package.json> <folder of the Python environment>

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, cpSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { family, freePort, gone, seconds } from './processes.mjs';

const START_SECONDS = 120;
const OFFICER = 'bandung-fo-1';
const PYTHON_PACKAGE = 'slrt_referral_api_client';

const [binary, npm, venv] = process.argv.slice(2).map((path) => resolve(path));
const contract = fileURLToPath(new URL('../openapi/slrt.json', import.meta.url));
const sources = fileURLToPath(new URL('clients', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'slrt-clients-'));
const say = (text) => console.log(`clients: ${text}`);

function run(what, command, args, options = {}) {
  const since = Date.now();
  const ran = spawnSync(command, args, { cwd: base, encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  if (ran.status !== 0) throw new Error(`${what} fails with ${ran.status ?? ran.error?.message}:\n${ran.stdout}${ran.stderr}`);
  say(`${what}: ${seconds(since)}`);
  return ran.stdout.trim();
}

// ---- Generated and compiled -----------------------------------------------------------------------------------------

function typescript() {
  const tool = (name) => join(npm, 'node_modules/.bin', name);
  cpSync(sources, base, { recursive: true });
  symlinkSync(join(npm, 'node_modules'), join(base, 'node_modules'));
  const types = join(base, 'generated/openapi-typescript.ts');
  // A field with a default may be left out of a request.
  run('openapi-typescript generates', tool('openapi-typescript'), [contract, '--output', types, '--default-non-nullable', 'false']);
  run('@hey-api/openapi-ts generates', tool('openapi-ts'), ['--input', contract, '--output', join(base, 'generated/hey-api'), '--client', '@hey-api/client-fetch']);
  run('tsc, strict, compiles both', tool('tsc'), ['--project', base]);
}

function python() {
  const output = join(base, PYTHON_PACKAGE);
  const tool = (name) => join(venv, 'bin', name);
  // Its formatter is not installed: what it would change is no part of the check.
  run('openapi-python-client generates', tool('openapi-python-client'), [
    'generate', '--path', contract, '--output-path', output, '--meta', 'none', '--config', join(base, 'openapi-python-client.yaml'),
  ]);
  run('Python compiles it', tool('python'), ['-W', 'error', '-m', 'compileall', '-q', output]);
}

// ---- A round trip each ----------------------------------------------------------------------------------------------

async function demo() {
  const port = await freePort();
  const output = openSync(join(base, 'log'), 'a');
  const env = { ...process.env, SLRT_DATA_DIR: join(base, 'var'), SLRT_LISTEN: `127.0.0.1:${port}` };
  const child = spawn(binary, [], { cwd: base, env, stdio: ['ignore', output, output] });
  closeSync(output);
  const since = Date.now();
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined))?.ok) {
    if (child.exitCode !== null) throw new Error('the demo did not start');
    if (Date.now() - since > START_SECONDS * 1000) throw new Error(`the demo is not ready after ${START_SECONDS} s`);
    await sleep(200);
  }
  return { child, url };
}

function roundTrips(url) {
  const credentials = JSON.parse(readFileSync(join(base, 'var/demo-credentials.json'), 'utf8'));
  const desk = credentials.find((client) => client.client_id === 'demo-desk-bandung');
  const args = [url, desk.client_id, desk.client_secret, OFFICER];
  for (const name of ['openapi-typescript', 'hey-api']) {
    say(run(`${name}, round trip`, process.execPath, [join(base, `out/${name}.js`), ...args]));
  }
  say(run('openapi-python-client, round trip', join(venv, 'bin/python'), [join(base, 'openapi_python_client.py'), ...args]));
}

let status = 1;
let running;
try {
  const since = Date.now();
  typescript();
  python();
  running = await demo();
  roundTrips(running.url);
  say(`passed after ${seconds(since)}`);
  status = 0;
} catch (error) {
  console.error(`clients: ${error.message}`);
} finally {
  if (running) {
    const pids = family(running.child.pid);
    running.child.kill('SIGTERM');
    await gone(pids, 'the end');
  }
  rmSync(base, { recursive: true, force: true });
}
process.exit(status);
