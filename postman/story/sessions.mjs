// Who signs in, and how the collection keeps a token of each at hand.

import { script } from './script.mjs';

/** Clients of the demo, by the prefix of their variables in the environment that the demo writes. */
export const CLIENTS = [
  'desk_bandung', 'manager_bandung', 'admin_bandung', 'registry_bandung', 'registry_national', 'desk_sleman',
  'puskesos_cileunyi', 'program_pkh', 'province_jabar', 'message_gateway', 'auditor',
];

/**
 * A session is a client, and the officer it acts for. `reveals`: its tokens carry `pii:reveal`, so that a request for
 * personal data must name its purpose.
 */
export const SESSIONS = {
  front: { client: 'desk_bandung', operator: 'bandung-fo-1' },
  back: { client: 'desk_bandung', operator: 'bandung-bo-1', reveals: true },
  colleague: { client: 'desk_bandung', operator: 'bandung-bo-2', reveals: true },
  manager: { client: 'manager_bandung' },
  admin: { client: 'admin_bandung' },
  registry: { client: 'registry_bandung' },
  national: { client: 'registry_national', reveals: true },
  facilitator: { client: 'puskesos_cileunyi', operator: '{{facilitator_id}}' },
  sleman: { client: 'desk_sleman', reveals: true },
  pkh: { client: 'program_pkh' },
  province: { client: 'province_jabar' },
  gateway: { client: 'message_gateway' },
  auditor: { client: 'auditor' },
};

/** Before each request: a token that it needs and that is missing or about to expire is fetched. */
export const signIn = script(
  '// Tokens live 15 minutes. The ids and secrets come from the environment.',
  `const sessions = ${JSON.stringify(SESSIONS)};`,
  'const wanted = (JSON.stringify(pm.request.auth || {}).match(/\\{\\{(\\w+)_token\\}\\}/) || [])[1];',
  'const session = sessions[wanted];',
  'const until = Number(pm.collectionVariables.get(`${wanted}_token_until`) || 0);',
  'if (session && until < Date.now() + 60000) {',
  '  const client = (what) => pm.variables.get(`${session.client}_client_${what}`);',
  '  const form = [{ key: "grant_type", value: "client_credentials" }];',
  '  if (session.operator) form.push({ key: "operator", value: pm.variables.replaceIn(session.operator) });',
  '  pm.sendRequest({',
  '    url: `${pm.variables.get("baseUrl")}/oauth/token`,',
  '    method: "POST",',
  '    header: { Authorization: `Basic ${btoa(`${client("id")}:${client("secret")}`)}` },',
  '    body: { mode: "urlencoded", urlencoded: form },',
  '  }, (error, answer) => {',
  '    if (error || answer.code !== 200) throw new Error(`${wanted} gets no token: ${error || answer.text()}`);',
  '    const { access_token, expires_in } = answer.json();',
  '    pm.collectionVariables.set(`${wanted}_token`, access_token);',
  '    pm.collectionVariables.set(`${wanted}_token_until`, Date.now() + expires_in * 1000);',
  '  });',
  '}',
);
