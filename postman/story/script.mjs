// Pieces of test scripts: each gives lines of JavaScript for Postman's sandbox.

/** Lines, however they are nested. */
export const script = (...parts) => parts.flat(Infinity).filter((line) => line !== undefined);

export const test = (name, ...body) =>
  script(`pm.test(${JSON.stringify(name)}, () => {`, body.flat(Infinity).map((line) => `  ${line}`), '});');

export const store = (variable, expression) => `pm.collectionVariables.set(${JSON.stringify(variable)}, ${expression});`;
export const stored = (variable) => `pm.collectionVariables.get(${JSON.stringify(variable)})`;

/** A value of the story as JavaScript: `{{x}}` is the variable x. */
export function literal(value) {
  const whole = typeof value === 'string' && value.match(/^\{\{(\w+)\}\}$/);
  if (whole) return `pm.variables.get(${JSON.stringify(whole[1])})`;
  return JSON.stringify(value);
}

/** The answer is this kind of success; `body` is then at hand. */
export const success = (status, type = 'application/json') => script(
  test(`${status}, ${type}`,
    `pm.response.to.have.status(${status});`,
    `pm.expect(pm.response.headers.get("Content-Type")).to.match(/^${type.replace(/[/+]/g, '\\$&')}/);`),
  'const body = pm.response.json();',
);

/** The answer is this problem; `body` is then at hand. */
export const problem = (status, code, ...more) => script(
  'const body = pm.response.json();',
  test(`${status} ${code}`,
    `pm.response.to.have.status(${status});`,
    'pm.expect(pm.response.headers.get("Content-Type")).to.eql("application/problem+json");',
    `pm.expect(body).to.include({ status: ${status}, code: ${JSON.stringify(code)}, type: ${JSON.stringify(`/problems/${code}`)} });`,
    'pm.expect(body.title).to.be.a("string").and.not.be.empty;',
    'pm.expect(body.detail).to.be.a("string").and.not.be.empty;'),
  more,
);

export const created = (path) => test('names its address and version',
  `pm.expect(pm.response.headers.get("Location")).to.eql("${path}/" + body.id);`,
  'pm.expect(pm.response.headers.get("ETag")).to.eql(`"${body.version}"`);');

export const moved = (status) => test(`is now ${status}, with a new version`,
  `pm.expect(body.status).to.eql(${JSON.stringify(status)});`,
  'pm.expect(body.allowed_actions).to.be.an("array");',
  'pm.expect(pm.response.headers.get("ETag")).to.eql(`"${body.version}"`);');

export const lacks = (permission) => test(`names the missing permission ${permission}`,
  `pm.expect(body.detail).to.include(${JSON.stringify(permission)});`,
  'const challenge = pm.response.headers.get("WWW-Authenticate");',
  'pm.expect(challenge).to.include("insufficient_scope");',
  `pm.expect(challenge).to.include(${JSON.stringify(permission)});`);
