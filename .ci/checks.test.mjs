// Tests of the checks themselves: compat.mjs and migrations.mjs must find what they are for.
//
//   SQUAWK=<path of squawk> node --test .ci/checks.test.mjs

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { breaks, unaccepted } from './compat.mjs';
import { check, faults } from './migrations.mjs';
import { lastTag } from './release.mjs';

// ---- The contract ----------------------------------------------------------------------------------------------------

const CONTRACT = {
  paths: {
    '/v1/things': {
      get: {
        operationId: 'list_things',
        security: [{ oauth2: ['things:read'] }],
        parameters: [
          { in: 'query', name: 'state', schema: { type: 'string', enum: ['open', 'closed'] } },
          { in: 'query', name: 'limit', schema: { type: 'integer', maximum: 200, default: 50 } },
        ],
        responses: {
          200: {
            headers: { Link: {} },
            content: { 'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Thing' } } } },
          },
          404: { content: { 'application/problem+json': {} } },
        },
      },
      post: {
        operationId: 'create_thing',
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/NewThing' } } } },
        responses: { 201: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } } },
      },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: 'object',
        required: ['id', 'state'],
        properties: {
          id: { type: 'string', format: 'uuid' },
          state: { type: 'string', enum: ['open', 'closed'] },
          parent: { oneOf: [{ type: 'null' }, { $ref: '#/components/schemas/Thing' }] },
          note: { type: ['string', 'null'] },
        },
      },
      NewThing: {
        type: 'object',
        required: ['name'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', maxLength: 80, pattern: '^[a-z]+$' },
          size: { type: 'number', minimum: 0 },
          owner: { oneOf: [{ type: 'string' }, { type: 'integer' }] },
          tags: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } },
        },
      },
    },
  },
};

/** What is found after this change; `change` gets the operations and the schemas. */
function after_(change) {
  const now = structuredClone(CONTRACT);
  const { get, post } = now.paths['/v1/things'];
  change({ paths: now.paths, get, post, ...now.components.schemas });
  return breaks(CONTRACT, now);
}

const BREAKS = [
  ['a path is removed', (c) => delete c.paths['/v1/things'], /GET .*removed/],
  ['an operation is removed', (c) => delete c.paths['/v1/things'].post, /POST .*operation was removed/],
  ['an operation id changes', (c) => (c.get.operationId = 'find_things'), /operation id/],
  ['another permission is needed', (c) => (c.get.security = [{ oauth2: ['things:list'] }]), /no longer enough/],
  ['a public operation needs a token', (c) => (c.post.security = [{ oauth2: ['things:write'] }]), /no token is no longer/],
  ['a parameter is removed', (c) => c.get.parameters.pop(), /limit was removed/],
  ['a parameter is new and required', (c) => c.get.parameters.push({ in: 'query', name: 'of', required: true }), /of is new and/],
  ['a parameter becomes required', (c) => (c.get.parameters[0].required = true), /state is now required/],
  ['a parameter loses a value', (c) => c.get.parameters[0].schema.enum.pop(), /"closed" was removed/],
  ['a maximum falls', (c) => (c.get.parameters[1].schema.maximum = 100), /maximum was 200 and is 100/],
  ['a default changes', (c) => (c.get.parameters[1].schema.default = 20), /default was 50 and is 20/],
  ['a body becomes required', (c) => (c.post.requestBody.required = true), /body is now required/],
  ['a body is removed', (c) => delete c.post.requestBody, /request body was removed/],
  ['a media type is removed', (c) => (c.post.requestBody.content = { 'text/csv': {} }), /application\/json was removed/],
  ['a field of a request is removed', (c) => delete c.NewThing.properties.size, /size: the field was removed/],
  ['a field of a request is renamed', (c) => { c.NewThing.properties.title = c.NewThing.properties.name; delete c.NewThing.properties.name; c.NewThing.required = ['title']; }, /title: the field is new and required/],
  ['a field of a request becomes required', (c) => c.NewThing.required.push('size'), /size: the field is now required/],
  ['a field of a request is new and required', (c) => { c.NewThing.properties.colour = {}; c.NewThing.required.push('colour'); }, /colour: the field is new and required/],
  ['a type of a request is narrowed', (c) => (c.NewThing.properties.size.type = 'integer'), /type was number and is integer/],
  ['a variant of a request is removed', (c) => c.NewThing.properties.owner.oneOf.pop(), /integer is no longer accepted/],
  ['the variants of a request become one type', (c) => (c.NewThing.properties.owner = { type: 'string' }), /integer is no longer accepted/],
  ['a pattern changes', (c) => (c.NewThing.properties.name.pattern = '^[a-c]+$'), /pattern was/],
  ['a text becomes shorter', (c) => (c.NewThing.properties.name.maxLength = 40), /maxLength was 80 and is 40/],
  ['a minimum is new', (c) => (c.NewThing.properties.tags.minItems = 1), /minItems was open and is 1/],
  ['a format is new in a request', (c) => (c.NewThing.properties.name.format = 'email'), /format was open and is email/],
  ['a value inside a list is removed', (c) => c.NewThing.properties.tags.items.enum.pop(), /tags\/0: the value "b" was removed/],
  ['a response is removed', (c) => { c.post.responses = { 200: c.post.responses[201] }; }, /201: the response was removed/],
  ['a header is removed', (c) => delete c.get.responses[200].headers.Link, /header Link was removed/],
  ['a field of a response is removed', (c) => delete c.Thing.properties.note, /note: the field was removed/],
  ['a field of a response may be absent', (c) => c.Thing.required.pop(), /state: the field may now be absent/],
  ['a field of a response may be null', (c) => (c.Thing.properties.id.type = ['string', 'null']), /type was string and is string or null/],
  ['a type of a response is widened', (c) => (c.Thing.properties.note.type = ['string', 'null', 'number']), /note: the type was/],
  ['a format of a response is removed', (c) => delete c.Thing.properties.id.format, /format was uuid and is open/],
  ['a response has another variant', (c) => (c.Thing.properties.id = { oneOf: [c.Thing.properties.id, { type: 'integer' }] }), /variant integer is new/],
];

for (const [what, change, expected] of BREAKS) {
  test(`compat finds that ${what}`, () => assert.match(after_(change).join('\n'), expected));
}

const COMPATIBLE = [
  ['nothing', () => {}],
  ['a new operation', (c) => (c.paths['/v1/others'] = { get: c.get })],
  ['a new optional parameter', (c) => c.get.parameters.push({ in: 'query', name: 'of' })],
  ['a new optional field of a request', (c) => (c.NewThing.properties.colour = { type: 'string' })],
  ['a new field of a response', (c) => { c.Thing.properties.colour = { type: 'string' }; c.Thing.required.push('colour'); }],
  ['a new value in a response', (c) => c.Thing.properties.state.enum.push('paused')],
  ['a new value in a request', (c) => c.NewThing.properties.tags.items.enum.push('c')],
  ['a wider type in a request', (c) => (c.NewThing.properties.name.type = ['string', 'null'])],
  ['a higher maximum', (c) => (c.get.parameters[1].schema.maximum = 500)],
  ['a field that is no longer required', (c) => c.NewThing.required.pop()],
  ['an operation that became public', (c) => (c.get.security = [])],
  ['another way to sign in', (c) => c.get.security.push({ bearer: [] })],
  ['a problem that is no longer listed', (c) => delete c.get.responses[404]],
  ['a narrower type in a response', (c) => (c.Thing.properties.note.type = 'string')],
  ['another text', (c) => (c.Thing.description = 'A thing.')],
];

for (const [what, change] of COMPATIBLE) {
  test(`compat accepts ${what}`, () => assert.deepEqual(after_(change), []));
}

test('compat reads the real contract to its ends', () => {
  const contract = JSON.parse(readFileSync(new URL('../openapi/slrt.json', import.meta.url), 'utf8'));
  assert.deepEqual(breaks(contract, contract), []);
  const now = structuredClone(contract);
  delete now.components.schemas.Complaint.properties.status;
  const places = breaks(contract, now);
  assert.ok(places.some((place) => place.startsWith('GET /v1/complaints/{id} 200/status')), places.join('\n'));
});

test('an accepted change needs a reason and must exist', () => {
  assert.deepEqual(unaccepted(['GET /a: x'], '# Reason: accepts more than before.\nGET /a: x\n'), []);
  assert.match(unaccepted(['GET /a: x'], 'GET /a: x\n').join(), /without/);
  assert.match(unaccepted([], '# Reason: one.\nGET /a: x\n').join(), /not found/);
});

// ---- Migrations ------------------------------------------------------------------------------------------------------

const squawk = process.env.SQUAWK ?? 'squawk';
const base = mkdtempSync(join(tmpdir(), 'slrt-checks-'));
after(() => rmSync(base, { recursive: true, force: true }));

function migration(name, sql, metadata) {
  const folder = join(base, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'up.sql'), sql);
  if (metadata) writeFileSync(join(folder, 'metadata.toml'), metadata);
  return folder;
}

const LOCKING = [
  ['an index that is not built concurrently', 'create index i on t (a);', 'require-concurrent-index-creation'],
  ['an index that is not dropped concurrently', 'drop index i;', 'require-concurrent-index-deletion'],
  ['another type', 'alter table t alter column a type bigint;', 'changing-column-type'],
  ['a volatile default', 'alter table t add column a uuid default gen_random_uuid();', 'adding-field-with-default'],
  ['a column that must be given', 'alter table t add column a integer not null;', 'adding-required-field'],
  ['not null without a validated constraint', 'alter table t alter column a set not null;', 'adding-not-nullable-field'],
  ['a foreign key that is validated at once', 'alter table t add constraint c foreign key (a) references u (id);', 'constraint-missing-not-valid'],
  ['a constraint that is validated at once', 'alter table t add constraint c check (a > 0);', 'constraint-missing-not-valid'],
  ['a validation in the same transaction', 'alter table t add constraint c check (a > 0) not valid; alter table t validate constraint c;', 'constraint-missing-not-valid'],
  ['a column that the release before reads', 'alter table t drop column a;', 'ban-drop-column'],
  ['a column that has another name now', 'alter table t rename column a to b;', 'renaming-column'],
];

for (const [what, sql, rule] of LOCKING) {
  test(`migrations: ${what} is found`, () => {
    const found = faults(squawk, migration(rule, `set lock_timeout = '2s';\n${sql}\n`));
    assert.ok(found.some((fault) => fault.includes(` ${rule}: `)), found.join('\n'));
  });
}

test('migrations: a missing lock_timeout is found', () => {
  const found = faults(squawk, migration('timeout', 'alter table t add column a integer;'));
  assert.ok(found.some((fault) => fault.includes('require-lock-timeout')), found.join('\n'));
});

test('migrations: what locks nothing for long passes', () => {
  const sql = `set lock_timeout = '2s';
    create table u (id uuid primary key, a integer not null);
    create index u_by_a on u (a);
    alter table t add column a integer not null default 3;
    alter table t add constraint c check (a > 0) not valid;`;
  assert.deepEqual(faults(squawk, migration('good', sql)), []);
  const index = "set lock_timeout = '2s';\ncreate index concurrently if not exists i on t (a);";
  assert.deepEqual(faults(squawk, migration('index', index, 'run_in_transaction = false\n')), []);
});

test('migrations: concurrently needs a migration without a transaction', () => {
  const found = faults(squawk, migration('inside', "set lock_timeout = '2s';\ncreate index concurrently if not exists i on t (a);"));
  assert.ok(found.some((fault) => fault.includes('ban-concurrent-index-creation-in-transaction')), found.join('\n'));
});

test('migrations: an exception needs its reason', () => {
  const sql = (reason) => `set lock_timeout = '2s';\n${reason}-- squawk-ignore require-concurrent-index-creation\ncreate index i on t (a);`;
  assert.deepEqual(faults(squawk, migration('reason', sql('-- Reason: one row for each province.\n'))), []);
  assert.match(faults(squawk, migration('bare', sql(''))).join(), /needs "-- Reason: …"/);
});

test('migrations: only those after the last tag are checked, and released ones are not edited', () => {
  const repository = join(base, 'repository');
  const git = (...args) => {
    const ran = spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t.example', '-c', 'tag.gpgsign=false', ...args], { cwd: repository, encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stderr);
  };
  const write = (name, sql) => {
    mkdirSync(join(repository, 'migrations', name), { recursive: true });
    writeFileSync(join(repository, 'migrations', name, 'up.sql'), sql);
  };
  const locks = 'create index i on t (a);';
  write('2026-01-01-0001_first', locks);
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '-m', 'First');
  assert.equal(lastTag(repository), undefined);
  assert.deepEqual(check(squawk, repository).faults, []);
  git('tag', 'v0.2.0');
  assert.equal(lastTag(repository), 'v0.2.0');
  assert.deepEqual(check(squawk, repository).faults, []);
  write('2026-01-02-0001_second', locks);
  assert.match(check(squawk, repository).faults.join(), /0001_second.*require-concurrent-index-creation/);
  write('2026-01-01-0001_first', 'select 1;');
  assert.match(check(squawk, repository).faults.join(), /0001_first.*was edited/);
});
