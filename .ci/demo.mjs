// The demo as its user meets it: started in an empty folder, driven through the tour of the README and twice through the
// Postman collection, stopped with Ctrl-C; and killed in the middle of its work, after which nothing that it has confirmed may be lost.
//
//   NEWMAN=<path of newman> node .ci/demo.mjs <binary>

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { alive, family, freePort, gone, seconds } from './processes.mjs';

const START_SECONDS = 120;

const binary = resolve(process.argv[2] ?? 'target/debug/slrt');
const runner = fileURLToPath(new URL('../postman/run.mjs', import.meta.url));
const guide = fileURLToPath(new URL('tour.mjs', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'slrt-demo-'));
const data = join(base, 'var');
const log = join(base, 'output');
mkdirSync(data);

const say = (text) => console.log(`demo: ${text}`);

// ---- The service ----------------------------------------------------------------------------------------------------

let running;

async function start(port) {
  const since = Date.now();
  const output = openSync(log, 'a');
  const env = { ...process.env, SLRT_DATA_DIR: data, SLRT_LISTEN: `127.0.0.1:${port}` };
  running = spawn(binary, [], { cwd: base, env, stdio: ['ignore', output, output] });
  closeSync(output);
  let ended;
  running.once('error', (error) => (ended = error.message));
  running.once('exit', (code, signal) => (ended = `it ended with ${code ?? signal}`));
  for (;;) {
    if (ended) throw new Error(`the demo did not start: ${ended}`);
    if (Date.now() - since > START_SECONDS * 1000) throw new Error(`the demo is not ready after ${START_SECONDS} s`);
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    if (answer?.status === 200) break;
    await sleep(200);
  }
  const pids = family(running.pid);
  const database = Number(readFileSync(join(data, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  if (!pids.includes(database)) throw new Error('the database is not a process of the demo');
  say(`ready after ${seconds(since)}: process ${running.pid}, its database ${database}`);
  return pids;
}

async function stop(signal, pids) {
  running.kill(signal);
  say(`${signal}: both processes are gone after ${await gone(pids, signal)}`);
}

async function call(url, options, status) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000), ...options });
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`${options.method ?? 'GET'} ${url}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

async function session(url) {
  const credentials = JSON.parse(readFileSync(join(data, 'demo-credentials.json'), 'utf8'));
  const desk = credentials.find((c) => c.client_id === 'demo-desk-bandung');
  const basic = Buffer.from(`${desk.client_id}:${desk.client_secret}`).toString('base64');
  const body = new URLSearchParams({ grant_type: 'client_credentials', operator: 'bandung-fo-1' });
  const token = await call(`${url}/oauth/token`, { method: 'POST', headers: { authorization: `Basic ${basic}` }, body }, 200);
  return { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/json' };
}

// ---- What is checked ------------------------------------------------------------------------------------------------

function tour(url) {
  const ran = spawnSync(process.execPath, [guide, base, url], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (ran.status !== 0) throw new Error('the tour of the README has gone stale');
}

function story(time) {
  say(`the Postman collection, ${time} time`);
  const quiet = ['--color', 'off', '--reporter-cli-no-success-assertions', '--reporter-cli-no-banner'];
  const args = [runner, join(data, 'demo.postman_environment.json'), ...quiet];
  const ran = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
  const output = ran.stdout ?? '';
  // Of a run without a fault the table at the end says enough.
  const table = output.lastIndexOf('┌');
  process.stdout.write(ran.status === 0 && table >= 0 ? output.slice(table) : output);
  if (ran.status !== 0) throw new Error(`the collection failed the ${time} time`);
}

async function survivesKill(port, url, pids) {
  const headers = await session(url);
  const complaint = {
    region_code: '32.04.05.2001',
    sector: 'health',
    description: 'Ditulis sesaat sebelum layanan dimatikan.',
    anonymous: true,
  };
  const written = await call(`${url}/v1/complaints`, { method: 'POST', headers, body: JSON.stringify(complaint) }, 201);
  running.kill('SIGKILL');
  await gone([pids[0]], 'SIGKILL');
  const again = await start(port);
  if (pids.slice(1).some(alive)) throw new Error('the killed demo left processes that still run');
  // Told once, in the answer to the submission.
  delete written.follow_up_code;
  delete written.possible_duplicates;
  const read = await call(`${url}/v1/complaints/${written.id}`, { headers: await session(url) }, 200);
  if (JSON.stringify(read) !== JSON.stringify(written)) throw new Error('what was written before the kill reads differently after it');
  say('SIGKILL: what was confirmed before it is there after the restart');
  return again;
}

async function check() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await stop('SIGINT', await drive(port, url));
  const pids = await survivesKill(port, url, await start(port));
  await stop('SIGTERM', pids);
}

async function drive(port, url) {
  const pids = await start(port);
  tour(url);
  story('first');
  story('second');
  // Sessions of the database that came since are to be gone as well.
  return [...new Set([...pids, ...family(running.pid)])];
}

function tellLog() {
  let text = '';
  try {
    text = readFileSync(log, 'utf8');
  } catch {
    return;
  }
  console.error('demo: the end of its output:');
  console.error(text.trimEnd().split('\n').filter((line) => !/^ {2}(demo-|curl)/.test(line)).slice(-40).join('\n'));
}

let failed = false;
try {
  await check();
} catch (error) {
  failed = true;
  console.error(`demo: ${error.message}`);
  tellLog();
} finally {
  if (running?.pid && alive(running.pid)) {
    const pids = family(running.pid);
    running.kill('SIGTERM');
    await gone(pids, 'the end').catch(() => pids.filter(alive).forEach((pid) => process.kill(pid, 'SIGKILL')));
  }
  rmSync(base, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
