// Requests of the collection.

import { operation as find, operationOf, resolve } from './contract.mjs';
import { SESSIONS } from './sessions.mjs';
import { literal, script, store, test } from './script.mjs';

const KEY = { 'Idempotency-Key': '"{{$guid}}"' };

export const folder = (name, description, item) => ({ name, description, item });

function authOf({ as, basic }) {
  if (as) {
    if (!SESSIONS[as]) throw new Error(`there is no session ${as}`);
    return { type: 'bearer', bearer: [{ key: 'token', value: `{{${as}_token}}`, type: 'string' }] };
  }
  if (!basic) return { type: 'noauth' };
  return {
    type: 'basic',
    basic: [
      { key: 'username', value: basic.username, type: 'string' },
      { key: 'password', value: basic.password, type: 'string' },
    ],
  };
}

/** What the contract says of the request, for its reader. */
function about(operation, text) {
  const scopes = (operation?.security ?? []).flatMap((choice) => Object.values(choice).flat());
  const permission = scopes.length > 0 ? `Permission: \`${[...new Set(scopes)].join('`, `')}\`.` : undefined;
  return [text, operation?.description, permission].filter(Boolean).join('\n\n');
}

function make(name, method, url, { operation, as, basic, body, raw, form, headers, before, tests, note }) {
  const header = Object.entries({ ...headers, 'Accept-Language': 'en' }).map(([key, value]) => ({ key, value }));
  const request = { method, description: about(operation, note), header, url, auth: authOf({ as, basic }) };
  if (body !== undefined) {
    if (!headers?.['Content-Type']) header.push({ key: 'Content-Type', value: 'application/json' });
    request.body = { mode: 'raw', raw: JSON.stringify(body, null, 2), options: { raw: { language: 'json' } } };
  }
  if (raw !== undefined) request.body = { mode: 'raw', raw, options: { raw: { language: 'text' } } };
  if (form) request.body = { mode: 'urlencoded', urlencoded: Object.entries(form).map(([key, value]) => ({ key, value, type: 'text' })) };
  const event = [];
  if (before) event.push({ listen: 'prerequest', script: { type: 'text/javascript', exec: script(before) } });
  event.push({ listen: 'test', script: { type: 'text/javascript', exec: script(tests) } });
  return { name, event, request, response: [] };
}

// ---- By hand: any request, also one that is refused -----------------------------------------------------------------

/** `path` starts after the base URL; `as` names a session, and is absent for a request without a token. */
export function step(name, method, path, { about: note, ...options }) {
  const [route, query] = path.split('?');
  const url = { raw: `{{baseUrl}}${path}`, host: ['{{baseUrl}}'], path: route.slice(1).split('/') };
  if (query) url.query = query.split('&').map((pair) => ({ key: pair.split('=')[0], value: pair.split('=')[1] }));
  return make(name, method, url, { ...options, note, operation: operationOf(method, route) });
}

export const get = (name, path, options) => step(name, 'GET', path, options);
export const post = (name, path, options) => step(name, 'POST', path, options);

/** An action or a creation: with a key, as every write should be sent. */
export const act = (name, path, { headers, ...options }) => post(name, path, { headers: { ...KEY, ...headers }, ...options });

// ---- By the contract: an operation's happy path ---------------------------------------------------------------------

/** The kind of success that a first request gets: 201 before 200. */
function statusOf(operation) {
  const known = Object.keys(operation.responses).filter((status) => status.startsWith('2'));
  return Number(known.includes('201') ? '201' : known[0]);
}

function urlOf({ path, parameters }, given, query) {
  const segments = path.slice(1).split('/').map((segment) => segment.replace(/^\{(.+)\}$/, ':$1'));
  const pairs = Object.entries(query).map(([key, value]) => ({ key, value: String(value) }));
  const raw = `{{baseUrl}}/${segments.join('/')}${pairs.length > 0 ? `?${pairs.map((p) => `${p.key}=${p.value}`).join('&')}` : ''}`;
  const url = { raw, host: ['{{baseUrl}}'], path: segments };
  if (pairs.length > 0) url.query = pairs;
  const variable = parameters.filter((p) => p.in === 'path').map((p) => {
    if (given[p.name] === undefined) throw new Error(`${path} needs ${p.name}`);
    return { key: p.name, value: given[p.name], description: p.description ?? '' };
  });
  if (variable.length > 0) url.variable = variable;
  const missing = parameters.filter((p) => p.in === 'query' && p.required && query[p.name] === undefined);
  if (missing.length > 0) throw new Error(`${path} needs ${missing.map((p) => p.name)}`);
  return url;
}

/** The fields that the answer must have. */
function requiredOf(schema) {
  const found = resolve(schema);
  return [...(found?.required ?? []), ...(found?.allOf ?? []).flatMap(requiredOf)];
}

/**
 * An operation of the contract that succeeds.
 *
 * `status` if it is not the usual one (a list where an interrupted run may leave another); `is`: fields of the answer; `finds`: a variable whose value is an id among the
 * answer's items; `checks`: further tests, lines by name; `keep`: variables set from the answer; `etag`: the variable that
 * takes its version; `ifMatch`: the variable that has the version to change.
 */
export function op(id, name, options = {}) {
  const { as, path = {}, query = {}, headers = {}, purpose, ifMatch, etag, is, finds, checks = {}, keep = {}, after, ...rest } = options;
  const operation = find(id);
  const takes = (parameter) => operation.parameters.some((p) => p.in === 'header' && p.name === parameter);
  const sent = { ...headers };
  if (takes('Idempotency-Key')) sent['Idempotency-Key'] ??= KEY['Idempotency-Key'];
  if (takes('Access-Purpose') && SESSIONS[as]?.reveals) sent['Access-Purpose'] = purpose ?? 'complaint_handling';
  if (ifMatch) sent['If-Match'] = `{{${ifMatch}}}`;
  const [status, ...others] = [options.status ?? statusOf(operation)].flat();
  const answer = resolve(operation.responses[status]);
  if (!answer) throw new Error(`${id} has no answer ${status}`);
  const kinds = Object.keys(answer.content ?? {});
  const json = kinds.some((kind) => /json$/.test(kind) && !/ndjson/.test(kind));
  const media = answer.content?.['application/json'];
  const required = json ? requiredOf(media?.schema) : [];
  const type = kinds.length === 1 ? kinds[0] : undefined;
  const tests = script(
    test([status, type].filter(Boolean).join(', '),
      others.length > 0 ? `pm.expect(pm.response.code).to.be.oneOf([${[status, ...others]}]);` : `pm.response.to.have.status(${status});`,
      type && `pm.expect(pm.response.headers.get("Content-Type")).to.match(/^${type.replace(/[/+]/g, '\\$&')}/);`),
    json && (rest.parse ?? true) ? 'const body = pm.response.json();' : undefined,
    required.length > 0 ? test('has all that its schema requires', `pm.expect(body).to.include.all.keys(${required.map((k) => JSON.stringify(k)).join(', ')});`) : undefined,
    is && test('says what was asked for', Object.entries(is).map(([key, value]) => `pm.expect(body[${JSON.stringify(key)}]).to.eql(${literal(value)});`)),
    finds && test('finds it', `pm.expect(body.items.map((item) => item.id)).to.include(${literal(`{{${finds}}}`)});`),
    Object.entries(checks).map(([what, lines]) => test(what, lines)),
    Object.entries(keep).map(([variable, expression]) => store(variable, expression)),
    etag && store(etag, 'pm.response.headers.get("ETag")'),
    after,
  );
  return make(name, operation.method, urlOf(operation, path, query), { ...rest, operation, as, headers: sent, tests });
}

/** Looks at a job until it has ended. */
export function finished(name, as, job, { status = 'succeeded', ...options } = {}) {
  const tries = `tries_of_${job}`;
  return op('get_job', name, {
    as,
    path: { id: `{{${job}}}` },
    before: [
      `const tries = Number(pm.collectionVariables.get("${tries}") || 0);`,
      `pm.collectionVariables.set("${tries}", tries + 1);`,
      '// A pause before looking again.',
      'if (tries > 0) setTimeout(() => {}, 500);',
    ],
    after: [
      `const again = ["queued", "running"].includes(body.status) && Number(pm.collectionVariables.get("${tries}")) < 120;`,
      `if (again) pm.execution.setNextRequest(${JSON.stringify(name)});`,
      `else pm.collectionVariables.unset("${tries}");`,
      `if (!again) ${test(`has ${status}`, `pm.expect(body.status).to.eql(${JSON.stringify(status)});`).join(' ')}`,
    ],
    ...options,
  });
}
