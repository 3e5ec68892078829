// The collection's first folder: the main job from the citizen at the desk to the closed loop, and what the service
// refuses on the way. Those requests are refused on purpose, and their tests name the problem.

import { begin } from './people.mjs';
import { created, lacks, moved, problem, store, stored, success, test } from './script.mjs';
import { act, folder, get, post, step } from './steps.mjs';

const VILLAGE = '32.04.05.2001';

function signIn(token, operator, permission, ...also) {
  return post(`Sign in as ${operator}`, '/oauth/token', {
    about: 'The desk signs in for one of its officers: the token carries what both may do, and the officer as its subject. ' +
      'The other requests need no such step: the collection fetches their tokens by itself.',
    basic: { username: '{{desk_bandung_client_id}}', password: '{{desk_bandung_client_secret}}' },
    form: { grant_type: 'client_credentials', operator },
    tests: [
      success(200),
      test('is a bearer token that no cache keeps',
        'pm.expect(body.token_type).to.eql("Bearer");',
        'pm.expect(body.expires_in).to.be.above(0).and.most(900);',
        'pm.expect(pm.response.headers.get("Cache-Control")).to.include("no-store");'),
      test(`carries ${permission}`, `pm.expect(body.scope.split(" ")).to.include(${JSON.stringify(permission)});`),
      store(`${token}_token`, 'body.access_token'),
      store(`${token}_token_until`, 'Date.now() + body.expires_in * 1000'),
      also,
    ],
  });
}

// ---- The flow -------------------------------------------------------------------------------------------------------

const access = folder('1 Sign in', 'Each party has its own client; the desk also names the officer who acts.', [
  get('Is the service ready?', '/readyz', {
    about: 'The first request of a run: it also invents the people of the run and forgets what an earlier run stored.',
    before: begin,
    tests: [success(200, 'application/health+json'), test('passes', 'pm.expect(body.status).to.eql("pass");')],
  }),
  signIn('front', 'bandung-fo-1', 'complaints:submit'),
  signIn('back', 'bandung-bo-1', 'complaints:handle',
    test('but not complaints:approve', 'pm.expect(body.scope.split(" ")).not.to.include("complaints:approve");')),
  post('A wrong secret is refused', '/oauth/token', {
    basic: { username: '{{desk_bandung_client_id}}', password: 'not-the-secret' },
    form: { grant_type: 'client_credentials' },
    tests: [problem(401, 'invalid-client', test('also in the words of OAuth', 'pm.expect(body.error).to.eql("invalid_client");'))],
  }),
  post('An officer of another desk is refused', '/oauth/token', {
    basic: { username: '{{desk_bandung_client_id}}', password: '{{desk_bandung_client_secret}}' },
    form: { grant_type: 'client_credentials', operator: 'sleman-bo-1' },
    tests: [problem(400, 'invalid-grant', test('also in the words of OAuth', 'pm.expect(body.error).to.eql("invalid_grant");'))],
  }),
  get('Go to the end of the event feed', '/v1/events?limit=200', {
    as: 'back',
    about: 'Pages to the end and keeps the cursor, so that the last folder reads only what this run has caused.',
    before: `if (${stored('feed_cursor')}) pm.request.url.addQueryParams([{ key: "after", value: ${stored('feed_cursor')} }]);`,
    tests: [
      success(200),
      test('is a page', 'pm.expect(body.items).to.be.an("array");', 'pm.expect(body.has_more).to.be.a("boolean");'),
      store('feed_cursor', 'body.next_cursor'),
      'if (body.has_more) pm.execution.setNextRequest("Go to the end of the event feed");',
    ],
  }),
]);

const registry = folder('2 Region and family', 'Where the citizen lives, and who belongs to the family.', [
  get('Search a region', '/v1/regions?q=cileunyi&within=32.04&limit=10', {
    tests: [
      success(200),
      test('finds the district and its villages',
        'const codes = body.items.map((r) => r.code);',
        'pm.expect(codes).to.include("32.04.05");',
        `pm.expect(codes).to.include("${VILLAGE}");`),
      test('may be cached', 'pm.expect(pm.response.headers.get("Cache-Control")).to.include("public");'),
    ],
  }),
  get('Where does the village lie?', `/v1/regions/${VILLAGE}/ancestors`, {
    tests: [
      success(200),
      test('province, regency, district, from the widest',
        'pm.expect(body.items.map((r) => r.code)).to.eql(["32", "32.04", "32.04.05"]);'),
    ],
  }),
  act('Enter a family', '/v1/families', {
    as: 'front',
    about: 'A mother and a child at elementary school. The numbers are invented for each run.',
    body: {
      family_card_no: '{{family_card_no}}',
      region_code: VILLAGE,
      address: 'Kampung Contoh RT 01 RW 02',
      dwelling: { tenure: 'own', lighting_source: 'pln', power_va: 450, pln_customer_id: '990000000001' },
      programs: [],
      members: [
        {
          nik: '{{head_nik}}',
          identity_status: 'verified',
          full_name: 'Siti Rahmawati',
          sex: 'female',
          birth_date: '{{head_born}}',
          relation_to_head: 'head',
          school_enrolled: false,
          jkn_status: 'none',
        },
        {
          nik: '{{child_nik}}',
          identity_status: 'verified',
          full_name: 'Ahmad Fauzi',
          sex: 'male',
          birth_date: '{{child_born}}',
          relation_to_head: 'child',
          school_level: 'sd',
          school_enrolled: true,
          jkn_status: 'none',
        },
      ],
    },
    tests: [
      success(201),
      created('/v1/families'),
      test('has both members, masked',
        'pm.expect(body.members).to.have.lengthOf(2);',
        'pm.expect(body.masked).to.be.true;',
        `pm.expect(pm.response.text()).not.to.include(${stored('head_nik')});`,
        'pm.expect(body.members[0].nik).to.match(/^\\d{2}\\*{12}\\d{2}$/);',
        'pm.expect(body.members[0]).not.to.have.property("birth_date");'),
      store('family_id', 'body.id'),
      store('person_id', 'body.members.find((m) => m.relation_to_head === "head").id'),
    ],
  }),
  act('A desk sets no decile', '/v1/families/{{family_id}}/welfare-statuses', {
    as: 'front',
    body: { source: 'dtsen', snapshot_version: '{{snapshot}}', as_of: '{{snapshot_on}}', decile: 2, percentile: 14 },
    tests: [problem(403, 'insufficient-scope')],
  }),
  act('The registry enters what the source says', '/v1/families/{{family_id}}/welfare-statuses', {
    as: 'registry',
    body: { source: 'dtsen', snapshot_version: '{{snapshot}}', as_of: '{{snapshot_on}}', decile: 2, percentile: 14 },
    tests: [success(201), test('is the snapshot', 'pm.expect(body).to.include({ source: "dtsen", decile: 2 });')],
  }),
  act('The same numbers again are refused', '/v1/families', {
    as: 'front',
    body: {
      family_card_no: '{{family_card_no}}',
      region_code: VILLAGE,
      members: [
        { nik: '{{head_nik}}', full_name: 'Siti Rahmawati', sex: 'female', birth_date: '{{head_born}}', relation_to_head: 'head' },
      ],
    },
    tests: [problem(409, 'identity-in-use', test('without repeating the number', `pm.expect(pm.response.text()).not.to.include(${stored('head_nik')});`))],
  }),
  post('Find the person by NIK', '/v1/persons/lookup', {
    as: 'front',
    about: 'A NIK is sent in the body, never in a URL.',
    body: { nik: '{{head_nik}}' },
    tests: [
      success(200),
      test('finds her, masked',
        'pm.expect(body.items).to.have.lengthOf(1);',
        `pm.expect(body.items[0]).to.include({ id: ${stored('person_id')}, family_id: ${stored('family_id')}, masked: true });`),
      test('no cache keeps it', 'pm.expect(pm.response.headers.get("Cache-Control")).to.include("no-store");'),
    ],
  }),
  post('A token that reveals must say what for', '/v1/persons/lookup', {
    as: 'back',
    body: { nik: '{{head_nik}}' },
    tests: [problem(400, 'purpose-required')],
  }),
  post('Reveal the person for a purpose', '/v1/persons/lookup', {
    as: 'back',
    about: 'Leaves an access record, which the auditor finds in the last folder.',
    headers: { 'Access-Purpose': 'complaint_handling' },
    body: { nik: '{{head_nik}}' },
    tests: [
      success(200),
      test('shows the number and the birth date',
        'pm.expect(body.items[0].masked).to.be.false;',
        `pm.expect(body.items[0].nik).to.eql(${stored('head_nik')});`,
        `pm.expect(body.items[0].birth_date).to.eql(${stored('head_born')});`),
    ],
  }),
  post('Another regency does not find her', '/v1/persons/lookup', {
    as: 'sleman',
    headers: { 'Access-Purpose': 'complaint_handling' },
    body: { nik: '{{head_nik}}' },
    tests: [success(200), test('finds no one', 'pm.expect(body.items).to.be.empty;')],
  }),
  get('Another regency does not see the family', '/v1/families/{{family_id}}', {
    as: 'sleman',
    headers: { 'Access-Purpose': 'complaint_handling' },
    tests: [problem(404, 'not-found')],
  }),
]);

const eligibility = folder('3 Eligibility', 'What the family should get, and why. Advice: a human decides.', [
  post('Is the family eligible for PKH?', '/v1/eligibility/checks', {
    as: 'back',
    body: { nik: '{{head_nik}}', programs: ['PKH', 'KIS'] },
    tests: [
      success(200),
      'const pkh = body.results.find((r) => r.program_code === "PKH");',
      test('PKH is likely', 'pm.expect(pkh.outcome).to.eql("likely_eligible");'),
      test('every clause explains itself in both languages',
        'pm.expect(pkh.clauses).to.not.be.empty;',
        'for (const clause of pkh.clauses) {',
        '  pm.expect(clause).to.include.all.keys("pointer", "field", "op", "expected", "outcome", "decisive");',
        '  pm.expect(["met", "not_met", "undetermined"]).to.include(clause.outcome);',
        '  for (const language of ["id", "en"]) pm.expect(clause.explanation[language]).to.be.a("string").and.not.be.empty;',
        '}'),
      test('the welfare decile decides, from the snapshot named',
        'const decile = pkh.clauses.find((c) => c.field === "family.decile");',
        'pm.expect(decile).to.include({ actual: 2, outcome: "met", decisive: true, stated: false });',
        `pm.expect(body.snapshot.snapshot_version).to.eql(${stored('snapshot')});`),
      test('the child at school is the component paid for',
        'pm.expect(pkh.components.items.map((c) => c.code)).to.include("elementary_school");',
        'pm.expect(pkh.components.total_idr_per_year).to.be.above(0);'),
      test('says that being registered is not being a recipient',
        'pm.expect(body.registered_not_recipient.id).to.include("Terdaftar bukan berarti menerima");'),
    ],
  }),
  post('What if an officer states a fact?', '/v1/eligibility/checks', {
    as: 'back',
    body: { nik: '{{head_nik}}', programs: ['KIS'], facts: { 'subject.jkn_status': 'active' } },
    tests: [
      success(200),
      test('the stated fact is marked and turns the outcome',
        'pm.expect(body.stated_facts).to.eql(["subject.jkn_status"]);',
        'const [kis] = body.results;',
        'pm.expect(kis.outcome).to.eql("not_eligible");',
        'const clause = kis.clauses.find((c) => c.field === "subject.jkn_status");',
        'pm.expect(clause).to.include({ stated: true, outcome: "not_met", decisive: true });'),
    ],
  }),
  post('An unknown programme is refused', '/v1/eligibility/checks', {
    as: 'back',
    body: { nik: '{{head_nik}}', programs: ['NO_SUCH'] },
    tests: [problem(422, 'validation-failed', test('points at it', 'pm.expect(body.errors.map((e) => e.pointer)).to.include("/programs/0");'))],
  }),
  post('Who could help?', '/v1/referrals/candidates', {
    as: 'back',
    body: { subject: { family_id: '{{family_id}}' }, program_code: 'PKH' },
    tests: [
      success(200),
      test('ranked services of the programme, each with reasons',
        'pm.expect(body.items).to.not.be.empty;',
        'pm.expect(body.items.map((c) => c.rank)).to.eql(body.items.map((_, index) => index + 1));',
        'for (const candidate of body.items) {',
        '  pm.expect(candidate.service.program_code).to.eql("PKH");',
        '  pm.expect(candidate.eligibility).to.eql("likely_eligible");',
        '  pm.expect(candidate.reasons).to.not.be.empty;',
        '  for (const reason of candidate.reasons) pm.expect(reason).to.include.all.keys("code", "text_id", "text_en");',
        '}'),
      store('service_id', 'body.items[0].service.id'),
    ],
  }),
]);

const COMPLAINT = {
  region_code: VILLAGE,
  sector: 'socio_economic',
  description: 'Keluarga dengan anak sekolah belum pernah menerima PKH.',
  complainant: { name: 'Siti Rahmawati', phone: '0812-0000-9001' },
  subject: { family_id: '{{family_id}}' },
  program_code: 'PKH',
  channel: 'visit',
};

const complaint = folder('4 Complaint', 'The front office takes it in, the back office verifies and starts on it.', [
  post('Without a token', '/v1/complaints', {
    body: COMPLAINT,
    tests: [problem(401, 'invalid-token', test('challenges', 'pm.expect(pm.response.headers.get("WWW-Authenticate")).to.match(/^Bearer /);'))],
  }),
  act('All faults at once', '/v1/complaints', {
    as: 'front',
    body: { sector: 'no_such_sector', complainant: {} },
    tests: [
      problem(422, 'validation-failed'),
      test('by pointer, without the rejected value',
        'const pointers = body.errors.map((e) => e.pointer);',
        'for (const pointer of ["/region_code", "/sector", "/description", "/complainant/name"]) pm.expect(pointers).to.include(pointer);',
        'pm.expect(pm.response.text()).not.to.include("no_such_sector");'),
    ],
  }),
  act('Not in another regency', '/v1/complaints', {
    as: 'front',
    body: { ...COMPLAINT, region_code: '34.04.01.2001' },
    tests: [problem(403, 'region-not-granted')],
  }),
  act('Submit the complaint', '/v1/complaints', {
    as: 'front',
    headers: { 'Idempotency-Key': '"{{submission_key}}"' },
    before: store('submission_key', 'pm.variables.replaceIn("{{$guid}}")'),
    body: COMPLAINT,
    tests: [
      success(201),
      created('/v1/complaints'),
      test('is received, by the officer, with the telephone masked',
        'pm.expect(body).to.include({ status: "received", created_by: "bandung-fo-1", version: 1 });',
        'pm.expect(body.allowed_actions).to.include("verify");',
        'pm.expect(body.complainant.phone).to.match(/^08\\*+01$/);',
        `pm.expect(body.subject.family_id).to.eql(${stored('family_id')});`),
      store('complaint_id', 'body.id'),
    ],
  }),
  act('The same key again makes no second one', '/v1/complaints', {
    as: 'front',
    headers: { 'Idempotency-Key': '"{{submission_key}}"' },
    body: COMPLAINT,
    tests: [
      success(201),
      test('is the stored answer',
        'pm.expect(pm.response.headers.get("Idempotency-Replayed")).to.eql("true");',
        `pm.expect(body.id).to.eql(${stored('complaint_id')});`),
    ],
  }),
  act('The same key with another body is refused', '/v1/complaints', {
    as: 'front',
    headers: { 'Idempotency-Key': '"{{submission_key}}"' },
    body: { ...COMPLAINT, description: 'Keterangan lain.' },
    tests: [problem(422, 'idempotency-key-reused')],
  }),
  get('Another regency gets 404', '/v1/complaints/{{complaint_id}}', { as: 'sleman', tests: [problem(404, 'not-found')] }),
  get('The province sees it', '/v1/complaints/{{complaint_id}}', {
    as: 'province',
    tests: [success(200), test('the same one', `pm.expect(body.id).to.eql(${stored('complaint_id')});`)],
  }),
  act('The province may not act', '/v1/complaints/{{complaint_id}}/verify', {
    as: 'province',
    body: { class: 'enrolment', priority: 'normal' },
    tests: [problem(403, 'insufficient-scope'), lacks('complaints:handle')],
  }),
  act('It cannot be closed yet', '/v1/complaints/{{complaint_id}}/close', {
    as: 'front',
    body: { satisfaction: 5 },
    tests: [
      problem(409, 'complaint-invalid-transition'),
      test('names the state and what it allows',
        'pm.expect(body.current_state).to.eql("received");',
        'pm.expect(body.allowed).to.include("verify").and.not.include("close");'),
    ],
  }),
  act('Verify', '/v1/complaints/{{complaint_id}}/verify', {
    as: 'back',
    headers: { 'If-Match': '"1"' },
    body: { class: 'enrolment', priority: 'normal' },
    tests: [success(200), moved('verified'), test('is classed', 'pm.expect(body).to.include({ class: "enrolment", priority: "normal" });')],
  }),
  act('A version that is out of date', '/v1/complaints/{{complaint_id}}/start', {
    as: 'back',
    headers: { 'If-Match': '"1"' },
    body: {},
    tests: [problem(412, 'version-mismatch')],
  }),
  act('Start', '/v1/complaints/{{complaint_id}}/start', {
    as: 'back',
    body: {},
    tests: [success(200), moved('in_progress'), test('by the officer', 'pm.expect(body.assignee).to.eql("bandung-bo-1");')],
  }),
]);

const decision = folder('5 Decision', 'The back office drafts a referral and recommends; another one decides.', [
  act('Draft a referral', '/v1/referrals', {
    as: 'back',
    body: {
      service_id: '{{service_id}}',
      complaint_id: '{{complaint_id}}',
      need: 'Keluarga dengan anak sekolah belum pernah menerima PKH.',
      lawful_basis: 'consent',
      consent_given_on: '{{today}}',
    },
    tests: [
      success(201),
      created('/v1/referrals'),
      test('takes family and region over from the complaint',
        'pm.expect(body).to.include({ status: "draft", program_code: "PKH" });',
        `pm.expect(body.family_id).to.eql(${stored('family_id')});`,
        `pm.expect(body.region_code).to.eql("${VILLAGE}");`),
      store('referral_id', 'body.id'),
    ],
  }),
  get('The programme does not see a draft', '/v1/referrals/{{referral_id}}', { as: 'pkh', tests: [problem(404, 'not-found')] }),
  act('Recommend to refer', '/v1/complaints/{{complaint_id}}/recommend', {
    as: 'back',
    body: { kind: 'refer', text: 'Memenuhi syarat PKH menurut pemeriksaan, rujuk ke pelaksana.' },
    tests: [success(200), moved('pending_approval'), test('names who recommends', 'pm.expect(body.recommendation).to.include({ kind: "refer", by: "bandung-bo-1" });')],
  }),
  act('Whoever recommends does not decide', '/v1/complaints/{{complaint_id}}/approve', {
    as: 'back',
    body: { outcome: 'refer' },
    tests: [problem(403, 'insufficient-scope'), lacks('complaints:approve')],
  }),
  act('The manager approves', '/v1/complaints/{{complaint_id}}/approve', {
    as: 'manager',
    body: { outcome: 'refer', note: 'Setuju, rujuk ke pelaksana PKH.' },
    tests: [success(200), moved('referred')],
  }),
  get('The referral went out', '/v1/referrals?complaint_id={{complaint_id}}', {
    as: 'back',
    tests: [
      success(200),
      test('requested, with a due date and the check of that moment',
        'pm.expect(body.items).to.have.lengthOf(1);',
        'const [referral] = body.items;',
        `pm.expect(referral).to.include({ id: ${stored('referral_id')}, status: "requested" });`,
        'pm.expect(Date.parse(referral.due_at)).to.be.above(Date.parse(referral.requested_at));',
        'pm.expect(referral.eligibility.results[0].outcome).to.eql("likely_eligible");'),
    ],
  }),
]);

const referral = folder('6 Referral', 'The programme answers, serves and reports back.', [
  get('The inbox of the programme', '/v1/referrals?direction=incoming&status=requested&limit=200', {
    as: 'pkh',
    tests: [
      success(200),
      test('holds the referral', `pm.expect(body.items.map((r) => r.id)).to.include(${stored('referral_id')});`),
      test('and nothing but requested ones', 'for (const r of body.items) pm.expect(r.status).to.eql("requested");'),
    ],
  }),
  get('The programme reads it', '/v1/referrals/{{referral_id}}', {
    as: 'pkh',
    tests: [
      success(200),
      test('the need and the name, but no number',
        'pm.expect(body.need).to.be.a("string").and.not.be.empty;',
        'pm.expect(body.subject_name).to.eql("Siti Rahmawati");',
        `pm.expect(pm.response.text()).not.to.include(${stored('head_nik')});`),
    ],
  }),
  act('The programme acknowledges it', '/v1/referrals/{{referral_id}}/acknowledge', {
    as: 'pkh',
    tests: [success(200), moved('requested'), test('with the time', 'pm.expect(Date.parse(body.acknowledged_at)).to.be.a("number").and.not.be.NaN;')],
  }),
  act('The desk may not answer for the programme', '/v1/referrals/{{referral_id}}/accept', {
    as: 'back',
    tests: [problem(403, 'insufficient-scope'), lacks('referrals:respond')],
  }),
  act('It cannot be started before it is accepted', '/v1/referrals/{{referral_id}}/start', {
    as: 'pkh',
    tests: [
      problem(409, 'referral-invalid-transition'),
      test('names the state and what it allows',
        'pm.expect(body.current_state).to.eql("requested");',
        'pm.expect(body.allowed).to.include("accept").and.not.include("start");'),
    ],
  }),
  act('Accept', '/v1/referrals/{{referral_id}}/accept', { as: 'pkh', tests: [success(200), moved('accepted')] }),
  act('Start serving', '/v1/referrals/{{referral_id}}/start', { as: 'pkh', tests: [success(200), moved('in_progress')] }),
  act('Help given tomorrow is not help given', '/v1/referrals/{{referral_id}}/complete', {
    as: 'pkh',
    before: store('after_tomorrow', 'new Date(Date.now() + 2 * 86400000).toISOString().slice(0, 10)'),
    body: { outcome: 'enrolled', delivered_on: '{{after_tomorrow}}', note: 'Belum.' },
    tests: [problem(422, 'validation-failed', test('points at the date', 'pm.expect(body.errors.map((e) => e.pointer)).to.eql(["/delivered_on"]);'))],
  }),
  act('Complete', '/v1/referrals/{{referral_id}}/complete', {
    as: 'pkh',
    body: { outcome: 'enrolled', delivered_on: '{{today}}', note: 'Keluarga sudah terdaftar sebagai peserta PKH.' },
    tests: [success(200), moved('completed'), test('with its outcome', 'pm.expect(body.outcome.code).to.eql("enrolled");')],
  }),
]);

const closure = folder('7 Closing the loop', 'The complaint comes back to the desk, which answers the citizen and closes.', [
  get('The complaint is back at the desk', '/v1/complaints/{{complaint_id}}', {
    as: 'front',
    tests: [
      success(200),
      test('in progress again', 'pm.expect(body.status).to.eql("in_progress");', 'pm.expect(body.allowed_actions).to.include("recommend");'),
      store('complaint_etag', 'pm.response.headers.get("ETag")'),
    ],
  }),
  get('Nothing new since', '/v1/complaints/{{complaint_id}}', {
    as: 'front',
    headers: { 'If-None-Match': '{{complaint_etag}}' },
    tests: [
      test('304, with the same version and no body',
        'pm.response.to.have.status(304);',
        `pm.expect(pm.response.headers.get("ETag")).to.eql(${stored('complaint_etag')});`,
        'pm.expect(pm.response.text() || "").to.eql("");'),
    ],
  }),
  act('Recommend to resolve', '/v1/complaints/{{complaint_id}}/recommend', {
    as: 'back',
    body: { kind: 'resolve', text: 'PKH sudah mendaftarkan keluarga ini.' },
    tests: [success(200), moved('pending_approval')],
  }),
  act('An answer to the citizen is required', '/v1/complaints/{{complaint_id}}/approve', {
    as: 'manager',
    body: { outcome: 'resolve', decision: 'upheld' },
    tests: [problem(422, 'validation-failed', test('points at it', 'pm.expect(body.errors.map((e) => e.pointer)).to.include("/answer");'))],
  }),
  act('The manager resolves', '/v1/complaints/{{complaint_id}}/approve', {
    as: 'manager',
    body: { outcome: 'resolve', decision: 'upheld', answer: 'Keluarga Ibu sudah terdaftar sebagai peserta PKH.' },
    tests: [success(200), moved('resolved'), test('with decision and answer', 'pm.expect(body.resolution.decision).to.eql("upheld");')],
  }),
  act('The desk closes the loop of the referral', '/v1/referrals/{{referral_id}}/close-loop', {
    as: 'back',
    before: store('informed_at', 'new Date(Date.now() - 1000).toISOString()'),
    body: { citizen_informed_at: '{{informed_at}}', satisfaction: 5 },
    tests: [
      success(200),
      test('is still completed, its loop closed',
        'pm.expect(body.status).to.eql("completed");',
        'pm.expect(body.closure.satisfaction).to.eql(5);',
        'pm.expect(body.loop_closed_at).to.be.a("string");'),
    ],
  }),
  act('The citizen confirms, the desk closes', '/v1/complaints/{{complaint_id}}/close', {
    as: 'front',
    body: { satisfaction: 5 },
    tests: [success(200), moved('closed'), test('with the time and the satisfaction', 'pm.expect(body.closed_at).to.be.a("string");', 'pm.expect(body.closure.satisfaction).to.eql(5);')],
  }),
]);

const trail = folder('8 What happened', 'The same story for people, for other systems and for the auditor.', [
  get('Timeline of the complaint', '/v1/complaints/{{complaint_id}}/timeline', {
    as: 'front',
    tests: [
      success(200),
      test('every step, oldest first, each following the one before',
        'pm.expect(body.items.map((e) => e.to_status)).to.eql(["received", "verified", "in_progress", "pending_approval", "referred", "in_progress", "pending_approval", "resolved", "closed"]);',
        'body.items.slice(1).forEach((entry, index) => pm.expect(entry.from_status).to.eql(body.items[index].to_status));'),
      test('maker and checker are two',
        'const by = (action) => body.items.find((e) => e.action === action).actor;',
        'pm.expect(by("recommend")).to.not.eql(by("refer"));'),
    ],
  }),
  get('Timeline of the referral', '/v1/referrals/{{referral_id}}/timeline', {
    as: 'pkh',
    tests: [
      success(200),
      test('from draft to completed',
        'const actions = body.items.map((e) => e.action);',
        'let at = -1;',
        'for (const action of ["create", "request", "acknowledge", "accept", "start", "complete"]) {',
        '  const next = actions.indexOf(action);',
        '  pm.expect(next, action).to.be.above(at);',
        '  at = next;',
        '}'),
    ],
  }),
  get('The events of this run', '/v1/events?limit=200', {
    as: 'back',
    before: `if (${stored('feed_cursor')}) pm.request.url.addQueryParams([{ key: "after", value: ${stored('feed_cursor')} }]);`,
    tests: [
      success(200),
      test('tell the states of the complaint in order',
        `const states = body.items.filter((e) => e.subject_id === ${stored('complaint_id')}).map((e) => e.data.to);`,
        'pm.expect(states).to.eql(["received", "verified", "in_progress", "pending_approval", "referred", "in_progress", "pending_approval", "resolved", "closed"]);'),
      test('tell of the referral',
        `const types = body.items.filter((e) => e.subject_id === ${stored('referral_id')}).map((e) => e.type);`,
        'pm.expect(types).to.include.members(["referral.drafted", "referral.requested", "referral.accepted", "referral.completed"]);'),
      test('carry ids and states, no personal data',
        'for (const secret of ["Siti", "Kampung Contoh", "0812-0000-9001", "081200009001", "+6281200009001"]) pm.expect(pm.response.text()).not.to.include(secret);',
        `pm.expect(pm.response.text()).not.to.include(${stored('head_nik')});`),
    ],
  }),
  get('The programme hears of its referral, not of the complaint', '/v1/events?limit=200', {
    as: 'pkh',
    before: `if (${stored('feed_cursor')}) pm.request.url.addQueryParams([{ key: "after", value: ${stored('feed_cursor')} }]);`,
    tests: [
      success(200),
      test('only what is addressed to it',
        `pm.expect(body.items.map((e) => e.subject_id)).to.include(${stored('referral_id')});`,
        `pm.expect(body.items.map((e) => e.subject_id)).to.not.include(${stored('complaint_id')});`,
        'pm.expect(body.items.map((e) => e.type)).to.not.include("referral.drafted");'),
    ],
  }),
  get('The audit trail of the complaint', '/v1/audit-records?target_id={{complaint_id}}', {
    as: 'auditor',
    tests: [
      success(200),
      test('who did what, newest first',
        'const actions = body.items.map((r) => r.action);',
        'pm.expect(actions[0]).to.eql("complaint.close");',
        'pm.expect(actions[actions.length - 1]).to.eql("complaint.submit");',
        'for (const record of body.items) pm.expect(record).to.include.all.keys("actor", "client_id", "at", "trace_id");'),
      test('names the officer and the client',
        'const submitted = body.items.find((r) => r.action === "complaint.submit");',
        'pm.expect(submitted.actor).to.eql("bandung-fo-1");',
        `pm.expect(submitted.client_id).to.eql(pm.variables.get("desk_bandung_client_id"));`),
    ],
  }),
  get('The audit trail of the person revealed', '/v1/audit-records?target_id={{person_id}}', {
    as: 'auditor',
    tests: [
      success(200),
      test('who revealed her data, and what for',
        'const reveal = body.items.find((r) => r.purpose === "complaint_handling");',
        'pm.expect(reveal, "an access record").to.be.an("object");',
        'pm.expect(reveal.actor).to.eql("bandung-bo-1");'),
      test('without her number', `pm.expect(pm.response.text()).not.to.include(${stored('head_nik')});`),
    ],
  }),
  get('The desk may not read the audit trail', '/v1/audit-records', {
    as: 'back',
    tests: [problem(403, 'insufficient-scope'), lacks('audit:read')],
  }),
  get('An unknown filter is not ignored', '/v1/complaints?no_such_filter=1', { as: 'front', tests: [problem(400, 'malformed-parameter')] }),
  get('An unknown address', '/v1/no-such-thing', { as: 'front', tests: [problem(404, 'unknown-route')] }),
  step('A method the address does not take', 'DELETE', '/v1/complaints/{{complaint_id}}', {
    as: 'front',
    tests: [problem(405, 'method-not-allowed', test('says which it takes', 'pm.expect(pm.response.headers.get("Allow")).to.include("GET");'))],
  }),
]);

const day = folder('A day at the desk', 'An objection, a reporter without a name, what waits, and who is meant.', [
  act('Object to the result', '/v1/eligibility/objections', {
    as: 'back',
    about: 'What the family should get is disputed: a complaint that carries the result of that day.',
    body: {
      kind: 'wrongly_excluded',
      family_id: '{{family_id}}',
      program_code: 'KIS',
      statement: 'Keluarga ini belum tercakup jaminan kesehatan.',
      complainant: { name: 'Siti Rahmawati', phone: '0812-0000-9001' },
    },
    tests: [
      success(201),
      test('is a complaint of enrolment with the result as evidence',
        'pm.expect(body.proposed_class).to.eql("enrolment");',
        'pm.expect(body.complaint.status).to.eql("received");',
        'pm.expect(body.evidence.results[0]).to.include.all.keys("program_code", "outcome");'),
    ],
  }),
  act('Report without a name', '/v1/complaints', {
    as: 'front',
    about: 'No one is named: the number and the code, shown once, are all that the reporter takes home.',
    body: {
      region_code: VILLAGE,
      sector: 'infrastructure',
      description: 'Jembatan bambu menuju sekolah putus.',
      anonymous: true,
    },
    tests: [
      success(201),
      test('gives a number to say on the telephone, a code and a deadline',
        'pm.expect(body.reference_no).to.match(/^3204-\\d{2}-[0-9A-Z]{4}-[0-9A-Z]{3}$/);',
        'pm.expect(body.follow_up_code).to.be.a("string").and.not.be.empty;',
        'pm.expect(body.sla.state).to.eql("on_time");'),
      store('anonymous_id', 'body.id'),
      store('reference_no', 'body.reference_no'),
      store('follow_up_code', 'body.follow_up_code'),
    ],
  }),
  act('Ask the reporter', '/v1/complaints/{{anonymous_id}}/ask', {
    as: 'back',
    body: { question: 'Di RT berapa jembatan itu?' },
    tests: [success(200), moved('awaiting_info'), test('and the clock is paused', 'pm.expect(body.sla.state).to.eql("paused");')],
  }),
  post('A guessed code finds nothing', '/v1/follow-ups/lookup', {
    body: { reference_no: '{{reference_no}}', code: 'AAAA-AAAA' },
    tests: [problem(404, 'not-found')],
  }),
  post('The reporter sees the question', '/v1/follow-ups/lookup', {
    body: { reference_no: '{{reference_no}}', code: '{{follow_up_code}}' },
    tests: [
      success(200),
      test('and what to do', 'pm.expect(body.question).to.include("RT");', 'pm.expect(body.allowed_actions).to.include("answer");'),
    ],
  }),
  post('And answers it', '/v1/follow-ups/answer', {
    body: { reference_no: '{{reference_no}}', code: '{{follow_up_code}}', text: 'RT 03 RW 02.' },
    tests: [success(200), test('the desk goes on', 'pm.expect(body.status).to.eql("received");')],
  }),
  get('What waits at the desk', '/v1/work-queue?limit=200', {
    as: 'back',
    tests: [
      success(200),
      test('names what it is, what it waits for and until when',
        `const item = body.items.find((i) => i.reference_no === ${stored('reference_no')});`,
        'pm.expect(item, "the report").to.be.an("object");',
        'pm.expect(item).to.include.all.keys("status", "waiting_for", "due_at", "sla");'),
    ],
  }),
  post('Find a person by the beginning of her name', '/v1/persons/search', {
    as: 'front',
    body: { name: 'Sitti Rah', region_code: VILLAGE },
    tests: [
      success(200),
      test('in any spelling, masked',
        'pm.expect(body.items.map((hit) => hit.person.full_name)).to.include("Siti Rahmawati");',
        `pm.expect(pm.response.text()).not.to.include(${stored('head_nik')});`),
    ],
  }),
  get('Who entered the family', '/v1/families/{{family_id}}/history', {
    as: 'front',
    tests: [success(200), test('and which fields', 'pm.expect(body.items[body.items.length - 1].action).to.eql("create");')],
  }),
]);

export const mainFlow = {
  name: 'Main flow',
  description:
    'From the citizen at the desk to the closed loop, and what the service refuses on the way. Run it as a whole, in ' +
    'order, as often as you like: each run enters a family of its own with invented numbers. The folders after it use ' +
    'what it has made.',
  item: [access, registry, eligibility, complaint, decision, referral, closure, trail, day],
};
