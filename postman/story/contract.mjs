// The contract, as the story and its checks read it.

import { readFileSync } from 'node:fs';

export const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];

export const contract = JSON.parse(readFileSync(new URL('../../openapi/slrt.json', import.meta.url), 'utf8'));

/** What `$ref` points at, or the thing itself. */
export function resolve(thing) {
  if (!thing?.$ref) return thing;
  return thing.$ref.slice(2).split('/').reduce((at, key) => at[key.replaceAll('~1', '/').replaceAll('~0', '~')], contract);
}

/** All operations: { id, method, path, parameters, responses, … }. */
export const operations = Object.entries(contract.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => item[method]).map((method) => {
    const operation = item[method];
    const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(resolve);
    return { ...operation, id: operation.operationId, method: method.toUpperCase(), path, parameters };
  }));

const byId = new Map(operations.map((operation) => [operation.id, operation]));

export function operation(id) {
  const found = byId.get(id);
  if (!found) throw new Error(`the contract has no operation ${id}`);
  return found;
}

/** The operation that answers a request; a literal segment comes before a parameter. */
export function operationOf(method, path) {
  const segments = path.split('/');
  const fits = operations.filter((candidate) => {
    const pattern = candidate.path.split('/');
    return candidate.method === method && pattern.length === segments.length
      && pattern.every((part, index) => part.startsWith('{') || part === segments[index]);
  });
  const literals = (candidate) => candidate.path.split('/').filter((part) => !part.startsWith('{')).length;
  return fits.sort((a, b) => literals(b) - literals(a))[0];
}
