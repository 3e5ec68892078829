// What the regency sets up before a case comes in: programmes, offices and services, deadlines, officers and desks.

import { finished, folder, op } from './steps.mjs';

const REGENCY = '32.04';
const DISTRICT = '32.04.05';
const VILLAGE = '32.04.05.2001';

const service = folder('Service', 'Health of the service, its contract, and how to sign in.', [
  op('get_liveness', 'Is the process alive?', { is: { status: 'pass' } }),
  op('get_readiness', 'Can it work?', { is: { status: 'pass' } }),
  op('get_contract', 'Read the contract', {
    checks: { 'is OpenAPI 3.1': ['pm.expect(body.openapi).to.match(/^3\\.1\\./);', 'pm.expect(body.paths).to.have.property("/v1/complaints");'] },
  }),
  op('get_server_metadata', 'Where to sign in', {
    checks: { 'client credentials': ['pm.expect(body.grant_types_supported).to.include("client_credentials");'] },
  }),
  op('get_key_set', 'Keys that verify tokens', {
    checks: { 'public keys only': ['pm.expect(body.keys).to.not.be.empty;', 'for (const key of body.keys) pm.expect(key).to.not.have.property("d");'] },
  }),
]);

const reference = folder('Regions and code lists', 'What needs no token: regions, code lists, state machines.', [
  op('get_region', 'Read a region', { path: { code: VILLAGE }, is: { code: VILLAGE, name: 'Cileunyi Kulon' } }),
  op('list_region_children', 'Villages of a district', {
    path: { code: DISTRICT },
    checks: { 'has the village': [`pm.expect(body.items.map((r) => r.code)).to.include("${VILLAGE}");`] },
  }),
  op('list_reference', 'All code lists', {
    checks: { 'has the sectors': ['pm.expect(body.items.map((l) => l.name)).to.include("sectors");'] },
  }),
  op('get_reference_list', 'Read a code list', {
    path: { list: 'sectors' },
    checks: { 'labels in two languages': ['const health = body.items.find((c) => c.code === "health");', 'pm.expect(health).to.include.all.keys("label_id", "label_en");'] },
  }),
]);

const RULE = { all: [{ field: 'family.decile', op: 'lte', value: 3 }, { field: 'family.count_enrolled_sd', op: 'gte', value: 1 }] };

const programmes = folder('Programmes', 'A regency adds a programme of its own: a rule is tried before it holds.', [
  op('list_programs', 'List the programmes', {
    checks: { 'has PKH': ['pm.expect(body.items.map((p) => p.code)).to.include("PKH");'] },
  }),
  op('create_program', 'Add a programme of the regency', {
    as: 'admin',
    body: {
      code: 'BERAS_3204_{{run}}',
      name: 'Bantuan Beras Kabupaten Bandung',
      recipient_unit: 'family',
      owner: 'Dinas Sosial Kabupaten Bandung',
      legal_basis: 'Peraturan Bupati Bandung (contoh)',
      confidence: 'local',
      region_code: REGENCY,
    },
    is: { name: 'Bantuan Beras Kabupaten Bandung', region_code: REGENCY },
    keep: { program: 'body.code' },
  }),
  op('get_program', 'Read a programme', { path: { code: '{{program}}' }, is: { code: '{{program}}' }, etag: 'program_etag' }),
  op('update_program', 'Add a note to the programme', {
    as: 'admin',
    path: { code: '{{program}}' },
    ifMatch: 'program_etag',
    body: { notes: '10 kg beras setiap bulan selama musim paceklik.' },
    is: { notes: '10 kg beras setiap bulan selama musim paceklik.' },
  }),
  op('validate_rule', 'Is the rule well formed?', { as: 'admin', body: { rule: RULE }, is: { valid: true } }),
  op('create_rule_trial', 'Try the rule on families of the regency', {
    as: 'admin',
    path: { code: '{{program}}' },
    body: { region_code: REGENCY, rule: RULE, sample: 100 },
    status: 200,
  }),
  op('create_rule_trial', 'Try it on all families of a district', {
    as: 'admin',
    path: { code: '{{program}}' },
    body: { region_code: DISTRICT, rule: RULE },
    status: 202,
    keep: { trial_job_id: 'body.id' },
  }),
  finished('Wait for the trial', 'admin', 'trial_job_id'),
  op('get_job_result', 'What the rule would change', {
    as: 'admin',
    path: { id: '{{trial_job_id}}' },
    checks: { 'of all families': ['pm.expect(pm.response.json().sampled).to.be.false;'] },
    parse: false,
  }),
  op('create_rule_version', 'Add a rule from next month on', {
    as: 'admin',
    path: { code: '{{program}}' },
    body: { effective_from: '{{next_month}}', rule: RULE, source: 'Peraturan Bupati Bandung (contoh)' },
    is: { effective_from: '{{next_month}}' },
    keep: { rule_version: 'body.version' },
  }),
  op('get_rule_version', 'Read a rule', {
    path: { code: '{{program}}', version: '{{rule_version}}' },
    checks: { 'is the rule sent': [`pm.expect(body.rule).to.eql(${JSON.stringify(RULE)});`] },
  }),
  op('withdraw_rule_version', 'Withdraw the rule before it holds', {
    as: 'admin',
    path: { code: '{{program}}', version: '{{rule_version}}' },
    checks: { 'has no rule again': ['pm.expect(body.rules).to.be.empty;'] },
  }),
]);

const directory = folder('Directory', 'A new shelter with a service, and which office a need goes to when nothing else fits.', [
  op('list_organizations', 'Offices of the village', {
    query: { kind: 'puskesos_desk', within: REGENCY },
    checks: { 'desks of villages': ['for (const o of body.items) pm.expect(o.kind).to.eql("puskesos_desk");'] },
    keep: { puskesos_id: 'body.items.find((o) => o.name === "Puskesos Desa Cileunyi Kulon").id' },
  }),
  op('create_organization', 'Add an organization', {
    as: 'manager',
    body: {
      kind: 'facility',
      name: 'Rumah Singgah Cileunyi',
      region_code: DISTRICT,
      address: 'Kampung Contoh RT 05 RW 02',
      phone: '022-5550-9001',
    },
    is: { kind: 'facility', active: true },
    keep: { organization_id: 'body.id' },
    etag: 'organization_etag',
  }),
  op('get_organization', 'Read an organization', { path: { id: '{{organization_id}}' }, is: { id: '{{organization_id}}' } }),
  op('patch_organization', 'Correct its address for e-mail', {
    as: 'manager',
    path: { id: '{{organization_id}}' },
    ifMatch: 'organization_etag',
    body: { email: 'layanan@rumah-singgah.example' },
    is: { email: 'layanan@rumah-singgah.example' },
  }),
  op('create_service', 'Add a service', {
    as: 'manager',
    body: {
      organization_id: '{{organization_id}}',
      name: 'Tempat singgah sementara',
      description: 'Tempat tinggal paling lama tujuh hari, dengan makan tiga kali sehari.',
      sectors: ['social_rehabilitation'],
      area_codes: [REGENCY],
      capacity: 4,
      answer_days: 2,
      opening_hours: 'Setiap hari, 24 jam',
      requirements: 'KTP dan kartu keluarga, bila ada',
    },
    is: { capacity: 4, in_use: 0, active: true },
    keep: { shelter_service_id: 'body.id' },
    etag: 'service_etag',
  }),
  op('get_service', 'Read a service', { path: { id: '{{shelter_service_id}}' }, is: { organization_id: '{{organization_id}}' } }),
  op('list_services', 'Services of the organization', { query: { organization_id: '{{organization_id}}' }, finds: 'shelter_service_id' }),
  op('patch_service', 'Announce a closure', {
    as: 'manager',
    path: { id: '{{shelter_service_id}}' },
    ifMatch: 'service_etag',
    body: { capacity: 6, closures: [{ from_on: '{{next_quarter}}', until_on: '{{next_quarter}}', reason: 'Penyemprotan gedung' }] },
    is: { capacity: 6 },
  }),
  op('list_routing_defaults', 'Offices of last resort of the regency', {
    path: { region_code: REGENCY },
    checks: { 'is a list': ['pm.expect(body.items).to.be.an("array");'] },
    keep: { routing_etag: '`"${(body.items.find((d) => d.sector === "social_rehabilitation" && d.set_in === "32.04") || { version: 0 }).version}"`' },
  }),
  op('put_routing_default', 'Set the office of last resort', {
    as: 'manager',
    path: { region_code: REGENCY, sector: 'social_rehabilitation' },
    ifMatch: 'routing_etag',
    body: { service_id: '{{shelter_service_id}}', note: 'Bila tidak ada layanan lain yang cocok.' },
    status: [201, 200],
    is: { set_in: REGENCY },
    etag: 'routing_etag',
  }),
  op('get_routing_default', 'Where do such needs go now?', {
    path: { region_code: VILLAGE, sector: 'social_rehabilitation' },
    is: { set_in: REGENCY, service_id: '{{shelter_service_id}}' },
  }),
  op('delete_routing_default', 'Go back to the one of the country', {
    as: 'manager',
    path: { region_code: REGENCY, sector: 'social_rehabilitation' },
    ifMatch: 'routing_etag',
  }),
]);

const TARGET = { kind: 'light', first_response_days: 1, resolution_days: 3, province_after_days: 2, ministry_after_days: 5, source: 'Peraturan Bupati Bandung (contoh)' };

const levels = folder('Service levels', 'Working days of the regency, its targets, and how long reporters may confirm or reopen.', [
  op('list_holidays', 'Holidays of the year', {
    query: { year: '{{year}}', region_code: REGENCY, limit: 200 },
    checks: { 'has Independence Day': ['pm.expect(body.items.map((h) => h.day.slice(5))).to.include("08-17");'] },
  }),
  op('create_holiday', 'Add a holiday of the regency', {
    as: 'manager',
    body: { region_code: REGENCY, day: '{{holiday_on}}', kind: 'regional', name: 'Hari Jadi Kabupaten Bandung', source: 'Keputusan Bupati Bandung (contoh)' },
    status: 201,
    is: { day: '{{holiday_on}}', region_code: REGENCY },
    keep: { holiday_id: 'body.id' },
    etag: 'holiday_etag',
  }),
  op('get_holiday', 'Read a holiday', { path: { id: '{{holiday_id}}' }, is: { kind: 'regional' } }),
  op('delete_holiday', 'Take the holiday out again', { as: 'manager', path: { id: '{{holiday_id}}' }, ifMatch: 'holiday_etag' }),
  op('create_service_level_target', 'Set a target of the regency', {
    as: 'manager',
    body: { region_code: REGENCY, sector: 'agriculture', class: 'unmet_need', priority: 'urgent', figures: TARGET },
    is: { resolution_days: 3, region_code: REGENCY },
    keep: { target_id: 'body.id' },
    etag: 'target_etag',
  }),
  op('get_service_level_target', 'Read a target', { path: { id: '{{target_id}}' }, is: { sector: 'agriculture' } }),
  op('list_service_level_targets', 'List the targets', { query: { region_code: REGENCY, limit: 200 }, finds: 'target_id' }),
  op('replace_service_level_target', 'Give a day more', {
    as: 'manager',
    path: { id: '{{target_id}}' },
    ifMatch: 'target_etag',
    body: { ...TARGET, resolution_days: 4 },
    is: { resolution_days: 4 },
    etag: 'target_etag',
  }),
  op('forecast_service_level', 'When would such a complaint be due?', {
    query: { region_code: VILLAGE, sector: 'agriculture', class: 'unmet_need', priority: 'urgent' },
    checks: { 'by the target of the regency': ['pm.expect(body.target.resolution_days).to.eql(4);'] },
  }),
  op('delete_service_level_target', 'Go back to the target of the country', { as: 'manager', path: { id: '{{target_id}}' }, ifMatch: 'target_etag' }),
  op('get_complaint_terms', 'How long may a reporter confirm?', { path: { region_code: REGENCY }, keep: { terms_etag: '`"${body.version}"`' } }),
  op('put_complaint_terms', 'Set the terms of the regency', {
    as: 'manager',
    path: { region_code: REGENCY },
    ifMatch: 'terms_etag',
    body: { answer_working_days: 10, confirm_working_days: 7, reopen_days: 30, source: 'SOP SLRT Kabupaten Bandung (contoh)' },
    status: [201, 200],
    is: { confirm_working_days: 7 },
    etag: 'terms_etag',
  }),
  op('delete_complaint_terms', 'Go back to the terms of the country', { as: 'manager', path: { region_code: REGENCY }, ifMatch: 'terms_etag' }),
]);

const desks = folder('Desks and staff', 'A facilitator begins at a village desk; the report shows which villages lack one.', [
  op('create_staff_member', 'Add a facilitator', {
    as: 'admin',
    body: { id: 'cileunyi-{{run}}', name: 'Dewi Lestari', organization_id: '{{puskesos_id}}', regions: [VILLAGE], roles: ['facilitator'] },
    is: { active: true, roles: ['facilitator'] },
    keep: { facilitator_id: 'body.id' },
    etag: 'staff_etag',
  }),
  op('get_staff_member', 'Read an officer', { as: 'admin', path: { id: '{{facilitator_id}}' }, is: { name: 'Dewi Lestari' } }),
  op('patch_staff_member', 'Correct the name', {
    as: 'admin',
    path: { id: '{{facilitator_id}}' },
    ifMatch: 'staff_etag',
    body: { name: 'Dewi Lestari Putri' },
    is: { name: 'Dewi Lestari Putri', version: 2 },
  }),
  op('list_staff', 'List the facilitators', { as: 'admin', query: { role: 'facilitator', active: true, limit: 200 }, finds: 'facilitator_id' }),
  op('create_desk', 'Open a desk', {
    as: 'manager',
    body: {
      kind: 'puskesos',
      organization_id: '{{puskesos_id}}',
      name: 'Puskesos Desa Cileunyi Kulon',
      region_code: VILLAGE,
      address: 'Balai Desa Cileunyi Kulon',
      phone: '022-5550-9002',
      opening_hours: 'Senin–Jumat 08.00–15.00',
      villages: [VILLAGE],
    },
    is: { kind: 'puskesos', active: true },
    keep: { desk_id: 'body.id' },
    etag: 'desk_etag',
  }),
  op('get_desk', 'Read a desk', { path: { id: '{{desk_id}}' }, is: { organization_id: '{{puskesos_id}}' } }),
  op('list_desks', 'Which desks serve the village?', { query: { serving: VILLAGE, limit: 200 }, finds: 'desk_id' }),
  op('replace_desk_villages', 'Let it serve the next village too', {
    as: 'manager',
    path: { id: '{{desk_id}}' },
    ifMatch: 'desk_etag',
    body: { villages: [VILLAGE, '32.04.05.2002'] },
    checks: { 'serves both': ['pm.expect(body.villages).to.have.lengthOf(2);'] },
    etag: 'desk_etag',
  }),
  op('create_facilitator_assignment', 'Assign the facilitator to a village', {
    as: 'manager',
    body: { staff_id: '{{facilitator_id}}', duty: 'facilitator', region_code: VILLAGE, desk_id: '{{desk_id}}', since: '{{last_month}}', assignment_order: 'SPT/460/{{run}}/{{year}}' },
    is: { staff_id: '{{facilitator_id}}', duty: 'facilitator' },
    keep: { assignment_id: 'body.id' },
  }),
  op('get_facilitator_assignment', 'Read an assignment', { as: 'front', path: { id: '{{assignment_id}}' }, is: { region_code: VILLAGE } }),
  op('list_facilitator_assignments', 'Assignments of the desk', { as: 'front', query: { desk_id: '{{desk_id}}' }, finds: 'assignment_id' }),
  op('get_desk_coverage', 'What does the desk cover?', {
    as: 'front',
    path: { id: '{{desk_id}}' },
    checks: { 'both villages': ['pm.expect(body.villages).to.have.lengthOf(2);'] },
  }),
  op('get_coverage_report', 'Coverage of the regency', {
    as: 'manager',
    query: { region_code: REGENCY },
    checks: { 'counts villages': ['pm.expect(body.total.villages).to.be.above(100);'] },
  }),
  op('list_coverage_gaps', 'Villages without a desk', {
    as: 'manager',
    query: { region_code: REGENCY, missing: 'desk', limit: 5 },
    checks: { 'are many': ['pm.expect(body.items).to.have.lengthOf(5);'] },
  }),
  op('end_facilitator_assignment', 'End the assignment', {
    as: 'manager',
    path: { id: '{{assignment_id}}' },
    body: { until: '{{next_month}}' },
    is: { until: '{{next_month}}' },
  }),
  op('patch_desk', 'Close the desk', {
    as: 'manager',
    path: { id: '{{desk_id}}' },
    ifMatch: 'desk_etag',
    body: { active: false },
    is: { active: false },
  }),
]);

export const setting = [service, reference, programmes, directory, levels, desks];
