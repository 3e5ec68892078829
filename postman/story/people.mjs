// The people of a run: invented, with numbers of their own in each run (a real region's prefix, a date of birth, and a
// serial from 9000 on), so that the story can be repeated against the same service.

import { script, store } from './script.mjs';

/** Sex, and age in years at the end of this year; an adult's age is drawn for each run. */
const PEOPLE = {
  head: ['female'],
  child: ['male', 9],
  budi: ['male'],
  dewi: ['female'],
  rudi: ['male', 14],
  lina: ['female', 7],
  maman: ['male'],
  tono: ['male'],
  wati: ['female'],
  yanti: ['female'],
  aminah: ['female', 67],
};

const CARDS = ['family', 'budi', 'wati', 'yanti', 'import_a', 'import_b'];

/**
 * Sets what a run needs: `run` (4 digits), days, times and ids, and for each person `…_nik` and `…_born`, for each family
 * `…_card_no`. The variable `seed`, where it is set, makes the same people again.
 */
export const begin = script(
  '// What an earlier run stored.',
  'for (const name of Object.keys(pm.collectionVariables.toObject())) {',
  '  if (!/^(baseUrl|seed|.*_client_(id|secret))$/.test(name)) pm.collectionVariables.unset(name);',
  '}',
  'let state = Number(pm.variables.get("seed")) || Math.floor(Math.random() * 2 ** 31);',
  'const among = (n) => {',
  '  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;',
  '  return (state >>> 8) % n;',
  '};',
  'const two = (n) => String(n).padStart(2, "0");',
  store('run', 'String(1000 + among(9000))'),
  'const now = new Date();',
  'const day = (days) => new Date(now.getTime() + days * 86400000).toISOString().slice(0, 10);',
  'const days = { today: 0, yesterday: -1, last_week: -7, last_month: -31, last_quarter: -100, next_week: 7, next_month: 31, next_quarter: 100, next_year: 365 };',
  'for (const [name, offset] of Object.entries(days)) pm.collectionVariables.set(name, day(offset));',
  store('in_two_weeks', '`${day(14)}T02:00:00Z`'),
  store('this_month', 'day(0).slice(0, 7)'),
  store('year', 'day(0).slice(0, 4)'),
  store('holiday_on', 'day(40 + among(300))'),
  '// Ids (UUIDv7) as a tablet makes them without a network.',
  'for (let n = 1; n <= 8; n += 1) {',
  '  const hex = (length) => Array.from({ length }, () => among(16).toString(16)).join("");',
  '  const time = now.getTime().toString(16).padStart(12, "0");',
  '  pm.collectionVariables.set(`new_id_${n}`, `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(12)}`);',
  '}',
  store('an_hour_ago', 'new Date(now.getTime() - 3600000).toISOString()'),
  'const quarter = Math.floor(now.getUTCMonth() / 3);',
  store('snapshot', '`${now.getUTCFullYear()}-Q${quarter + 1}`'),
  store('snapshot_on', '`${now.getUTCFullYear()}-${two(quarter * 3 + 1)}-01`'),
  '// PPKKCC DDMMYY SSSS; for a woman 40 is added to the day.',
  `for (const [name, [sex, age]] of Object.entries(${JSON.stringify(PEOPLE)})) {`,
  '  const year = now.getUTCFullYear() - (age || 30 + among(25));',
  '  const [d, m] = [1 + among(28), 1 + among(12)];',
  '  pm.collectionVariables.set(`${name}_nik`, `320405${two(sex === "female" ? d + 40 : d)}${two(m)}${two(year % 100)}${9000 + among(1000)}`);',
  '  pm.collectionVariables.set(`${name}_born`, `${year}-${two(m)}-${two(d)}`);',
  '}',
  `for (const name of ${JSON.stringify(CARDS)}) {`,
  '  pm.collectionVariables.set(`${name}_card_no`, `320405${two(1 + among(28))}${two(1 + among(12))}${two(among(100))}${9000 + among(1000)}`);',
  '}',
);
