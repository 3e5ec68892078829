// The registry: people and families as they change, in bulk, what they should get, and their rights.

import { finished, folder, op } from './steps.mjs';

const VILLAGE = '32.04.05.2001';
const NEXT_VILLAGE = '32.04.05.2002';
const REGENCY = '32.04';

const family = folder('Families', 'The family of Budi Santoso, through a flood, a programme and a separation.', [
  op('create_family', 'Enter a family of four', {
    as: 'front',
    body: {
      family_card_no: '{{budi_card_no}}',
      region_code: VILLAGE,
      address: 'Kampung Contoh RT 03 RW 02',
      dwelling: { tenure: 'rent', lighting_source: 'pln', power_va: 450, pln_customer_id: '990000000002', roof_material: 'zinc', water_source: 'unprotected_well' },
      members: [
        { nik: '{{budi_nik}}', identity_status: 'verified', full_name: 'Budi Santoso', sex: 'male', birth_date: '{{budi_born}}', relation_to_head: 'head', marital_status: 'married', occupation_class: 'BURUH', jkn_status: 'inactive' },
        { nik: '{{dewi_nik}}', identity_status: 'verified', full_name: 'Dewi Anggraini', sex: 'female', birth_date: '{{dewi_born}}', relation_to_head: 'spouse', marital_status: 'married', occupation_class: 'MENGURUS_RUMAH_TANGGA', jkn_status: 'inactive' },
        { nik: '{{rudi_nik}}', identity_status: 'verified', full_name: 'Rudi Santoso', sex: 'male', birth_date: '{{rudi_born}}', relation_to_head: 'child', school_level: 'smp', school_enrolled: true, jkn_status: 'inactive' },
        { nik: '{{lina_nik}}', identity_status: 'verified', full_name: 'Lina Santoso', sex: 'female', birth_date: '{{lina_born}}', relation_to_head: 'child', school_level: 'sd', school_enrolled: true, jkn_status: 'inactive' },
      ],
    },
    keep: {
      budi_family_id: 'body.id',
      budi_id: 'body.members[0].id',
      dewi_id: 'body.members.find((m) => m.full_name === "Dewi Anggraini").id',
      rudi_id: 'body.members.find((m) => m.full_name === "Rudi Santoso").id',
      lina_id: 'body.members.find((m) => m.full_name === "Lina Santoso").id',
    },
    etag: 'budi_family_etag',
  }),
  op('get_family', 'Read the family', { as: 'front', path: { id: '{{budi_family_id}}' }, checks: { 'has four members': ['pm.expect(body.members).to.have.lengthOf(4);'] }, etag: 'budi_family_etag' }),
  op('patch_family', 'The power was upgraded', {
    as: 'front',
    path: { id: '{{budi_family_id}}' },
    ifMatch: 'budi_family_etag',
    body: { dwelling: { power_va: 900 } },
    checks: { 'only that': ['pm.expect(body.dwelling).to.include({ power_va: 900, tenure: "rent" });'] },
  }),
  op('look_up_family', 'Find the family by its card', {
    as: 'front',
    body: { family_card_no: '{{budi_card_no}}' },
    finds: 'budi_family_id',
  }),
  op('list_families', 'Families of the village that changed', {
    as: 'front',
    query: { region_code: VILLAGE, updated_since: '{{last_week}}T00:00:00Z', limit: 200 },
    finds: 'budi_family_id',
  }),
  op('add_family_shock', 'A flood', {
    as: 'front',
    path: { id: '{{budi_family_id}}' },
    body: { kind: 'disaster', happened_on: '{{last_week}}', note: 'Banjir bandang' },
    checks: { 'makes them victims of a disaster': ['pm.expect(body.attributes.disaster_victim).to.be.true;'] },
    keep: { shock_id: 'body.shocks[0].id' },
  }),
  op('end_family_shock', 'They are back in their house', {
    as: 'front',
    path: { id: '{{budi_family_id}}' },
    body: { shock_id: '{{shock_id}}', until: '{{yesterday}}' },
    checks: { 'it has an end': ['pm.expect(body.shocks[0].until).to.be.a("string");'] },
  }),
  op('add_family_program', 'The family receives food aid', {
    as: 'front',
    path: { id: '{{budi_family_id}}' },
    body: { program_code: 'KKS', since: '{{last_quarter}}' },
    checks: { 'is a participant of KKS': ['pm.expect(body.programs.map((p) => p.program_code)).to.include("KKS");'] },
    keep: { participation_id: 'body.programs[0].id' },
  }),
  op('end_family_program', 'The food aid ends', {
    as: 'front',
    path: { id: '{{budi_family_id}}' },
    body: { participation_id: '{{participation_id}}', until: '{{yesterday}}' },
  }),
  op('change_family_head', 'Dewi becomes the head', {
    as: 'front',
    path: { id: '{{budi_family_id}}' },
    body: { person_id: '{{dewi_id}}', former_head_relation: 'spouse' },
    checks: { 'is the head': ['pm.expect(body.members.find((m) => m.relation_to_head === "head").full_name).to.eql("Dewi Anggraini");'] },
  }),
  op('split_family', 'Budi leaves with his son', {
    as: 'front',
    path: { id: '{{budi_family_id}}' },
    body: {
      members: [{ person_id: '{{budi_id}}', relation_to_head: 'head' }, { person_id: '{{rudi_id}}', relation_to_head: 'child' }],
      new_family: { region_code: VILLAGE, address: 'Kampung Contoh RT 04 RW 02' },
    },
    checks: { 'two in the new family': ['pm.expect(body.members).to.have.lengthOf(2);'] },
    keep: { second_family_id: 'body.id' },
  }),
  op('move_person', 'The son goes back to his mother', {
    as: 'front',
    path: { id: '{{rudi_id}}' },
    body: { family_id: '{{budi_family_id}}', relation_to_head: 'child', moved_on: '{{today}}' },
    is: { family_id: '{{budi_family_id}}' },
  }),
  op('merge_families', 'They live together again', {
    as: 'front',
    path: { id: '{{budi_family_id}}' },
    body: { family_id: '{{second_family_id}}', members: [{ person_id: '{{budi_id}}', relation_to_head: 'spouse' }] },
    checks: { 'has four members again': ['pm.expect(body.members).to.have.lengthOf(4);'] },
  }),
  op('create_welfare_status', 'What the source says of the family', {
    as: 'registry',
    path: { id: '{{budi_family_id}}' },
    body: { source: 'dtsen', snapshot_version: '{{snapshot}}', as_of: '{{snapshot_on}}', decile: 3, percentile: 27 },
    is: { decile: 3 },
  }),
  op('list_welfare_statuses', 'Welfare statuses of the family', {
    as: 'front',
    path: { id: '{{budi_family_id}}' },
    checks: { 'has the snapshot': ['pm.expect(body.items[0].decile).to.eql(3);'] },
  }),
  op('list_family_changes', 'What changed in the family', {
    as: 'front',
    path: { id: '{{budi_family_id}}' },
    checks: { 'newest first': ['pm.expect(body.items.length).to.be.above(5);', 'pm.expect(body.items[body.items.length - 1].action).to.eql("create");'] },
  }),
]);

const persons = folder('Persons', 'A man without papers, two records of one person, and a death that was none.', [
  op('create_person', 'Enter a man without papers', {
    as: 'front',
    body: { region_code: VILLAGE, full_name: 'Maman Suherman', sex: 'male', identity_status: 'unknown', ppks_codes: ['PPKS-11'] },
    is: { full_name: 'Maman Suherman', identity_status: 'unknown' },
    keep: { maman_id: 'body.id' },
    etag: 'maman_etag',
  }),
  op('get_person', 'Read a person', { as: 'front', path: { id: '{{maman_id}}' }, is: { id: '{{maman_id}}' }, etag: 'maman_etag' }),
  op('patch_person', 'His number was found', {
    as: 'front',
    path: { id: '{{maman_id}}' },
    ifMatch: 'maman_etag',
    body: { nik: '{{maman_nik}}', birth_date: '{{maman_born}}', identity_status: 'verified' },
    is: { identity_status: 'verified' },
  }),
  op('list_persons', 'Persons of the village that changed', {
    as: 'front',
    query: { region_code: VILLAGE, updated_since: '{{last_week}}T00:00:00Z', limit: 200 },
    finds: 'maman_id',
  }),
  op('create_person', 'The same man, entered twice', {
    as: 'front',
    body: { region_code: VILLAGE, full_name: 'Maman Suherman', sex: 'male', birth_date: '{{maman_born}}', identity_status: 'unknown' },
    keep: { maman_twice_id: 'body.id' },
  }),
  op('search_duplicates', 'Is he in the registry already?', {
    as: 'front',
    body: { person_id: '{{maman_twice_id}}' },
    checks: { 'finds the first record': ['pm.expect(body.items.map((c) => c.person.id)).to.include(pm.variables.get("maman_id"));'] },
  }),
  op('merge_person', 'Merge the two records', {
    as: 'front',
    path: { id: '{{maman_id}}' },
    body: { duplicate_id: '{{maman_twice_id}}' },
    is: { id: '{{maman_id}}' },
  }),
  op('undo_person_merge', 'Undo the merger', { as: 'front', path: { id: '{{maman_twice_id}}' }, is: { id: '{{maman_twice_id}}' } }),
  op('remove_person', 'Take the second record out', {
    as: 'front',
    path: { id: '{{maman_twice_id}}' },
    body: { reason: 'entered_in_error', removed_on: '{{today}}' },
    checks: { 'is no longer active': ['pm.expect(body.standing).to.not.eql("active");'] },
  }),
  op('add_residence', 'He lives in a shelter', {
    as: 'front',
    path: { id: '{{maman_id}}' },
    body: { kind: 'shelter', facility_id: '{{organization_id}}', region_code: '32.04.05', since: '{{last_week}}' },
    keep: { residence_id: 'body.items[0].id' },
  }),
  op('list_residences', 'Where has he lived?', { as: 'front', path: { id: '{{maman_id}}' }, finds: 'residence_id' }),
  op('end_residence', 'He left the shelter', {
    as: 'front',
    path: { id: '{{maman_id}}' },
    body: { residence_id: '{{residence_id}}', until: '{{today}}' },
    checks: { 'has an end': ['pm.expect(body.items[0].until).to.eql(pm.variables.get("today"));'] },
  }),
  op('get_residence_map', 'How many live in institutions?', { as: 'manager', query: { region_code: REGENCY } }),
  op('record_death', 'A death is recorded', {
    as: 'front',
    path: { id: '{{maman_id}}' },
    body: { died_on: '{{yesterday}}' },
    is: { standing: 'deceased' },
  }),
  op('reinstate_person', 'It was another man', { as: 'front', path: { id: '{{maman_id}}' }, is: { standing: 'active' } }),
  op('list_person_changes', 'What changed of the person', {
    as: 'front',
    path: { id: '{{maman_id}}' },
    checks: { 'the death and its correction': ['pm.expect(body.items.map((c) => c.action)).to.include.members(["record-death", "reinstate"]);'] },
  }),
  op('list_welfare_snapshots', 'Which snapshots are there?', {
    as: 'registry',
    checks: { 'has that of this quarter': ['pm.expect(body.items.map((s) => s.snapshot_version)).to.include(pm.variables.get("snapshot"));'] },
    keep: { older_snapshot: 'body.items[body.items.length - 1].snapshot_version', older_source: 'body.items[body.items.length - 1].source' },
  }),
  op('compare_welfare_snapshots', 'What changed between two snapshots?', {
    as: 'registry',
    body: { region_code: REGENCY, from: { source: '{{older_source}}', snapshot_version: '{{older_snapshot}}' }, to: { source: 'dtsen', snapshot_version: '{{snapshot}}' } },
    keep: { comparison_job_id: 'body.id' },
  }),
  finished('Wait for the comparison', 'registry', 'comparison_job_id'),
]);

const FAMILIES_CSV = [
  'family_card_no,region_code,address',
  `{{import_a_card_no}},${VILLAGE},"Kampung Contoh, RT 06"`,
  `{{import_b_card_no}},${NEXT_VILLAGE},"Kampung Contoh, RT 07"`,
  '',
].join('\r\n');
const FAULTY_CSV = ['family_card_no,region_code,address', '32040501,32.04.05.9999,Tidak dikenal', ''].join('\r\n');
const CSV = { 'Content-Type': 'text/csv' };

const bulk = folder('Imports and jobs', 'Files in and out; work that goes on after its request was answered.', [
  op('list_import_kinds', 'What can be imported?', { as: 'registry', checks: { 'has families': ['pm.expect(body.items.map((k) => k.kind)).to.include("families");'] } }),
  op('get_import_template', 'A template for families', {
    as: 'registry',
    path: { kind: 'families' },
    checks: { 'names the columns': ['pm.expect(pm.response.text()).to.include("family_card_no");'] },
  }),
  op('import_file', 'Import families', {
    as: 'registry',
    query: { kind: 'families' },
    headers: CSV,
    raw: FAMILIES_CSV,
    keep: { import_job_id: 'body.id' },
  }),
  finished('Wait for the import', 'registry', 'import_job_id', { checks: { 'both were created': ['if (body.status === "succeeded") pm.expect(body.counts.created).to.eql(2);'] } }),
  op('import_file', 'Try a file of lines in JSON', {
    as: 'registry',
    query: { kind: 'families', dry_run: true },
    headers: { 'Content-Type': 'application/x-ndjson' },
    raw: `{"family_card_no":"{{wati_card_no}}","region_code":"${VILLAGE}","address":"Kampung Contoh, RT 09"}\n`,
    keep: { lines_job_id: 'body.id' },
  }),
  finished('Wait for the trial of the lines', 'registry', 'lines_job_id'),
  op('import_file', 'Import a file at fault', {
    as: 'registry',
    query: { kind: 'families', on_fault: 'skip' },
    headers: CSV,
    raw: FAULTY_CSV,
    keep: { faulty_job_id: 'body.id' },
  }),
  finished('Wait for the file at fault', 'registry', 'faulty_job_id'),
  op('get_job_problems', 'What is wrong with the file?', {
    as: 'registry',
    path: { id: '{{faulty_job_id}}' },
    checks: { 'line, column and code': ['pm.expect(pm.response.text()).to.include("line,column,code").and.to.include("region_code");'] },
  }),
  op('export_file', 'Export families', {
    as: 'registry',
    body: { kind: 'families', region_code: VILLAGE },
    keep: { export_job_id: 'body.id' },
  }),
  finished('Wait for the export', 'registry', 'export_job_id'),
  op('get_job_result', 'Download the export', {
    as: 'registry',
    path: { id: '{{export_job_id}}' },
    parse: false,
    checks: { 'a file of families': ['pm.expect(pm.response.text()).to.include("region_code");'] },
  }),
  op('import_file', 'Begin a long import', {
    as: 'registry',
    query: { kind: 'families', dry_run: true },
    headers: CSV,
    before: [
      'const rows = ["family_card_no,region_code"];',
      'for (let n = 0; n < 20000; n += 1) rows.push(`32040501019${String(n).padStart(5, "0")},32.04.05.2001`);',
      'pm.variables.set("long_file", rows.join("\\r\\n"));',
    ],
    raw: '{{long_file}}',
    keep: { long_job_id: 'body.id' },
  }),
  op('cancel_job', 'Cancel it', { as: 'registry', path: { id: '{{long_job_id}}' }, is: { status: 'cancelled' } }),
  op('list_jobs', 'Jobs of this client', { as: 'registry', query: { kind: 'import', limit: 200 }, finds: 'long_job_id' }),
]);

const eligibility = folder('Eligibility', 'Checks for many, an objection, and a run over a village.', [
  op('create_eligibility_check', 'What should the family get?', {
    as: 'back',
    body: { family_id: '{{budi_family_id}}', programs: ['PKH', 'KIP'] },
    checks: { 'a result for each programme': ['pm.expect(new Set(body.results.map((r) => r.program_code))).to.eql(new Set(["PKH", "KIP"]));'] },
  }),
  op('create_eligibility_check_batch', 'Check two families', {
    as: 'back',
    body: { items: [{ family_id: '{{family_id}}', programs: ['PKH'] }, { family_id: '{{budi_family_id}}', programs: ['PKH'] }] },
    checks: { 'each was checked': ['pm.expect(body.items.map((i) => i.status)).to.eql([200, 200]);'] },
  }),
  op('submit_objection', 'Object to a result', {
    as: 'back',
    body: {
      kind: 'wrongly_excluded',
      family_id: '{{budi_family_id}}',
      program_code: 'PKH',
      statement: 'Keluarga dengan dua anak sekolah ini belum pernah didata sebagai calon penerima.',
      complainant: { name: 'Dewi Anggraini', phone: '0812-0000-9002' },
    },
    is: { proposed_class: 'enrolment' },
    keep: { objection_id: 'body.complaint.id' },
  }),
  op('get_objection', 'Read the objection', { as: 'back', path: { id: '{{objection_id}}' }, checks: { 'with its evidence': ['pm.expect(body.evidence.results).to.not.be.empty;'] } }),
  op('create_eligibility_run', 'Check a whole village', {
    as: 'back',
    body: { region_code: VILLAGE, programs: ['PKH'], outcomes: ['likely_eligible'], format: 'csv' },
    keep: { run_job_id: 'body.id' },
  }),
  finished('Wait for the run', 'back', 'run_job_id'),
]);

const consents = folder('Consents', 'Consent to be referred, given and withdrawn.', [
  op('record_consent', 'Record a consent', {
    as: 'front',
    body: {
      subject: { person_id: '{{maman_id}}' },
      purpose: 'referral',
      lawful_basis: 'consent',
      given_by: { role: 'subject' },
      method: 'written',
      given_on: '{{today}}',
    },
    is: { purpose: 'referral', status: 'active' },
    keep: { consent_id: 'body.id' },
  }),
  op('get_consent', 'Read a consent', { as: 'front', path: { id: '{{consent_id}}' }, is: { id: '{{consent_id}}' } }),
  op('list_consents', 'Consents of the person', { as: 'front', query: { person_id: '{{maman_id}}' }, finds: 'consent_id' }),
  op('withdraw_consent', 'He withdraws it', {
    as: 'front',
    path: { id: '{{consent_id}}' },
    body: { method: 'written', note: 'Ingin mengurus sendiri.' },
    is: { status: 'withdrawn' },
  }),
]);

const REQUESTED_BY = { identity_check: 'identity_paper' };

const rights = folder('Subject rights', 'A person asks for a copy, a correction, a restriction; another one to be erased.', [
  op('receive_subject_request', 'She asks for a copy of her data', {
    as: 'front',
    path: { id: '{{dewi_id}}' },
    body: { kind: 'access', requested_by: REQUESTED_BY, detail: 'Salinan data dan siapa saja yang membukanya.' },
    is: { kind: 'access', status: 'received' },
    keep: { access_request_id: 'body.id' },
  }),
  op('get_subject_request', 'Read the request', { as: 'front', path: { id: '{{access_request_id}}' }, is: { kind: 'access' } }),
  op('list_subject_requests', 'Open requests of the regency', { as: 'front', query: { region_code: REGENCY, person_id: '{{dewi_id}}' }, finds: 'access_request_id' }),
  op('export_subject', 'The copy', {
    as: 'back',
    path: { id: '{{dewi_id}}' },
    purpose: 'subject_request',
    checks: { 'is hers': ['pm.expect(body.family.members.map((m) => m.id)).to.eql([pm.variables.get("dewi_id")]);'] },
  }),
  op('list_access_records', 'Who opened her data?', {
    as: 'back',
    path: { id: '{{dewi_id}}' },
    checks: { 'the export above': ['pm.expect(body.items.map((r) => r.purpose)).to.include("subject_request");'] },
  }),
  op('fulfil_subject_request', 'The copy was handed over', {
    as: 'back',
    path: { id: '{{access_request_id}}' },
    body: { answer: 'Salinan data diserahkan di meja layanan.' },
    is: { status: 'fulfilled' },
  }),
  op('receive_subject_request', 'She objects to the use of her data', {
    as: 'front',
    path: { id: '{{dewi_id}}' },
    body: { kind: 'objection', requested_by: REQUESTED_BY },
    keep: { objection_request_id: 'body.id' },
  }),
  op('refuse_subject_request', 'The objection is refused', {
    as: 'back',
    path: { id: '{{objection_request_id}}' },
    body: { reason: 'law_requires_keeping', answer: 'Data diperlukan untuk pertanggungjawaban bantuan yang sudah diterima.' },
    is: { status: 'refused', refusal_reason: 'law_requires_keeping' },
  }),
  op('receive_subject_request', 'She asks for a correction', {
    as: 'front',
    path: { id: '{{dewi_id}}' },
    body: { kind: 'correction', requested_by: REQUESTED_BY },
    keep: { correction_request_id: 'body.id' },
  }),
  op('correct_person', 'Correct her data', {
    as: 'front',
    path: { id: '{{dewi_id}}' },
    body: { changes: { full_name: 'Dewi Anggraeni' }, request_id: '{{correction_request_id}}' },
    checks: { 'has the new name': ['pm.expect(body.person.full_name).to.eql("Dewi Anggraeni");'] },
  }),
  op('restrict_processing', 'Restrict the use of her data', {
    as: 'front',
    path: { id: '{{dewi_id}}' },
    body: { reason: 'accuracy_contested', note: 'Data pekerjaan dipersoalkan.' },
    is: { reason: 'accuracy_contested' },
  }),
  op('list_restrictions', 'Restrictions of the person', { as: 'front', path: { id: '{{dewi_id}}' }, checks: { 'has one': ['pm.expect(body.items).to.have.lengthOf(1);'] } }),
  op('lift_restriction', 'Lift the restriction', {
    as: 'front',
    path: { id: '{{dewi_id}}' },
    body: { note: 'Data sudah diperiksa bersama.' },
    checks: { 'has an end': ['pm.expect(body.lifted_at).to.be.a("string");'] },
  }),
  op('create_person', 'A man who was helped once', {
    as: 'front',
    body: { nik: '{{tono_nik}}', identity_status: 'verified', region_code: VILLAGE, full_name: 'Tono Wijaya', sex: 'male', birth_date: '{{tono_born}}' },
    keep: { tono_id: 'body.id' },
  }),
  op('receive_subject_request', 'He asks to be erased', {
    as: 'front',
    path: { id: '{{tono_id}}' },
    body: { kind: 'erasure', requested_by: REQUESTED_BY },
    keep: { erasure_request_id: 'body.id' },
  }),
  op('erase_person', 'Erase the person', {
    as: 'back',
    path: { id: '{{tono_id}}' },
    body: { request_id: '{{erasure_request_id}}', ground: 'subject_request' },
  }),
]);

export const registry = [family, persons, bulk, eligibility, consents, rights];
