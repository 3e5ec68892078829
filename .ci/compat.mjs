// Compares the contract with that of the last tag: nothing that a client may rely on is removed or narrowed.
//
//   node .ci/compat.mjs                       openapi/slrt.json against the last tag
//   node .ci/compat.mjs <old.json> <new.json>
//
// A request may carry more than before and must not need more. A response may carry more and must not carry less. Values of
// an enum in a response may be added: clients must accept unknown ones. Texts, examples and problem responses are not compared.
//
// A finding that breaks no client, such as a pattern that accepts more than before, is listed in openapi/accepted-changes.txt:
// the sentence as printed, in the line after "# Reason: …". An entry that matches nothing is a fault.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { fileAt, lastTag } from './release.mjs';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const REQUEST = 'request';
const RESPONSE = 'response';

/** Breaks between two contracts, as sentences. */
export function breaks(before, after) {
  const found = [];
  const at = (place, text) => found.push(`${place}: ${text}`);
  for (const [path, item] of Object.entries(before.paths ?? {})) {
    for (const method of METHODS.filter((name) => item[name])) {
      const place = `${method.toUpperCase()} ${path}`;
      const now = after.paths?.[path]?.[method];
      if (now) compareOperations(side(before, item[method]), side(after, now), place, at);
      else at(place, 'the operation was removed');
    }
  }
  return found;
}

/** A part of a contract, with the contract that its references lead to. */
const side = (root, node) => ({ root, node: resolve(root, node), name: node?.$ref });

function resolve(root, node) {
  let found = node;
  while (found?.$ref) {
    const keys = found.$ref.slice(2).split('/').map((key) => key.replace(/~1/g, '/').replace(/~0/g, '~'));
    found = keys.reduce((value, key) => value?.[key], root);
  }
  return found;
}

const part = (of, node) => side(of.root, node);

// ---- Operations ------------------------------------------------------------------------------------------------------

function compareOperations(old, now, place, at) {
  if (old.node.operationId !== now.node.operationId) at(place, `the operation id is no longer ${old.node.operationId}`);
  compareSecurity(old.node.security, now.node.security, place, at);
  compareParameters(old, now, place, at);
  compareBodies(part(old, old.node.requestBody), part(now, now.node.requestBody), place, at);
  for (const [status, response] of Object.entries(old.node.responses ?? {}).filter(([code]) => !/^[45]/.test(code))) {
    const answer = `${place} ${status}`;
    const other = now.node.responses?.[status];
    if (!other) at(answer, 'the response was removed');
    else compareResponses(part(old, response), part(now, other), answer, at);
  }
}

/** Each way in must still be one: an alternative that asks for nothing more than the old one. */
function compareSecurity(old = [], now = [], place, at) {
  const asks = (alternative) => Object.entries(alternative).flatMap(([scheme, scopes]) => [scheme, ...scopes]);
  const ways = now.length ? now : [{}];
  for (const way of old.length ? old : [{}]) {
    const had = asks(way);
    if (!ways.some((other) => asks(other).every((need) => had.includes(need)))) {
      at(place, `access with ${had.join(' ') || 'no token'} is no longer enough`);
    }
  }
}

function compareParameters(old, now, place, at) {
  const of = (operation) => (operation.node.parameters ?? []).map((parameter) => part(operation, parameter));
  const key = ({ node }) => `${node.in} parameter ${node.in === 'header' ? node.name.toLowerCase() : node.name}`;
  const known = new Map(of(old).map((parameter) => [key(parameter), parameter]));
  const current = new Map(of(now).map((parameter) => [key(parameter), parameter]));
  for (const [name, parameter] of known) {
    const other = current.get(name);
    if (!other) {
      at(place, `${name} was removed`);
      continue;
    }
    if (other.node.required && !parameter.node.required) at(place, `${name} is now required`);
    compareSchemas(part(parameter, parameter.node.schema), part(other, other.node.schema), REQUEST, `${place} ${name}`, at);
  }
  for (const [name, parameter] of current) {
    if (!known.has(name) && parameter.node.required) at(place, `${name} is new and required`);
  }
}

function compareBodies(old, now, place, at) {
  if (!old.node) {
    if (now.node?.required) at(place, 'a request body is now required');
    return;
  }
  if (!now.node) {
    at(place, 'the request body was removed');
    return;
  }
  if (now.node.required && !old.node.required) at(place, 'the request body is now required');
  compareContent(old, now, REQUEST, `${place} body`, at);
}

function compareResponses(old, now, place, at) {
  for (const header of Object.keys(old.node.headers ?? {})) {
    if (!now.node.headers?.[header]) at(place, `the header ${header} was removed`);
  }
  compareContent(old, now, RESPONSE, place, at);
}

function compareContent(old, now, direction, place, at) {
  for (const [kind, media] of Object.entries(old.node.content ?? {})) {
    const other = now.node.content?.[kind];
    if (!other) at(place, `${kind} was removed`);
    else if (media.schema && other.schema) {
      compareSchemas(part(old, media.schema), part(now, other.schema), direction, place, at);
    }
  }
}

// ---- Schemas ---------------------------------------------------------------------------------------------------------

/** Compares two schemas. `seen` holds the pairs above this one, so that a schema that contains itself ends. */
function compareSchemas(old, now, direction, place, at, seen = []) {
  if (seen.some(([x, y]) => x === old.node && y === now.node)) return;
  seen = [...seen, [old.node, now.node]];
  const [a, b] = [flat(old), flat(now)];
  const request = direction === REQUEST;
  const below = (x, y, where) => compareSchemas(part(old, x), part(now, y), direction, where, at, seen);

  // A schema without variants is the only variant of itself.
  if (a.variants.length || b.variants.length) {
    const variants = (of, made) => (made.variants.length ? made.variants.map((variant) => part(of, variant)) : [of]);
    compareVariants(variants(old, a), variants(now, b), direction, place, at, seen);
  } else compareTypes(a, b, request, place, at);
  compareValues(a, b, request, place, at);
  if (request) compareLimits(a, b, place, at);
  if (b.format !== a.format && (request ? b.format : a.format)) {
    at(place, `the format was ${a.format ?? 'open'} and is ${b.format ?? 'open'}`);
  }
  for (const [name, property] of Object.entries(a.properties)) {
    const field = `${place}/${name}`;
    if (!(name in b.properties)) at(field, 'the field was removed');
    else {
      if (request && b.required.has(name) && !a.required.has(name)) at(field, 'the field is now required');
      if (!request && a.required.has(name) && !b.required.has(name)) at(field, 'the field may now be absent');
      below(property, b.properties[name], field);
    }
  }
  if (request) {
    for (const name of b.required) if (!(name in a.properties)) at(`${place}/${name}`, 'the field is new and required');
    if (a.additional !== false && b.additional === false) at(place, 'further fields are no longer accepted');
  }
  if (isObject(a.additional) && isObject(b.additional)) below(a.additional, b.additional, `${place}/*`);
  if (a.items && b.items) below(a.items, b.items, `${place}/0`);
  if (request && !a.items && isObject(b.items)) at(place, 'the items are now restricted');
}

const isObject = (value) => value !== null && typeof value === 'object';

/** A schema in one form: references and `allOf` resolved, types as a set, `oneOf` with null as a type. */
function flat({ root, node }) {
  const made = { types: undefined, properties: {}, required: new Set(), variants: [], limits: {} };
  const nulls = add(root, node ?? {}, made);
  if (nulls && made.types) made.types.add('null');
  return made;
}

const LIMITS = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const CAPS = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const EXACT = ['pattern', 'multipleOf', 'uniqueItems'];

/** Adds a schema to `made`; true when null is one of its variants. */
function add(root, written, made) {
  const schema = resolve(root, written) ?? {};
  for (const inner of schema.allOf ?? []) add(root, inner, made);
  if (schema.type) {
    const types = new Set([].concat(schema.type));
    made.types = made.types ? new Set([...made.types].filter((type) => types.has(type))) : types;
  }
  Object.assign(made.properties, schema.properties);
  for (const name of schema.required ?? []) made.required.add(name);
  if (schema.additionalProperties !== undefined) made.additional = schema.additionalProperties;
  if (schema.enum) made.values = schema.enum;
  if ('const' in schema) made.values = [schema.const];
  if (schema.items) made.items = schema.items;
  if (schema.format) made.format = schema.format;
  for (const name of [...LIMITS, ...CAPS, ...EXACT, 'default']) if (name in schema) made.limits[name] = schema[name];
  const variants = schema.oneOf ?? schema.anyOf ?? [];
  const others = variants.filter((variant) => resolve(root, variant)?.type !== 'null');
  const nulls = others.length < variants.length;
  if (others.length === 1) add(root, others[0], made);
  else made.variants.push(...others);
  return nulls;
}

function compareTypes(a, b, request, place, at) {
  const includes = (types, type) => types.has(type) || (type === 'integer' && types.has('number'));
  const [wide, narrow] = request ? [b.types, a.types] : [a.types, b.types];
  const fits = !wide || (narrow && [...narrow].every((type) => includes(wide, type)));
  if (!fits) at(place, `the type was ${names(a.types)} and is ${names(b.types)}`);
}

const names = (types) => (types ? [...types].join(' or ') : 'open');

function compareValues(a, b, request, place, at) {
  if (!request || !b.values) return;
  if (!a.values) at(place, 'only some values are accepted now');
  else {
    const gone = a.values.filter((value) => !b.values.some((other) => isDeepStrictEqual(value, other)));
    for (const value of gone.filter((one) => one !== null)) at(place, `the value ${JSON.stringify(value)} was removed`);
  }
}

function compareLimits(a, b, place, at) {
  for (const name of LIMITS) {
    if (b.limits[name] > (a.limits[name] ?? -Infinity)) at(place, `${name} was ${a.limits[name] ?? 'open'} and is ${b.limits[name]}`);
  }
  for (const name of CAPS) {
    if (b.limits[name] < (a.limits[name] ?? Infinity)) at(place, `${name} was ${a.limits[name] ?? 'open'} and is ${b.limits[name]}`);
  }
  const changed = (name) => !isDeepStrictEqual(a.limits[name], b.limits[name]);
  const report = (name) => at(place, `${name} was ${JSON.stringify(a.limits[name])} and is ${JSON.stringify(b.limits[name])}`);
  EXACT.filter((name) => b.limits[name] && changed(name)).forEach(report);
  if ('default' in a.limits && changed('default')) report('default');
}

/** Each variant of a request must still be accepted; a response has no variant that it did not have. */
function compareVariants(old, now, direction, place, at, seen) {
  const fits = (a, b) => {
    const faults = [];
    compareSchemas(a, b, direction, '', (...fault) => faults.push(fault), seen);
    return faults.length === 0;
  };
  const name = (variant) => variant.name?.split('/').pop() ?? variant.node?.title ?? names(flat(variant).types);
  if (direction === REQUEST) {
    const gone = old.filter((variant) => !now.some((other) => fits(variant, other)));
    for (const variant of gone) at(place, `the variant ${name(variant)} is no longer accepted`);
  } else {
    const added = now.filter((variant) => !old.some((other) => fits(other, variant)));
    for (const variant of added) at(place, `the variant ${name(variant)} is new`);
  }
}

// ---- The command -----------------------------------------------------------------------------------------------------

/** Findings that are not accepted, and entries that accept nothing. */
export function unaccepted(found, accepted) {
  const lines = accepted.split('\n');
  const entries = lines.flatMap((line, at) => (line && !line.startsWith('#') ? [{ line, why: lines[at - 1] ?? '' }] : []));
  const known = (sentence) => entries.some(({ line }) => line === sentence);
  return [
    ...found.filter((sentence) => !known(sentence)),
    ...entries.filter(({ why }) => !/^# Reason: \S/.test(why)).map(({ line }) => `accepted without "# Reason: …" above: ${line}`),
    ...entries.filter(({ line }) => !found.includes(line)).map(({ line }) => `accepted, but not found: ${line}`),
  ];
}

function main([older, newer]) {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  const path = 'openapi/slrt.json';
  const tag = older ? undefined : lastTag(folder);
  if (!older && !tag) {
    console.log('compat: no version is tagged yet: there is no contract to compare with');
    return 0;
  }
  const before = JSON.parse(older ? readFileSync(older, 'utf8') : fileAt(folder, tag, path));
  const after = JSON.parse(readFileSync(newer ?? `${folder}/${path}`, 'utf8'));
  const list = `${folder}/openapi/accepted-changes.txt`;
  const accepted = tag && existsSync(list) ? readFileSync(list, 'utf8') : '';
  const found = unaccepted(breaks(before, after), accepted);
  found.forEach((sentence) => console.error(sentence));
  console.log(`compat: ${found.length} breaks against ${tag ?? older}`);
  return found.length ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(main(process.argv.slice(2)));
