// The recipe of the operator's guide, typed as it is written there: production mode, a PostgreSQL of its own, from an empty
// database to a complaint that an officer submitted and that was answered.
//
//   node .ci/operator.mjs <binary> [folder with PostgreSQL's programs]
//
// The recipe is every block of docs/ that begins with "```sh recipe"; all are in one paper. A comment such as # "resolved"
// shows what its line prints. Without a folder, the PostgreSQL that the binary carries is unpacked and serves as the database
// server: a process of its own, with a password, over TCP.

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { alive, family, freePort, gone, seconds } from './processes.mjs';

const START_SECONDS = 120;
const RECIPE_SECONDS = 300;
const PASSWORD = 'only-for-this-run';

const binary = resolve(process.argv[2] ?? 'target/debug/slrt');
const installed = process.argv[3] && resolve(process.argv[3]);
const docs = fileURLToPath(new URL('../docs', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'slrt-operator-'));
const log = join(base, 'output');

const say = (text) => console.log(`operator: ${text}`);

// ---- The recipe ------------------------------------------------------------------------------------------------------

function recipe() {
  const blocks = (name) => [...readFileSync(join(docs, name), 'utf8').matchAll(/^```sh recipe\n(.*?)^```$/gms)].map(([, text]) => text);
  const papers = readdirSync(docs, { recursive: true }).filter((name) => name.endsWith('.md') && blocks(name).length);
  if (papers.length !== 1) throw new Error(`"\`\`\`sh recipe" must be in one paper of docs/, and is in ${papers.length}`);
  return { paper: papers[0], blocks: blocks(papers[0]) };
}

/** The blocks as one script. Addresses and folders of the guide become those of this run. */
function script(blocks, places) {
  let text = blocks.join('\n');
  for (const [written, here] of places) {
    if (!text.includes(written)) throw new Error(`the recipe no longer names ${written}`);
    text = text.replaceAll(written, here);
  }
  const served = text.match(/^.*\bslrt serve$/m)?.[0];
  if (!served) throw new Error('the recipe has no line that ends with "slrt serve"');
  const background = `${served} >>${log} 2>&1 &
service=$!
trap 'kill $service; wait $service' EXIT
until curl --silent --fail --output ${base}/ready "$ready"; do kill -0 $service; sleep 0.1; done`;
  return `set -euo pipefail\n${text.replace(served, background)}`;
}

// ---- The database server ---------------------------------------------------------------------------------------------

function run(command, args, options = {}) {
  const ran = spawnSync(command, args, { encoding: 'utf8', cwd: base, maxBuffer: 1 << 28, ...options });
  if (ran.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${ran.error?.message ?? ran.stderr}`);
  return ran.stdout;
}

/** The folder with `initdb` and `postgres` that the binary unpacks for its own use. */
function carried() {
  const data = join(base, 'carried');
  run(binary, ['client', 'list'], { env: { PATH: process.env.PATH, SLRT_DATA_DIR: data } });
  const runtime = readdirSync(data).find((name) => name.startsWith('postgres-runtime-'));
  if (!runtime) throw new Error('the binary carries no PostgreSQL: name a folder with one');
  return join(data, runtime, 'bin');
}

let server;

async function database(port) {
  const bin = installed ?? carried();
  const data = join(base, 'postgres');
  // An installed PostgreSQL does not run as root.
  const as = installed && process.getuid() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];
  const postgres = [...as, join(bin, 'postgres')];
  if (as.length) run('chown', ['postgres', base]);
  const password = join(base, 'password');
  writeFileSync(password, `${PASSWORD}\n`);
  const [initdb, ...initial] = [...as, join(bin, 'initdb')];
  run(initdb, [...initial, '-D', data, '-U', 'slrt', '--auth=scram-sha-256', `--pwfile=${password}`, '--encoding=UTF8', '--locale=C', '--no-sync']);
  run(postgres[0], [...postgres.slice(1), '--single', '-D', data, 'postgres'], { input: 'create database slrt\n' });
  const output = openSync(log, 'a');
  const args = [...postgres.slice(1), '-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', ''];
  server = spawn(postgres[0], args, { cwd: base, stdio: ['ignore', output, output] });
  closeSync(output);
  const since = Date.now();
  const ready = () => /ready\s*$/.test(readFileSync(join(data, 'postmaster.pid'), 'utf8'));
  for (;;) {
    if (server.exitCode !== null) throw new Error(`the database server ended with ${server.exitCode}`);
    if (Date.now() - since > START_SECONDS * 1000) throw new Error(`the database server is not ready after ${START_SECONDS} s`);
    try {
      if (ready()) break;
    } catch {
      // Its file is not there yet.
    }
    await sleep(50);
  }
  say(`${run(postgres[0], [...postgres.slice(1), '--version']).trim()} listens, with an empty database`);
}

// ---- What is checked -------------------------------------------------------------------------------------------------

/** The shown lines, in their order, among the printed ones. */
function compare(blocks, printed) {
  const shown = blocks.join('\n').split('\n').map((line) => line.match(/ # ("[^"]*")$/)?.[1]).filter(Boolean);
  if (!shown.length) throw new Error('the recipe shows no answer');
  let rest = printed.split('\n');
  for (const line of shown) {
    const at = rest.indexOf(line);
    if (at < 0) throw new Error(`the recipe shows ${line}, and this was printed:\n${printed}`);
    rest = rest.slice(at + 1);
  }
  return shown.length;
}

async function check() {
  const { paper, blocks } = recipe();
  const [databasePort, port] = [await freePort(), await freePort()];
  await database(databasePort);
  const bin = join(base, 'bin');
  mkdirSync(bin);
  symlinkSync(binary, join(bin, 'slrt'));
  const text = script(blocks, [
    ['postgresql://slrt@db/slrt', `postgresql://slrt:${PASSWORD}@127.0.0.1:${databasePort}/slrt`],
    ['/etc/slrt', join(base, 'etc')],
    ['/var/lib/slrt', join(base, 'var')],
    ['https://slrt.example.go.id', `http://127.0.0.1:${port}`],
    ['0.0.0.0:8080', `127.0.0.1:${port}`],
  ]);
  const env = { PATH: `${bin}:${process.env.PATH}`, ready: `http://127.0.0.1:${port}/readyz` };
  const since = Date.now();
  const ran = spawnSync('bash', ['-c', text], { cwd: base, env, encoding: 'utf8', timeout: RECIPE_SECONDS * 1000, maxBuffer: 1 << 26 });
  if (ran.status !== 0) throw new Error(`the recipe of ${paper} ends with ${ran.status ?? ran.signal}:\n${ran.stdout}${ran.stderr}`);
  const answers = compare(blocks, ran.stdout);
  const mode = statSync(join(base, 'etc', 'keys.json')).mode & 0o777;
  if (mode !== 0o600) throw new Error(`the key file has mode ${mode.toString(8)}`);
  say(`${paper}: ${blocks.length} blocks ran, ${answers} answers are as shown, after ${seconds(since)}`);
}

let failed = false;
try {
  await check();
} catch (error) {
  failed = true;
  console.error(`operator: ${error.message}`);
  try {
    console.error(readFileSync(log, 'utf8').trimEnd().split('\n').slice(-40).join('\n'));
  } catch {
    // Nothing was started.
  }
} finally {
  if (server?.pid && alive(server.pid)) {
    const pids = family(server.pid);
    const [postmaster] = readFileSync(join(base, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    // Its fast shutdown: sessions are ended.
    process.kill(Number(postmaster), 'SIGINT');
    await gone(pids, 'the end').catch(() => pids.filter(alive).forEach((pid) => process.kill(pid, 'SIGKILL')));
  }
  rmSync(base, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
