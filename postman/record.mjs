#!/usr/bin/env node
// Records the examples of the contract: runs the collection against a demo whose clock begins on a fixed day, and writes
// what was sent and answered into src/<slice>/examples.json, by operation id.
//
//   postman/record.mjs <binary>
//
// The people of the run come from a fixed seed. What still differs from run to run (ids, times within the run, random
// codes, tokens, signatures) is replaced by values that depend on the step alone, so that a new recording changes only
// what has changed. It needs `faketime` (libfaketime) and newman (npm ci in this folder, or $NEWMAN).

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative, resolve as absolute } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { operationOf, resolve } from './story/contract.mjs';
import { folders } from './story/index.mjs';

const SEED = '17';
/** A Tuesday, 8 o'clock at the desk (UTC+7). */
const BEGIN = Date.parse('2026-11-24T01:00:00Z');
/** Minutes of the story between two folders, and seconds between two steps. */
const FOLDER = 15 * 60;
const STEP = 20;
const ADDRESS = 'https://slrt.example.go.id';
const LIBRARIES = ['/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1', '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1'];

const here = fileURLToPath(new URL('.', import.meta.url));
const source = join(here, '../src');
const binary = absolute(process.argv[2] ?? 'target/debug/slrt');
const folder = mkdtempSync(join(tmpdir(), 'slrt-record-'));

// ---- The run --------------------------------------------------------------------------------------------------------

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function run() {
  const library = LIBRARIES.find(existsSync);
  if (!library) throw new Error('libfaketime is missing: apt-get install faketime');
  // One offset for all, so that service and client have the same clock.
  const offset = Math.floor((BEGIN - 120_000 - Date.now()) / 1000);
  const env = {
    ...process.env, TZ: 'UTC', LD_PRELOAD: library, FAKETIME: `${offset < 0 ? '' : '+'}${offset}s`, FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  const port = await freePort();
  const log = openSync(join(folder, 'log'), 'a');
  const demo = spawn(binary, [], {
    cwd: folder, stdio: ['ignore', log, log],
    env: { ...env, SLRT_DATA_DIR: join(folder, 'var'), SLRT_LISTEN: `127.0.0.1:${port}`, SLRT_RATE_PER_MINUTE: '100000' },
  });
  const ended = new Promise((done) => demo.once('exit', done));
  try {
    while (!(await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok) {
      if (demo.exitCode !== null) throw new Error('the demo did not start');
      await sleep(200);
    }
    // The story begins on the hour.
    await sleep(Math.max(0, BEGIN - offset * 1000 - Date.now()));
    const newman = process.env.NEWMAN ?? join(here, 'node_modules/.bin/newman');
    const report = join(folder, 'report.json');
    const ran = spawnSync(newman, [
      'run', join(here, 'slrt.postman_collection.json'), '--environment', join(folder, 'var/demo.postman_environment.json'),
      '--env-var', `seed=${SEED}`, '--reporters', 'json', '--reporter-json-export', report,
    ], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    const { run: outcome } = JSON.parse(readFileSync(report, 'utf8'));
    if (ran.status !== 0) throw new Error(`the story failed: ${outcome.failures.map((f) => `${f.source?.name}: ${f.error.message}`).join('; ')}`);
    return { executions: outcome.executions, began: outcome.timings.started, local: `http://127.0.0.1:${port}` };
  } finally {
    demo.kill('SIGINT');
    await ended;
  }
}

// ---- What differs from run to run -----------------------------------------------------------------------------------

/** The place of each step in the story: its folder's number and its own within the folder. */
function places() {
  const found = new Map();
  const walk = (item, number) => item.forEach((step, index) => found.set(step.name, { folder: number, index }));
  const leaves = folders.flatMap((f) => (f.item[0].item ? f.item : [f]));
  leaves.forEach((leaf, number) => walk(leaf.item, number));
  return found;
}

const timeOf = ({ folder: number, index }) => BEGIN + (number * FOLDER + index * STEP) * 1000;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
/** Organizations and services of the demo have the same ids everywhere. */
const FIXED = /^019b76da-a800-7/;
const ALPHABET = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';

const shown = (millis) => new Date(millis).toISOString().replace(/\.\d+Z$/, 'Z');

class Normal {
  constructor(began, local) {
    this.began = began;
    this.local = local;
    this.machine = Date.now();
    this.ids = new Map();
    this.times = new Map();
    this.codes = new Map();
  }

  digest(place) {
    return createHash('sha256').update(place).digest();
  }

  id(id, place, step) {
    if (FIXED.test(id)) return id;
    if (!this.ids.has(id)) {
      const hex = this.digest(place).toString('hex');
      const time = timeOf(step).toString(16).padStart(12, '0');
      this.ids.set(id, `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(0, 3)}-8${hex.slice(3, 6)}-${hex.slice(6, 18)}`);
    }
    return this.ids.get(id);
  }

  /** A moment of the run is that of the step that first shows it; one counted from such a moment is counted from there. */
  time(text, step, around) {
    const at = Date.parse(text);
    if (at >= this.began && at < this.began + 1_800_000) {
      if (!this.times.has(text)) this.times.set(text, timeOf(step));
      return shown(this.times.get(text));
    }
    // Made before the story began: by the demo, or by the database's own clock, which is that of the machine.
    if ((at < this.began && at > this.began - 900_000) || Math.abs(at - this.machine) < 3_600_000) return shown(BEGIN - 600_000);
    // The beginning or the end of a minute, such as the end of a working day.
    if (/:00Z$|:59(\.9+)?Z$/.test(text)) return `${text.slice(0, 19)}Z`;
    const minutes = (other) => (at - Date.parse(other)) / 60_000;
    const base = around.find((other) => this.times.has(other) && Math.abs(minutes(other) - Math.round(minutes(other))) < 0.02);
    if (base) return shown(this.times.get(base) + Math.round(minutes(base)) * 60_000);
    return shown(BEGIN + Math.round((at - this.began) / 900_000) * 900_000);
  }

  code(text, place) {
    if (!this.codes.has(text)) {
      const bytes = this.digest(place);
      let next = 0;
      this.codes.set(text, text.replace(/[0-9A-Z]/g, () => ALPHABET[bytes[next++ % bytes.length] % ALPHABET.length]));
    }
    return this.codes.get(text);
  }
}

const SECRET = {
  access_token: 'eyJ…',
  follow_up_code: 'K7M4-9Q2X',
  code_of_follow_up: 'K7M4-9Q2X',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  kid: 'kTCWo1Ax',
  trace_id: '0af7651916cd43dd8448eb211c80319c',
  skew_ms: 15,
  last_skew_ms: 15,
  rate_per_second: 40,
};
const CURSORS = /^(next_cursor|changes_cursor|cursor|after|previous_cursor)$/;

/** How often a worker took a job up depends on the machine. */
function job(value) {
  if (!('done' in value && 'allowed_actions' in value)) return value;
  const { started_at: begun, ...rest } = value;
  const ended = ['succeeded', 'failed'].includes(value.status);
  return { ...rest, ...(ended && begun ? { started_at: begun } : {}), version: value.status === 'queued' ? 1 : 3 };
}

/** The value as it is written down. `place` names where in the story it is. */
function normalize(value, key, place, step, normal, around) {
  const deeper = (child, name) => normalize(child, name, `${place}/${name}`, step, normal, around);
  if (Array.isArray(value)) return value.map((child, index) => normalize(child, key, `${place}/${index}`, step, normal, around));
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(job(value)).map(([name, child]) => [name, deeper(child, name)]));
  }
  if (typeof value === 'number' && key in SECRET) return SECRET[key];
  if (typeof value !== 'string') return value;
  if (key === 'code' && /^[0-9A-Z]{4}-[0-9A-Z]{4}$/.test(value)) return SECRET.code_of_follow_up;
  if (key in SECRET) return SECRET[key];
  if (CURSORS.test(key)) return 'eyJhdCI6IjIwMjYtMTEtMjQifQ';
  if (TIME.test(value)) return normal.time(value, step, around);
  let text = value.replaceAll(normal.local, ADDRESS).replaceAll(normal.local.replace('http://', ''), ADDRESS.replace('https://', ''));
  text = text.replace(UUID, (id) => normal.id(id, place, step));
  text = text.replace(/expires=\d+&signature=[\w-]+/, 'expires=1795489200&signature=xLRiADtYyounjCB6oRvyX2qI6QMKSEvM_hE_-PYt6Ho');
  if (/^(number|reference_no|code|verify_url|gateway_reference|text)$/.test(key)) {
    const codes = /(?<=\d{4}-\d\d-)[0-9A-Z]{4}-[0-9A-Z]{3}\b|(?<=460\/)[0-9A-Z]{7}(?=\/)|\b(?:[0-9A-Z]{4}-){4}[0-9A-Z]\b/g;
    text = text.replace(codes, (code) => normal.code(code, place));
  }
  if (key === 'file' && /^[0-9a-f]{64}$/.test(text)) return normal.digest(place).toString('hex');
  return text;
}

/** All strings of a value, to count times from. */
function strings(value) {
  if (typeof value === 'string') return [value];
  return value && typeof value === 'object' ? Object.values(value).flatMap(strings) : [];
}

// ---- What of it is an example ---------------------------------------------------------------------------------------

const MANY = 4;
const MANY_WORDS = 12;
/** Where a later step is the better example. */
const BETTER = { list_events: 'The events of this run', list_complaints: 'New complaints of the regency', list_referrals: 'The referral went out' };

/** Few entries of a list tell as much as many: those of the story, or the first ones. */
function few(value, storyIds) {
  if (Array.isArray(value)) {
    const own = value.filter((entry) => entry && typeof entry === 'object' && Object.values(entry).some((field) => storyIds.has(field)));
    const most = value.every((entry) => typeof entry !== 'object') ? MANY_WORDS : MANY;
    const chosen = (value.length > most && own.length > 0 ? own : value).slice(0, most);
    return chosen.map((entry) => few(entry, storyIds));
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, few(field, storyIds)]));
  }
  return value;
}

const header = (list, name) => list?.find((h) => h.key.toLowerCase() === name)?.value;

function parsed(type, text) {
  if (/\bjson$/.test(type) && !/ndjson/.test(type)) return JSON.parse(text);
  return /^(text\/|application\/x-ndjson|application\/offset)/.test(type) ? text : undefined;
}

function bodyOf(request) {
  if (request.body?.mode === 'urlencoded') {
    return ['application/x-www-form-urlencoded', Object.fromEntries(request.body.urlencoded.map((p) => [p.key, p.value]))];
  }
  if (request.body?.mode !== 'raw') return undefined;
  const type = header(request.header, 'content-type');
  return [type, parsed(type, request.body.raw)];
}

/** Executions that succeeded; of a step that was repeated, the last. */
function steps(executions) {
  const last = new Map();
  for (const { item, request, response } of executions) {
    if (response?.code >= 200 && response.code < 300) last.set(item.name, { name: item.name, request, response });
  }
  return [...last.values()];
}

function record({ executions, began, local }) {
  const where = places();
  const normal = new Normal(began, local);
  const storyIds = new Set();
  const examples = {};
  for (const { name, request, response } of steps(executions)) {
    const path = request.url.path.map((segment) => request.url.variable?.find((v) => `:${v.key}` === segment)?.value ?? segment);
    const operation = operationOf(request.method, `/${path.join('/')}`);
    const step = where.get(name);
    const [sentType, sent] = bodyOf(request) ?? [];
    const type = header(response.header, 'content-type')?.split(';')[0];
    const text = Buffer.from(response.stream?.data ?? response.stream ?? []).toString();
    let answer = response.code === 204 || text === '' ? undefined : parsed(type, text);
    if (operation.id === 'get_contract') answer = { openapi: answer.openapi, info: answer.info };
    const around = [...strings(sent), ...strings(answer)];
    const write = (value, part) => value === undefined ? undefined : normalize(value, '', `${name}/${part}`, step, normal, around);
        const shownAnswer = few(answer, storyIds);
    // Ids are named by where they are seen first, also those of a step that is no example.
    const query = Object.fromEntries((request.url.query ?? []).map((p) => [p.key, p.value]));
    const variables = Object.fromEntries((request.url.variable ?? []).map((p) => [p.key, p.value]));
    const written = {
      path: write(variables, 'path'), query: write(query, 'query'), request: write(sent, 'request'), answer: write(shownAnswer, 'answer'),
    };
    if (request.method !== 'GET') {
      for (const id of [...strings(sent), ...strings(answer)]) if (/^[0-9a-f-]{36}$/.test(id)) storyIds.add(id);
    }
    if (BETTER[operation.id] && BETTER[operation.id] !== name) continue;
    const example = (examples[operation.id] ??= {});
    if (Object.keys(written.path).length > 0) example.path ??= written.path;
    const required = operation.parameters.filter((p) => p.in === 'query' && p.required).map((p) => p.name);
    const needed = Object.fromEntries(Object.entries(written.query).filter(([key]) => required.includes(key)));
    if (Object.keys(needed).length > 0) example.query ??= needed;
    if (written.request !== undefined) (example.request ??= {})[sentType] ??= written.request;
    if (written.answer !== undefined && resolve(operation.responses[response.code])?.content) {
      (example[response.code] ??= {})[type] ??= written.answer;
    }
  }
  return examples;
}

// ---- Where it is written --------------------------------------------------------------------------------------------

function* files(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (entry.name.endsWith('.rs')) yield path;
  }
}

/** The slice whose handler has the operation's name. */
function slices(ids) {
  const found = new Map();
  for (const file of files(source)) {
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/^(?:pub )?async fn (\w+)\(/gm)) {
      if (ids.has(name) && /routes|decisions|health|contract/.test(file)) found.set(name, relative(source, file).split('/').slice(0, -1)[0] ?? '');
    }
  }
  return found;
}

try {
  const examples = record(await run());
  const of = slices(new Set(Object.keys(examples)));
  const bySlice = {};
  for (const id of Object.keys(examples).sort()) {
    if (!of.has(id)) throw new Error(`no handler is called ${id}`);
    (bySlice[of.get(id)] ??= {})[id] = examples[id];
  }
  for (const [slice, own] of Object.entries(bySlice)) {
    writeFileSync(join(source, slice, 'examples.json'), `${JSON.stringify(own, null, 2)}\n`);
  }
  console.log(`record.mjs: ${Object.keys(examples).length} operations in ${Object.keys(bySlice).length} files: ${Object.keys(bySlice).sort().join(', ')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
