// Photos and papers in a store that speaks S3, as its users meet it: sent in pieces through cut lines and a killed
// service, opened by a link, erased; a store that is away, keys and a bucket that are wrong. The store is moto, a
// look-alike for tests, behind a proxy that stands for the faults: moto itself checks no keys.
//
//   node .ci/s3.mjs <binary> <moto_server>

import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alive, family, freePort, gone, seconds } from './processes.mjs';

const START_SECONDS = 120;
const KEY = 'slrt-ci';
const BUCKET = 'papers';
const PIECE = 1024 * 1024;

const binary = resolve(process.argv[2] ?? 'target/debug/slrt');
const moto = resolve(process.argv[3] ?? 'target/ci/venv/bin/moto_server');
const base = mkdtempSync(join(tmpdir(), 'slrt-s3-'));
const data = join(base, 'data');
const log = join(base, 'output');
mkdirSync(data);

const say = (text) => console.log(`s3: ${text}`);
const fail = (text) => {
  throw new Error(text);
};
const expect = (is, should, what) => is === should || fail(`${what}: ${is} instead of ${should}`);

async function until(what, test) {
  const since = Date.now();
  for (;;) {
    const found = await test();
    if (found) return found;
    if (Date.now() - since > START_SECONDS * 1000) fail(`${what}: not within ${START_SECONDS} s`);
    await sleep(100);
  }
}

// ---- The store ------------------------------------------------------------------------------------------------------

const started = [];

function launch(command, args, env) {
  const output = openSync(log, 'a');
  const child = spawn(command, args, { cwd: base, env: { ...process.env, ...env }, stdio: ['ignore', output, output] });
  closeSync(output);
  const process_ = { child, ended: undefined };
  child.once('error', (error) => (process_.ended = error.message));
  child.once('exit', (code, signal) => (process_.ended = code ?? signal));
  started.push(process_);
  return process_;
}

async function store() {
  const port = await freePort();
  const server = launch(moto, ['-H', '127.0.0.1', '-p', String(port)], {});
  const url = `http://127.0.0.1:${port}`;
  await until('the store', async () => {
    if (server.ended !== undefined) fail(`${moto} ended with ${server.ended}`);
    return (await fetch(`${url}/${BUCKET}`, { method: 'PUT' }).catch(() => undefined))?.ok;
  });
  return url;
}

/** What lies in the store. */
async function keys(url, prefix = '') {
  const listed = await (await fetch(`${url}/${BUCKET}?list-type=2&prefix=${prefix}`)).text();
  return [...listed.matchAll(/<Key>([^<]*)<\/Key>/g)].map((found) => found[1]);
}

const DENIED = '<?xml version="1.0"?><Error><Code>InvalidAccessKeyId</Code><Message>unknown</Message></Error>';

/** Before the store, on a port that can be taken away: answers the wrong key as S3 does. */
async function gate(url) {
  const port = await freePort();
  let server;
  const open = () =>
    new Promise((done) => {
      server = createServer((incoming, outgoing) => {
        if (!incoming.headers.authorization?.includes(`Credential=${KEY}/`)) {
          incoming.resume().on('end', () => outgoing.writeHead(403, { 'content-type': 'application/xml' }).end(DENIED));
          return;
        }
        const { method, headers } = incoming;
        const onward = httpRequest(`${url}${incoming.url}`, { method, headers }, (answer) => {
          outgoing.writeHead(answer.statusCode, answer.headers);
          answer.pipe(outgoing);
        });
        onward.on('error', () => outgoing.destroy());
        incoming.pipe(onward);
      });
      server.listen(port, '127.0.0.1', done);
    });
  const close = () =>
    new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  await open();
  return { url: `http://127.0.0.1:${port}`, open, close };
}

// ---- The service ----------------------------------------------------------------------------------------------------

const settings = (endpoint, changed = {}) => ({
  SLRT_DATA_DIR: data,
  SLRT_ATTACHMENT_STORE: `s3://${BUCKET}/slrt`,
  SLRT_S3_ENDPOINT: endpoint,
  SLRT_S3_REGION: 'us-east-1',
  SLRT_S3_ALLOW_HTTP: 'true',
  SLRT_S3_ACCESS_KEY_ID: KEY,
  SLRT_S3_SECRET_ACCESS_KEY: 'not-a-secret',
  ...changed,
});

async function start(port, env) {
  const since = Date.now();
  const service = launch(binary, [], { ...env, SLRT_LISTEN: `127.0.0.1:${port}` });
  await until('the service', async () => {
    if (service.ended !== undefined) fail(`the service ended with ${service.ended}`);
    return (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok;
  });
  say(`ready after ${seconds(since)}`);
  return { ...service, pids: family(service.child.pid) };
}

async function stop(service, signal) {
  service.child.kill(signal);
  await gone(service.pids, signal);
}

/** A configuration that cannot work ends the start with one sentence. */
async function refuses(what, env, sentence) {
  const from = readFileSync(log).length;
  const service = launch(binary, [], { ...env, SLRT_LISTEN: '127.0.0.1:0' });
  await until(what, () => service.ended !== undefined);
  expect(service.ended, 2, what);
  const told = readFileSync(log).subarray(from).toString();
  if (!told.includes('SLRT_ATTACHMENT_STORE cannot be used') || !sentence.test(told)) fail(`${what}: ${told}`);
  say(`${what}: refused at the start`);
}

async function call(url, headers, method, path, body, status) {
  const key = method === 'POST' ? { 'idempotency-key': `"${randomUUID()}"` } : {};
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(url + path, {
    method,
    headers: { ...headers, ...key, ...json },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await answer.text();
  if (answer.status !== status) fail(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

async function session(url, client, operator) {
  const known = JSON.parse(readFileSync(join(data, 'demo-credentials.json'), 'utf8')).find((c) => c.client_id === client);
  const basic = Buffer.from(`${known.client_id}:${known.client_secret}`).toString('base64');
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(operator && { operator }) });
  const answer = await fetch(`${url}/oauth/token`, { method: 'POST', headers: { authorization: `Basic ${basic}` }, body });
  if (!answer.ok) fail(`${client}: ${answer.status} ${await answer.text()}`);
  return { authorization: `Bearer ${(await answer.json()).access_token}` };
}

// ---- What is checked ------------------------------------------------------------------------------------------------

/** A paper of three pieces, the last one small. */
function paper() {
  const filling = Buffer.alloc(2 * PIECE + 4321, 'Surat keterangan tidak mampu. ');
  return Buffer.concat([Buffer.from('%PDF-1.7\n'), filling, Buffer.from('\n%%EOF\n')]);
}

function piece(url, headers, id, bytes, offset) {
  return fetch(`${url}/v1/attachments/${id}/content`, {
    method: 'PATCH',
    headers: { ...headers, 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
    body: bytes,
  });
}

/** Says that a piece comes, sends its beginning, and lets the line go. */
function cut(url, headers, id, bytes, offset, length) {
  return new Promise((done) => {
    const line = httpRequest(`${url}/v1/attachments/${id}/content`, {
      method: 'PATCH',
      headers: {
        ...headers,
        'content-type': 'application/offset+octet-stream',
        'upload-offset': offset,
        'content-length': length,
      },
    });
    line.on('error', () => {});
    line.write(bytes, () => setTimeout(() => done(line.destroy()), 200));
  });
}

const progress = async (url, headers, id) => (await call(url, headers, 'GET', `/v1/attachments/${id}/content`, undefined, 200)).offset;

async function announce(url, headers, complaint, content) {
  const body = {
    parent: { kind: 'complaint', id: complaint },
    kind: 'poverty_certificate',
    media_type: 'application/pdf',
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  };
  return (await call(url, headers, 'POST', '/v1/attachments', body, 201)).id;
}

async function sent(url, headers, id, content, from) {
  let last;
  for (let offset = from; offset < content.length; offset += PIECE) {
    const answer = await piece(url, headers, id, content.subarray(offset, offset + PIECE), offset);
    last = await answer.json();
    expect(answer.status, 200, `the piece at ${offset}`);
  }
  expect(last.status, 'complete', 'the upload');
}

async function opened(url, headers, id, content) {
  const link = await call(url, headers, 'POST', `/v1/attachments/${id}/links`, undefined, 201);
  const answer = await fetch(url + link.url);
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.status !== 200 || !bytes.equals(content)) fail(`the content by its link: ${answer.status}, ${bytes.length} bytes`);
  return url + link.url;
}

async function unavailable(what, answer) {
  const body = await answer.json();
  expect(answer.status, 503, what);
  expect(body.code, 'unavailable', what);
  if (!answer.headers.get('retry-after')) fail(`${what}: without Retry-After`);
}

async function check() {
  const inside = await store();
  const outside = await gate(inside);
  const content = paper();
  await refuses('a bucket that is not there', settings(outside.url, { SLRT_ATTACHMENT_STORE: 's3://nowhere' }), /the store returned NoSuchBucket/);
  await refuses('wrong keys', settings(outside.url, { SLRT_S3_ACCESS_KEY_ID: 'wrong' }), /the store returned InvalidAccessKeyId/);

  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let service = await start(port, settings(outside.url));
  expect((await keys(inside)).length, 0, 'what the check at the start left in the store');
  let front = await session(url, 'demo-desk-bandung', 'bandung-fo-1');
  let back = await session(url, 'demo-desk-bandung', 'bandung-bo-1');
  const home = await call(url, front, 'POST', '/v1/families', {
    region_code: '32.04.05.2001',
    members: [{ nik: '3204054506859871', identity_status: 'verified', full_name: 'Warga Arsip', sex: 'female', relation_to_head: 'head' }],
  }, 201);
  const found = await call(url, front, 'POST', '/v1/persons/lookup', { nik: '3204054506859871' }, 200);
  const person = found.items[0].id;
  const complaint = (await call(url, front, 'POST', '/v1/complaints', {
    region_code: '32.04.05.2001', sector: 'socio_economic', description: 'Surat menyusul.',
    subject: { person_id: person }, complainant: { name: 'Warga Arsip', phone: '0812-0000-9071' },
  }, 201)).id;

  const id = await announce(url, front, complaint, content);
  await cut(url, front, id, content.subarray(0, 300_000), 0, PIECE);
  const kept = await until('what came before the cut', () => progress(url, front, id));
  if (kept > 300_000) fail(`more was kept than was sent: ${kept}`);
  say(`a cut line: ${kept} bytes were kept`);

  await outside.close();
  const since = Date.now();
  await unavailable('a piece while the store is away', await piece(url, front, id, content.subarray(kept, kept + PIECE), kept));
  say(`a store that is away: 503 after ${seconds(since)}`);
  expect(await progress(url, front, id), kept, 'the progress of a piece that was not kept');
  await outside.open();
  expect((await piece(url, front, id, content.subarray(kept, kept + PIECE), kept)).status, 200, 'the piece again');

  // Killed while a piece arrives, and started while the store is away: the service comes up and says so.
  await cut(url, front, id, content.subarray(kept + PIECE, kept + PIECE + 100_000), kept + PIECE, PIECE);
  await stop(service, 'SIGKILL');
  await outside.close();
  service = await start(port, settings(outside.url));
  if (!/requests for attachments get 503 until it is available/.test(readFileSync(log, 'utf8'))) fail('the log has no line about a store that is not available');
  await outside.open();
  front = await session(url, 'demo-desk-bandung', 'bandung-fo-1');
  back = await session(url, 'demo-desk-bandung', 'bandung-bo-1');
  await sent(url, front, id, content, await progress(url, front, id));
  expect((await keys(inside, 'slrt/uploads/')).length, 0, 'pieces left after the last one');
  expect((await keys(inside, 'slrt/content/')).join(), `slrt/content/${id}`, 'what is stored');
  const link = await opened(url, front, id, content);
  say('killed in the middle of an upload: it went on, and its content is that of the sender');

  await outside.close();
  await unavailable('a link while the store is away', await fetch(link));
  await outside.open();
  await opened(url, front, id, content);

  const second = await announce(url, front, complaint, content);
  await sent(url, front, second, content, 0);
  const { version } = await call(url, front, 'GET', `/v1/attachments/${second}`, undefined, 200);
  await call(url, { ...front, 'if-match': `"${version}"` }, 'DELETE', `/v1/attachments/${second}`, undefined, 200);
  expect((await keys(inside, 'slrt/')).join(), `slrt/content/${id}`, 'what is left after taking one back');

  await call(url, back, 'POST', `/v1/complaints/${complaint}/reject`, { reason: 'out_of_scope' }, 200);
  const asked = await call(url, front, 'POST', `/v1/persons/${person}/subject-requests`, {
    kind: 'erasure', requested_by: { identity_check: 'identity_paper' },
  }, 201);
  await call(url, back, 'POST', `/v1/persons/${person}/erase`, { request_id: asked.id, ground: 'subject_request' }, 200);
  expect((await keys(inside)).length, 0, 'what is left after the erasure');
  expect((await fetch(link)).status, 404, 'the link of an erased paper');
  say('taken back and erased: nothing is left in the store');
  await stop(service, 'SIGTERM');
  await outside.close();
}

let failed = false;
const begun = Date.now();
try {
  await check();
  say(`passed after ${seconds(begun)}`);
} catch (error) {
  failed = true;
  console.error(`s3: ${error.message}`);
  console.error(readFileSync(log, 'utf8').trimEnd().split('\n').filter((line) => !/^ {2}(demo-|curl)/.test(line)).slice(-40).join('\n'));
} finally {
  for (const { child } of started.filter((each) => each.child.pid && alive(each.child.pid))) {
    const pids = family(child.pid);
    child.kill('SIGTERM');
    await gone(pids, 'the end').catch(() => pids.filter(alive).forEach((pid) => process.kill(pid, 'SIGKILL')));
  }
  rmSync(base, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
