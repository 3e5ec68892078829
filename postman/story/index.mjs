// The whole collection.

import { cases } from './cases.mjs';
import { operationOf, operations } from './contract.mjs';
import { mainFlow } from './main-flow.mjs';
import { registry } from './registry.mjs';
import { CLIENTS, signIn } from './sessions.mjs';
import { script } from './script.mjs';
import { setting } from './setting.mjs';

/** What holds for every answer of the service. */
const EVERYWHERE = script(
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
);

export const folders = [mainFlow, ...setting, ...registry, ...cases].map(flat);

/** A step may be made of several requests. */
function flat(folder) {
  return { ...folder, item: folder.item.flat(Infinity).map((item) => (item.item ? flat(item) : item)) };
}

const requestsOf = (item) => (item.item ? item.item.flatMap(requestsOf) : [item]);
export const requests = folders.flatMap(requestsOf);

/** The story is complete, and each request can be named. */
function check() {
  const names = requests.map((request) => request.name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw new Error(`two requests have the same name: ${[...new Set(twice)].join(', ')}`);
  const met = new Set(requests.map(({ request }) => operationOf(request.method, `/${request.url.path.join('/')}`)?.id));
  const absent = operations.filter((operation) => !met.has(operation.id)).map((operation) => operation.id);
  if (absent.length > 0) throw new Error(`the story has no ${absent.join(', ')}`);
}

export function collection(info) {
  check();
  const event = (listen, exec) => ({ listen, script: { type: 'text/javascript', exec } });
  const text = (key, value) => ({ key, value, type: 'string' });
  return {
    info: {
      name: info.title,
      description: info.description,
      version: info.version,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    event: [event('prerequest', signIn), event('test', EVERYWHERE)],
    variable: [
      text('baseUrl', 'http://127.0.0.1:8080'),
      ...CLIENTS.flatMap((name) => [text(`${name}_client_id`, `demo-${name.replaceAll('_', '-')}`), text(`${name}_client_secret`, '')]),
    ],
    item: folders,
  };
}
