#!/usr/bin/env node
// The Postman collection, derived from the contract.
//
//   node postman/build.mjs           writes postman/slrt.postman_collection.json
//   node postman/build.mjs --check   exits with 1 when the committed collection is not what it would write
//
// One folder for each tag of openapi/slrt.json, one request for each operation; in front of them the folder "Main flow"
// from main-flow.mjs, which is written by hand. The same contract gives the same bytes: no random ids, no times.
//
// To use it in Postman: import the collection, set the variable `baseUrl` and the clients' ids and secrets (the demo
// writes them to demo-credentials.json in its data folder), run the folder "Main flow". Its sign-in also sets `token`,
// with which the other folders' requests then work. On the command line:
//
//   postman/run.mjs var/demo-credentials.json http://127.0.0.1:8080

import { readFileSync, writeFileSync } from 'node:fs';
import { CLIENTS, mainFlow } from './main-flow.mjs';

const CONTRACT = new URL('../openapi/slrt.json', import.meta.url);
const COLLECTION = new URL('slrt.postman_collection.json', import.meta.url);
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];

/** Values for path variables that one text for all resources cannot have, by the segment before them. */
const PATH_VALUES = { regions: '32.04.05.2001', programs: 'PKH', reference: 'sectors' };
/** A new one for each sending, where the contract's example would be the same for all. */
const HEADER_VALUES = { 'Idempotency-Key': '"{{$guid}}"', 'Accept-Language': 'en' };
/** Headers that change the meaning of a request are there to be switched on. */
const HEADERS_ON = ['Idempotency-Key', 'Accept-Language', 'Access-Purpose'];

const contract = JSON.parse(readFileSync(CONTRACT, 'utf8'));

/** What `$ref` points at, or the thing itself. */
function resolve(thing) {
  if (!thing?.$ref) return thing;
  return thing.$ref.slice(2).split('/').reduce((at, key) => at[key.replaceAll('~1', '/').replaceAll('~0', '~')], contract);
}

function exampleOf(parameter) {
  const schema = resolve(parameter.schema) ?? {};
  const value = parameter.example ?? schema.example ?? schema.examples?.[0] ?? schema.default ?? schema.enum?.[0] ?? '';
  return String(value);
}

function script(listen, exec) {
  return { listen, script: { type: 'text/javascript', exec } };
}

function url(path, parameters) {
  const segments = path.slice(1).split('/').map((s) => s.replace(/^\{(.+)\}$/, ':$1'));
  const result = { raw: `{{baseUrl}}/${segments.join('/')}`, host: ['{{baseUrl}}'], path: segments };
  const query = parameters.filter((p) => p.in === 'query');
  if (query.length > 0) {
    result.query = query.map((p) => ({
      key: p.name,
      value: exampleOf(p),
      description: p.description ?? '',
      disabled: !p.required,
    }));
    const on = result.query.filter((q) => !q.disabled).map((q) => `${q.key}=${q.value}`);
    if (on.length > 0) result.raw += `?${on.join('&')}`;
  }
  const variables = parameters.filter((p) => p.in === 'path');
  if (variables.length > 0) {
    result.variable = variables.map((p) => {
      const before = segments[segments.indexOf(`:${p.name}`) - 1];
      return { key: p.name, value: PATH_VALUES[before] ?? exampleOf(p), description: p.description ?? '' };
    });
  }
  return result;
}

function headers(parameters, mediaType) {
  const list = parameters
    .filter((p) => p.in === 'header')
    .map((p) => ({
      key: p.name,
      value: HEADER_VALUES[p.name] ?? exampleOf(p),
      description: p.description ?? '',
      disabled: !p.required && !HEADERS_ON.includes(p.name),
    }));
  if (mediaType && mediaType !== 'application/x-www-form-urlencoded') list.push({ key: 'Content-Type', value: mediaType });
  return list;
}

function body(mediaType, media) {
  const example = media.example ?? Object.values(media.examples ?? {})[0]?.value;
  if (mediaType === 'application/x-www-form-urlencoded') {
    const schema = resolve(media.schema) ?? {};
    const urlencoded = Object.entries(schema.properties ?? {}).map(([key, field]) => ({
      key,
      value: String(example?.[key] ?? ''),
      type: 'text',
      description: field.description ?? '',
      disabled: key !== 'grant_type' && !(schema.required ?? []).includes(key),
    }));
    return { mode: 'urlencoded', urlencoded };
  }
  if (/\bjson\b/.test(mediaType)) {
    const raw = example === undefined ? '' : JSON.stringify(example, null, 2);
    return { mode: 'raw', raw, options: { raw: { language: 'json' } } };
  }
  return { mode: 'raw', raw: typeof example === 'string' ? example : '', options: { raw: { language: 'text' } } };
}

function auth(operation) {
  const schemes = (operation.security ?? contract.security ?? []).flatMap((choice) => Object.keys(choice));
  if (schemes.includes('oauth2')) return { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] };
  if (schemes.includes('client_basic')) {
    return {
      type: 'basic',
      basic: [
        { key: 'username', value: '{{desk_bandung_client_id}}', type: 'string' },
        { key: 'password', value: '{{desk_bandung_client_secret}}', type: 'string' },
      ],
    };
  }
  return { type: 'noauth' };
}

function request(path, item, method) {
  const operation = item[method];
  const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(resolve);
  const [mediaType, media] = Object.entries(resolve(operation.requestBody)?.content ?? {})[0] ?? [];
  const scopes = (operation.security ?? []).flatMap((choice) => Object.values(choice).flat());
  const description = [operation.description, scopes.length > 0 ? `Permission: \`${scopes.join('`, `')}\`.` : undefined];
  const made = {
    method: method.toUpperCase(),
    description: description.filter(Boolean).join('\n\n'),
    header: headers(parameters, mediaType),
    url: url(path, parameters),
    auth: auth(operation),
  };
  if (media) made.body = body(mediaType, media);
  const statuses = Object.keys(operation.responses).map(Number).filter((status) => status < 500);
  const exec = [
    'pm.test("the status is one that the contract names", () => {',
    `  pm.expect(${JSON.stringify(statuses)}).to.include(pm.response.code);`,
    '});',
  ];
  if (path === '/oauth/token') {
    exec.push('if (pm.response.code === 200) pm.collectionVariables.set("token", pm.response.json().access_token);');
  }
  return { name: operation.summary ?? operation.operationId, event: [script('test', exec)], request: made, response: [] };
}

function folders() {
  const byTag = new Map((contract.tags ?? []).map((tag) => [tag.name, { name: tag.name, description: tag.description ?? '', item: [] }]));
  for (const [path, item] of Object.entries(contract.paths)) {
    for (const method of METHODS.filter((m) => item[m])) {
      const tag = item[method].tags?.[0] ?? 'Other';
      if (!byTag.has(tag)) byTag.set(tag, { name: tag, description: '', item: [] });
      byTag.get(tag).item.push(request(path, item, method));
    }
  }
  return [...byTag.values()].filter((folder) => folder.item.length > 0);
}

/** What holds for every answer of the service. */
const EVERYWHERE = [
  'pm.test("carries a trace id and is not sniffed", () => {',
  '  pm.expect(pm.response.headers.get("trace-id")).to.match(/^[0-9a-f]{32}$/);',
  '  pm.expect(pm.response.headers.get("X-Content-Type-Options")).to.eql("nosniff");',
  '});',
  'if (pm.response.code >= 400) pm.test("an error is a problem (RFC 9457) with a stable code", () => {',
  '  pm.expect(pm.response.headers.get("Content-Type")).to.match(/^application\\/problem\\+json/);',
  '  const problem = pm.response.json();',
  '  pm.expect(problem).to.include.all.keys("type", "title", "status", "code", "trace_id");',
  '  pm.expect(problem.status).to.eql(pm.response.code);',
  '  pm.expect(problem.trace_id).to.eql(pm.response.headers.get("trace-id"));',
  '});',
];

function variables() {
  const list = [{ key: 'baseUrl', value: 'http://127.0.0.1:8080', type: 'string' }];
  for (const [name, id] of Object.entries(CLIENTS)) {
    list.push({ key: `${name}_client_id`, value: id, type: 'string' });
    list.push({ key: `${name}_client_secret`, value: '', type: 'string' });
  }
  list.push({ key: 'token', value: '', type: 'string' });
  return list;
}

const collection = {
  info: {
    name: contract.info.title,
    description: contract.info.description,
    version: contract.info.version,
    schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
  },
  auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] },
  event: [script('test', EVERYWHERE)],
  variable: variables(),
  item: [mainFlow, ...folders()],
};

const text = `${JSON.stringify(collection, null, 2)}\n`;
if (process.argv.includes('--check')) {
  let committed = '';
  try {
    committed = readFileSync(COLLECTION, 'utf8');
  } catch {
    // Missing is as good as stale.
  }
  if (committed !== text) {
    console.error('postman/slrt.postman_collection.json is stale: run node postman/build.mjs');
    process.exit(1);
  }
} else {
  writeFileSync(COLLECTION, text);
}
