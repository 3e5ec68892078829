// Cases at the desk: complaints in all their turns, reporters who follow their own, notes to them, referrals, papers,
// proposals to the registry, and tablets without a network.

import { createHash } from 'node:crypto';
import { store, stored } from './script.mjs';
import { folder, op } from './steps.mjs';

const VILLAGE = '32.04.05.2001';
const REGENCY = '32.04';

const DEWI = { name: 'Dewi Anggraini', phone: '0812-0000-9002' };
const ROOF = {
  region_code: VILLAGE,
  sector: 'housing',
  description: 'Atap rumah rusak setelah banjir, air masuk setiap hujan.',
  complainant: DEWI,
  subject: { family_id: '{{budi_family_id}}' },
  channel: 'visit',
};

/** A complaint that another step then acts on. */
const submit = (name, variable, body, more = {}) =>
  op('submit_complaint', name, { as: 'front', body, is: { status: 'received' }, keep: { [variable]: 'body.id', ...more.keep } });

/** An action on a complaint. */
const turn = (id, name, as, complaint, body, status, more = {}) =>
  op(id, name, { as, path: { id: `{{${complaint}}}` }, body, is: status && { status }, ...more });

const complaints = folder('Complaints', 'A leaking roof, through questions, a return and a reopening; and complaints that end otherwise.', [
  submit('A roof leaks', 'roof_id', ROOF, { keep: { roof_reference: 'body.reference_no' } }),
  op('get_complaint', 'Read the complaint', { as: 'front', path: { id: '{{roof_id}}' }, is: { id: '{{roof_id}}', sector: 'housing' } }),
  op('look_up_complaint', 'Find it by its number', { as: 'front', body: { reference_no: '{{roof_reference}}' }, finds: 'roof_id' }),
  op('list_complaints', 'New complaints of the regency', { as: 'front', query: { region_code: REGENCY, status: 'received', sector: 'housing', limit: 200 }, finds: 'roof_id' }),
  turn('verify_complaint', 'Verify the leaking roof', 'back', 'roof_id', { class: 'unmet_need', priority: 'high' }, 'verified'),
  turn('ask_reporter', 'Ask about the roof', 'back', 'roof_id', { question: 'Ruangan mana saja yang bocor?' }, 'awaiting_info'),
  turn('answer_question', 'The reporter answers at the desk', 'front', 'roof_id', { answer: 'Dapur dan kamar anak.' }, 'verified'),
  op('list_complaint_exchanges', 'Questions and answers', {
    as: 'back',
    path: { id: '{{roof_id}}' },
    checks: { 'has one of each': ['pm.expect(body.items).to.have.lengthOf(1);'] },
  }),
  op('create_complaint_note', 'A note for colleagues', {
    as: 'back',
    path: { id: '{{roof_id}}' },
    body: { visibility: 'internal', text: 'Perlu kunjungan sebelum pekan depan.' },
    is: { visibility: 'internal' },
    keep: { note_id: 'body.id' },
  }),
  op('list_complaint_notes', 'Notes on the complaint', { as: 'front', path: { id: '{{roof_id}}' }, finds: 'note_id' }),
  turn('start_complaint', 'Start on the roof', 'back', 'roof_id', {}, 'in_progress'),
  turn('recommend_complaint', 'Recommend an answer', 'back', 'roof_id', { kind: 'resolve', text: 'Terpal sudah diserahkan desa.' }, 'pending_approval'),
  turn('return_complaint', 'The manager returns the recommendation', 'manager', 'roof_id', { note: 'Lampirkan bukti serah terima.' }, 'in_progress'),
  turn('recommend_complaint', 'Recommend once more', 'back', 'roof_id', { kind: 'resolve', text: 'Terpal sudah diserahkan desa, bukti serah terima dilampirkan.' }, 'pending_approval'),
  turn('approve_complaint', 'The manager decides on the roof', 'manager', 'roof_id', { outcome: 'resolve', decision: 'upheld', answer: 'Desa sudah menyerahkan terpal untuk menutup atap.' }, 'resolved'),
  turn('reopen_complaint', 'The roof leaks again', 'front', 'roof_id', { reason: 'Terpal robek, air masuk lagi.' }, 'in_progress'),
  turn('recommend_complaint', 'Recommend a lasting answer', 'back', 'roof_id', { kind: 'resolve', text: 'Seng baru dipasang karang taruna.' }, 'pending_approval'),
  turn('approve_complaint', 'The manager decides again', 'manager', 'roof_id', { outcome: 'resolve', decision: 'upheld', answer: 'Seng baru sudah terpasang.' }, 'resolved'),
  turn('close_complaint', 'The reporter confirms', 'front', 'roof_id', { satisfaction: 4 }, 'closed'),
  op('get_complaint_timeline', 'The turns of the roof', {
    as: 'front',
    path: { id: '{{roof_id}}' },
    checks: { 'from submission to closure': ['pm.expect(body.items[0].action).to.eql("submit");', 'pm.expect(body.items[body.items.length - 1].to_status).to.eql("closed");'] },
  }),

  submit('The same roof, from a neighbour', 'repeat_id', { ...ROOF, description: 'Atap rumah rusak setelah banjir, air masuk setiap kali hujan.', complainant: { name: 'Wati Rohayati', phone: '0812-0000-9003', relation: 'tetangga' } }),
  op('list_duplicate_candidates', 'Is it known already?', {
    as: 'back',
    path: { id: '{{repeat_id}}' },
    checks: { 'finds the first one': [`pm.expect(body.items.map((c) => c.complaint_id || c.id)).to.include(${stored('roof_id')});`] },
  }),
  turn('mark_duplicate', 'Mark it as a duplicate', 'back', 'repeat_id', { duplicate_of: '{{roof_id}}' }, 'duplicate'),

  submit('A quarrel between neighbours', 'quarrel_id', { region_code: VILLAGE, sector: 'other', description: 'Tetangga memutar musik terlalu keras.', complainant: DEWI }),
  turn('reject_complaint', 'It is out of scope', 'back', 'quarrel_id', { reason: 'out_of_scope', note: 'Silakan ke ketua RT.' }, 'rejected'),
  op('appeal_complaint', 'The reporter appeals', {
    as: 'front',
    path: { id: '{{quarrel_id}}' },
    body: { description: 'Anak saya sakit dan tidak dapat beristirahat.' },
    is: { appeal_of: '{{quarrel_id}}' },
  }),

  submit('A question about office hours', 'question_id', { region_code: VILLAGE, sector: 'civil_registration', description: 'Jam berapa loket perekaman KTP dibuka?', complainant: DEWI }),
  turn('verify_complaint', 'Verify the question', 'back', 'question_id', { class: 'programme_service', priority: 'low' }, 'verified'),
  turn('inform_reporter', 'Answer the question', 'back', 'question_id', { answer: 'Loket dibuka Senin sampai Jumat pukul delapan.' }, 'resolved'),

  submit('A complaint for another regency', 'moved_id', { region_code: VILLAGE, sector: 'education', description: 'Anak belum menerima KIP di sekolah yang baru.', complainant: DEWI }),
  turn('transfer_complaint', 'Transfer it', 'back', 'moved_id', { region_code: '34.04.07.2001', note: 'Keluarga sudah pindah ke Sleman.' }, 'received'),

  submit('A complaint that is not needed any more', 'needless_id', { region_code: VILLAGE, sector: 'food', description: 'Beras bulan ini belum datang.', complainant: DEWI }),
  turn('withdraw_complaint', 'The reporter withdraws it', 'front', 'needless_id', { reason: 'Beras sudah datang tadi pagi.' }, 'withdrawn'),

  op('submit_complaint_batch', 'Two complaints from a village meeting', {
    as: 'front',
    body: {
      items: [
        { region_code: VILLAGE, sector: 'infrastructure', description: 'Saluran air di RT 06 tersumbat.', complainant: DEWI },
        { region_code: VILLAGE, sector: 'electricity', description: 'Tiga rumah di RT 07 belum tersambung listrik.', complainant: DEWI },
      ],
    },
    checks: { 'both were created': ['pm.expect(body.items.map((i) => i.status)).to.eql([201, 201]);'] },
    keep: { drain_id: 'body.items[0].resource.id', power_id: 'body.items[1].resource.id' },
  }),
]);

const queues = folder('Work queues', 'What waits at the desk and at the target, most urgent first.', [
  turn('verify_complaint', 'Verify the drain', 'back', 'drain_id', { class: 'unmet_need', priority: 'normal' }, 'verified'),
  turn('verify_complaint', 'Verify the power', 'back', 'power_id', { class: 'unmet_need', priority: 'normal' }, 'verified'),
  op('bulk_assign_complaints', 'Assign both to a colleague', {
    as: 'back',
    body: { complaint_ids: ['{{drain_id}}', '{{power_id}}'], assignee: 'bandung-bo-2' },
    checks: { 'both were assigned': ['pm.expect(body.items.map((i) => i.status)).to.eql([200, 200]);'] },
  }),
  op('list_work_queue', 'What waits for the colleague?', { as: 'colleague', query: { assignee: 'me', limit: 200 }, finds: 'drain_id' }),
  op('count_work_queue', 'How much waits?', { as: 'back', query: { role: 'back_office' } }),
  op('list_referral_queue', 'Referrals that wait for PKH', { as: 'pkh', query: { side: 'target' }, checks: { 'is a page': ['pm.expect(body.items).to.be.an("array");'] } }),
  op('count_referral_queue', 'How many referrals wait?', { as: 'pkh' }),
]);

const OWN = { reference_no: '{{own_reference}}', code: '{{own_code}}' };

const followUps = folder('Follow-up', 'A reporter follows the own complaint with its number and code, without a token.', [
  op('submit_complaint', 'The drain of the school', {
    as: 'front',
    body: { region_code: VILLAGE, sector: 'infrastructure', description: 'Saluran air di depan sekolah meluap.', anonymous: true },
    keep: { own_id: 'body.id', own_reference: 'body.reference_no', own_code: 'body.follow_up_code' },
  }),
  op('look_up_own_complaint', 'Where is my complaint?', { body: OWN, is: { status: 'received' } }),
  op('add_own_note', 'Add something', {
    body: { ...OWN, text: 'Pagi ini air sudah masuk ke kelas.' },
    checks: { 'is there': ['pm.expect(body.notes[body.notes.length - 1]).to.include({ own: true });'] },
  }),
  turn('ask_reporter', 'Ask the reporter of the drain', 'back', 'own_id', { question: 'Sekolah mana?' }, 'awaiting_info'),
  op('answer_own_question', 'Answer the question of the desk', { body: { ...OWN, text: 'SDN Cileunyi 1.' }, is: { status: 'received' } }),
  turn('verify_complaint', 'Verify the drain of the school', 'back', 'own_id', { class: 'unmet_need', priority: 'high' }, 'verified'),
  turn('inform_reporter', 'Inform the reporter', 'back', 'own_id', { answer: 'Saluran dibersihkan hari ini.' }, 'resolved'),
  op('reopen_own_complaint', 'It is not solved', { body: { ...OWN, text: 'Air masih meluap.' }, is: { status: 'in_progress' } }),
  turn('recommend_complaint', 'Recommend to resolve the drain', 'back', 'own_id', { kind: 'resolve', text: 'Saluran sudah dikeruk.' }, 'pending_approval'),
  turn('approve_complaint', 'The manager decides on the drain', 'manager', 'own_id', { outcome: 'resolve', decision: 'upheld', answer: 'Saluran sudah dikeruk.' }, 'resolved'),
  op('confirm_own_complaint', 'It is solved', { body: { ...OWN, satisfaction: 5 }, is: { status: 'closed' } }),
  op('submit_complaint', 'A lamp is out', {
    as: 'front',
    body: { region_code: VILLAGE, sector: 'infrastructure', description: 'Lampu jalan di RT 02 padam.', anonymous: true },
    keep: { lamp_id: 'body.id', own_reference: 'body.reference_no' },
  }),
  op('issue_follow_up_code', 'The slip with the code was lost', {
    as: 'front',
    path: { id: '{{lamp_id}}' },
    keep: { own_code: 'body.follow_up_code' },
  }),
  op('withdraw_own_complaint', 'The lamp burns again', { body: { ...OWN, text: 'Lampu sudah menyala.' }, is: { status: 'withdrawn' } }),
]);

const messages = folder('Messages', 'Notes to reporters: their words, whether they arrived, and another try.', [
  op('list_message_templates', 'All templates', { as: 'front', checks: { 'has some': ['pm.expect(body.items).to.not.be.empty;'] } }),
  op('get_message_template', 'The words for a new complaint', {
    as: 'front',
    path: { event: 'received', channel: 'sms', region: REGENCY },
    is: { event: 'received', channel: 'sms' },
    keep: { template_etag: '`"${body.version}"`', template_text: 'body.text' },
  }),
  op('replace_message_template', 'Set the words of the regency', {
    as: 'manager',
    path: { event: 'received', channel: 'sms', region: REGENCY },
    ifMatch: 'template_etag',
    body: { text: '{{template_text}}', enabled: true },
    is: { text: '{{template_text}}' },
  }),
  op('list_complaint_messages', 'Notes about the first complaint', {
    as: 'front',
    path: { id: '{{complaint_id}}' },
    before: [
      `const tries = Number(${stored('tries_of_messages')} || 0);`,
      store('tries_of_messages', 'tries + 1'),
      '// They are sent in the background.',
      'if (tries > 0) setTimeout(() => {}, 500);',
    ],
    after: [
      `const again = body.items[0].status !== "sent" && Number(${stored('tries_of_messages')}) < 60;`,
      'if (again) pm.execution.setNextRequest("Notes about the first complaint");',
      'if (!again) pm.test("the first was sent", () => pm.expect(body.items[0].status).to.eql("sent"));',
    ],
    keep: { message_id: 'body.items[0].id' },
  }),
  op('get_message', 'Read a note', { as: 'front', path: { id: '{{message_id}}' }, is: { status: 'sent' } }),
  op('create_message_receipt', 'The gateway reports a failure', {
    as: 'gateway',
    path: { id: '{{message_id}}' },
    body: { status: 'failed', at: '{{an_hour_ago}}', reason: 'Nomor tidak aktif' },
    is: { status: 'undelivered' },
  }),
  op('retry_message', 'Send it once more', { as: 'back', path: { id: '{{message_id}}' }, is: { status: 'queued' } }),
]);

const CONSENT = { lawful_basis: 'consent', consent_given_on: '{{today}}' };

/** A referral of the family to PKH, sent. */
const refer = (name, variable, need) => [
  op('create_referral', name, {
    as: 'back',
    body: { service_id: '{{service_id}}', subject: { person_id: '{{dewi_id}}' }, need, ...CONSENT },
    is: { status: 'draft' },
    keep: { [variable]: 'body.id' },
  }),
  op('request_referral', `${name}: send it`, { as: 'back', path: { id: `{{${variable}}}` }, is: { status: 'requested' } }),
];

/** An action on a referral. */
const answer = (id, name, as, referral, status, body, more = {}) =>
  op(id, name, { as, path: { id: `{{${referral}}}` }, body, is: status && { status }, ...more });

const referrals = folder('Referrals', 'One need at two services; a place that is reserved, held and used; and referrals that end otherwise.', [
  op('find_referral_candidates', 'Who could help the family of Budi?', {
    as: 'back',
    body: { subject: { family_id: '{{budi_family_id}}' }, program_code: 'KIP', school_level: 'sd' },
    keep: { school_service_id: 'body.items[0].service.id' },
  }),
  op('create_referral_batch', 'The same need at two services', {
    as: 'back',
    body: {
      need_id: '{{new_id_1}}',
      items: [
        { service_id: '{{service_id}}', subject: { person_id: '{{dewi_id}}' }, need: 'Pendampingan keluarga dengan dua anak sekolah.', ...CONSENT },
        { service_id: '{{school_service_id}}', subject: { person_id: '{{lina_id}}' }, need: 'Biaya sekolah anak.', ...CONSENT },
      ],
    },
    checks: { 'both were created': ['pm.expect(body.items.map((i) => i.status)).to.eql([201, 201]);'] },
    keep: { first_id: 'body.items[0].resource.id', second_id: 'body.items[1].resource.id' },
  }),
  op('get_referral_need', 'Read the need', { as: 'back', path: { id: '{{new_id_1}}' }, is: { state: 'drafted' } }),
  answer('request_referral', 'Send the first', 'back', 'first_id', 'requested'),
  op('issue_recommendation_letter', 'A letter of recommendation', {
    as: 'back',
    path: { id: '{{first_id}}' },
    body: { valid_days: 30 },
    is: { status: 'valid' },
  }),
  op('get_recommendation_letter', 'Read the letter', { as: 'pkh', path: { id: '{{first_id}}' }, is: { status: 'valid' } }),
  op('get_recommendation_letter_document', 'Print the letter', {
    as: 'pkh',
    path: { id: '{{first_id}}' },
    checks: { 'is a PDF': ['pm.expect(pm.response.text().slice(0, 5)).to.eql("%PDF-");'] },
  }),
  answer('reserve_referral_place', 'Reserve a place', 'pkh', 'first_id', 'requested', { expires_at: '{{in_two_weeks}}' }),
  answer('accept_referral', 'Accept the first', 'pkh', 'first_id', 'accepted'),
  op('match_referral_identity', 'Is she the person in the register of PKH?', {
    as: 'pkh',
    path: { id: '{{first_id}}' },
    body: { nik: '{{dewi_nik}}' },
    checks: { 'yes': ['pm.expect(body.result).to.eql("match");'] },
  }),
  answer('hold_referral', 'Put it on hold', 'pkh', 'first_id', 'on_hold', { reason: 'awaiting_documents', review_at: '{{in_two_weeks}}', text: 'Menunggu kartu keluarga yang baru.' }),
  answer('resume_referral', 'The papers are there', 'pkh', 'first_id', 'in_progress'),
  op('get_referral', 'Read the referral', { as: 'pkh', path: { id: '{{first_id}}' }, is: { status: 'in_progress' } }),
  answer('fail_referral', 'The client declines', 'pkh', 'first_id', 'failed', { reason: 'client_declined', text: 'Keluarga memilih bantuan desa.' }),
  op('get_referral_timeline', 'The turns of the referral', {
    as: 'back',
    path: { id: '{{first_id}}' },
    checks: { 'ends with the failure': ['pm.expect(body.items[body.items.length - 1].to_status).to.eql("failed");'] },
  }),
  answer('request_referral', 'Send the second', 'back', 'second_id', 'requested'),
  answer('cancel_referral', 'Cancel the second', 'back', 'second_id', 'cancelled', { reason: 'resolved_otherwise' }),
  refer('A referral without its papers', 'incomplete_id', 'Verifikasi kepesertaan PKH.'),
  answer('reject_referral', 'Reject it', 'pkh', 'incomplete_id', 'rejected', { reason: 'incomplete', text: 'Kartu keluarga belum dilampirkan.' }),
  refer('A referral by mistake', 'mistake_id', 'Verifikasi kepesertaan PKH untuk keluarga lain.'),
  answer('enter_referral_in_error', 'It was a mistake', 'manager', 'mistake_id', 'entered_in_error', { reason: 'wrong_subject', text: 'Salah memilih keluarga.' }),
  op('list_referrals', 'Referrals of the desk that failed', { as: 'back', query: { direction: 'outgoing', status: 'failed', limit: 200 }, finds: 'first_id' }),
]);

/** A paper whose bytes are text, so that it can be sent from Postman. */
function paper(title) {
  const text = `%PDF-1.4\n% ${title}\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n`;
  return { text, size: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}

const RECEIPT = paper('Tanda terima terpal');
const PROOF = paper('Bukti penyaluran');
const piece = (offset) => ({ 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset) });
const announce = ({ size, sha256 }, kind) => ({ kind, media_type: 'application/pdf', size, sha256 });
const HALF = 60;

const attachments = folder('Attachments', 'A paper on a complaint, sent in two pieces, and one on a referral.', [
  op('create_attachment', 'Announce a paper', {
    as: 'front',
    body: { parent: { kind: 'complaint', id: '{{power_id}}' }, ...announce(RECEIPT, 'delivery_proof'), caption: 'Tanda terima terpal' },
    is: { status: 'uploading' },
    keep: { attachment_id: 'body.id' },
  }),
  op('append_attachment_content', 'Send the first piece', { as: 'front', path: { id: '{{attachment_id}}' }, headers: piece(0), raw: RECEIPT.text.slice(0, HALF), is: { status: 'uploading' } }),
  op('get_attachment_progress', 'How far did it come?', { as: 'front', path: { id: '{{attachment_id}}' }, checks: { 'so far': [`pm.expect(Number(pm.response.headers.get("Upload-Offset"))).to.eql(${HALF});`] } }),
  op('append_attachment_content', 'Send the rest', { as: 'front', path: { id: '{{attachment_id}}' }, headers: piece(HALF), raw: RECEIPT.text.slice(HALF), is: { status: 'complete' }, etag: 'attachment_etag' }),
  op('get_attachment', 'Read the paper', { as: 'back', path: { id: '{{attachment_id}}' }, is: { status: 'complete' }, etag: 'attachment_etag' }),
  op('list_complaint_attachments', 'Papers on the complaint', { as: 'back', path: { id: '{{power_id}}' }, finds: 'attachment_id' }),
  op('link_attachment', 'A link that opens it', {
    as: 'back',
    path: { id: '{{attachment_id}}' },
    keep: { link_expires: 'body.url.match(/expires=([^&]+)/)[1]', link_signature: 'body.url.match(/signature=([^&]+)/)[1]' },
  }),
  op('open_attachment', 'Open it', {
    path: { id: '{{attachment_id}}' },
    query: { expires: '{{link_expires}}', signature: '{{link_signature}}' },
    checks: { 'is the paper': ['pm.expect(pm.response.text()).to.include("Tanda terima terpal");'] },
  }),
  op('withdraw_attachment', 'Withdraw the paper', { as: 'front', path: { id: '{{attachment_id}}' }, ifMatch: 'attachment_etag', is: { status: 'withdrawn' } }),
  refer('A referral that will be served', 'served_id', 'Verifikasi kepesertaan PKH, dokumen sudah lengkap.'),
  answer('accept_referral', 'Accept the served one', 'pkh', 'served_id', 'accepted'),
  op('create_referral_attachment', 'The target announces a paper', {
    as: 'pkh',
    path: { id: '{{served_id}}' },
    body: { ...announce(PROOF, 'delivery_proof'), caption: 'Bukti penyaluran' },
    keep: { proof_id: 'body.id' },
  }),
  op('get_referral_attachment_progress', 'Nothing has come yet', { as: 'pkh', path: { id: '{{served_id}}', attachment_id: '{{proof_id}}' }, checks: { 'so far': ['pm.expect(Number(pm.response.headers.get("Upload-Offset"))).to.eql(0);'] } }),
  op('append_referral_attachment_content', 'The target sends it', { as: 'pkh', path: { id: '{{served_id}}', attachment_id: '{{proof_id}}' }, headers: piece(0), raw: PROOF.text, is: { status: 'complete' } }),
  op('list_referral_attachments', 'Papers on the referral', { as: 'back', path: { id: '{{served_id}}' }, finds: 'proof_id' }),
  op('link_referral_attachment', 'A link for the source', { as: 'back', path: { id: '{{served_id}}', attachment_id: '{{proof_id}}' } }),
  answer('start_referral', 'Start the served one', 'pkh', 'served_id', 'in_progress'),
  answer('complete_referral', 'Complete the served one', 'pkh', 'served_id', 'completed', { outcome: 'enrolled', delivered_on: '{{today}}', note: 'Terdaftar mulai tahap berikutnya.' }),
  answer('close_referral_loop', 'The desk informs the client', 'back', 'served_id', 'completed', { citizen_informed_at: '{{client_informed_at}}', satisfaction: 5 }, {
    before: store('client_informed_at', 'new Date(Date.now() - 1000).toISOString()'),
  }),
]);

const MINUTES = { deliberation: { held_on: '{{yesterday}}', place: 'Balai Desa Cileunyi Kulon', minutes_number: 'BA/{{run}}/{{year}}', attendees: 34 } };
const ALWAYS = { submit_from: 1, submit_until: 31, village_until: 31, agency_until: 31, source: 'Surat edaran (contoh)' };

/** A proposal about a person, with what it needs on its way. */
const propose = (name, variable, { kind = 'dispute_inclusion', ...more }) => op('submit_registry_proposal', name, {
  as: 'front',
  body: { kind, evidence: [{ kind: 'field_visit', text: 'Kunjungan ke rumah' }], ...more },
  is: { status: 'submitted' },
  keep: { [variable]: 'body.id' },
});
const decide = (id, name, as, proposal, body, status) => op(id, name, { as, path: { id: `{{${proposal}}}` }, body, is: { status } });
const village = (name, proposal) => decide('verify_registry_proposal_in_village', `${name}: the village verifies`, 'back', proposal, MINUTES, 'village_verification');
const agency = (name, proposal) => decide('verify_registry_proposal_by_agency', `${name}: the agency verifies`, 'back', proposal, { finding: 'Sesuai dengan keadaan di lapangan.' }, 'agency_verification');
const forward = (name, proposal) => decide('forward_registry_proposal', `${name}: the manager forwards`, 'manager', proposal, {}, 'forwarded');

const BUDI = { nik: '{{budi_nik}}', full_name: 'Budi Santoso' };
const DEWI_NIK = { nik: '{{dewi_nik}}', full_name: 'Dewi Anggraeni' };
const RUDI = { nik: '{{rudi_nik}}', full_name: 'Rudi Santoso' };
const LINA = { nik: '{{lina_nik}}', full_name: 'Lina Santoso' };
const SITI = { nik: '{{head_nik}}', full_name: 'Siti Rahmawati' };

const proposals = folder('Registry proposals', 'The monthly window, and proposals that are accepted, rejected, returned and declined.', [
  op('list_registry_proposal_windows', 'The calendar of proposals', { checks: { 'has the default': ['pm.expect(body.items.map((w) => w.period)).to.include("default");'] } }),
  op('get_registry_proposal_window', 'The window of this month', { path: { period: '{{this_month}}' }, is: { period: '{{this_month}}' }, keep: { window_etag: '`"${body.version}"`' } }),
  op('set_registry_proposal_window', 'Open it on every day', { as: 'national', path: { period: '{{this_month}}' }, ifMatch: 'window_etag', body: ALWAYS, is: { own: true } }),
  propose('A correction', 'correction_id', {
    kind: 'correction', ...BUDI, changes: { occupation_class: 'TIDAK_BEKERJA' }, statement: 'Kehilangan pekerjaan sejak banjir.',
  }),
  op('get_registry_proposal', 'Read a proposal', { as: 'front', path: { id: '{{correction_id}}' }, is: { kind: 'correction' } }),
  op('create_attachment', 'A paper on the proposal', {
    as: 'front',
    body: { parent: { kind: 'registry_proposal', id: '{{correction_id}}' }, ...announce(paper('Surat keterangan desa'), 'poverty_certificate') },
    keep: { certificate_id: 'body.id' },
  }),
  op('list_registry_proposal_attachments', 'Papers on the proposal', { as: 'front', path: { id: '{{correction_id}}' }, finds: 'certificate_id' }),
  village('A correction', 'correction_id'),
  agency('A correction', 'correction_id'),
  forward('A correction', 'correction_id'),
  decide('accept_registry_proposal', 'The registry accepts', 'national', 'correction_id', { note: 'Padan.' }, 'accepted'),
  op('get_registry_proposal_timeline', 'The turns of the proposal', {
    as: 'front',
    path: { id: '{{correction_id}}' },
    checks: { 'all five': ['pm.expect(body.items.map((e) => e.to_status)).to.eql(["submitted", "village_verification", "agency_verification", "forwarded", "accepted"]);'] },
  }),
  propose('A dispute', 'dispute_id', { ...DEWI_NIK, program_code: 'PKH', statement: 'Keluarga ini sudah mampu.' }),
  village('A dispute', 'dispute_id'),
  agency('A dispute', 'dispute_id'),
  forward('A dispute', 'dispute_id'),
  decide('reject_registry_proposal', 'The registry rejects', 'national', 'dispute_id', { reason: 'data_unchanged', note: 'Data lapangan tidak berubah.' }, 'rejected'),
  propose('A dispute that lacks papers', 'lacking_id', { kind: 'dispute_exclusion', ...RUDI, program_code: 'KIP', statement: 'Anak ini layak menerima KIP.' }),
  village('A dispute that lacks papers', 'lacking_id'),
  agency('A dispute that lacks papers', 'lacking_id'),
  forward('A dispute that lacks papers', 'lacking_id'),
  decide('return_registry_proposal', 'The registry returns it', 'national', 'lacking_id', { reason: 'evidence_incomplete', note: 'Surat dari sekolah belum ada.' }, 'returned'),
  op('submit_registry_proposal_batch', 'Three more from the village', {
    as: 'front',
    body: {
      items: [
        { kind: 'dispute_exclusion', ...LINA, program_code: 'KIP', statement: 'Anak ini layak menerima KIP.', evidence: [{ kind: 'statement', text: 'Surat pernyataan orang tua' }] },
        { kind: 'dispute_exclusion', ...SITI, program_code: 'KKS', statement: 'Keluarga ini layak menerima sembako.', evidence: [{ kind: 'statement', text: 'Surat pernyataan RT' }] },
        { kind: 'dispute_inclusion', ...SITI, program_code: 'PKH', statement: 'Keluarga ini sudah pindah.', evidence: [{ kind: 'statement', text: 'Surat pernyataan RT' }] },
      ],
    },
    checks: { 'all were taken': ['pm.expect(body.items.map((i) => i.status)).to.eql([201, 201, 201]);'] },
    keep: { lina_proposal_id: 'body.items[0].resource.id', siti_proposal_id: 'body.items[1].resource.id', declined_id: 'body.items[2].resource.id' },
  }),
  op('list_registry_proposals', 'Proposals that wait for the village', { as: 'back', query: { region_code: VILLAGE, status: 'submitted', limit: 200 }, finds: 'declined_id' }),
  decide('decline_registry_proposal_in_village', 'The village declines', 'back', 'declined_id', { ...MINUTES, reason: 'not_found_in_field', note: 'Keluarga masih tinggal di desa.' }, 'rejected'),
  village('The child', 'lina_proposal_id'),
  decide('return_registry_proposal_by_agency', 'The agency returns it', 'back', 'lina_proposal_id', { reason: 'evidence_incomplete', note: 'Lampirkan surat dari sekolah.' }, 'returned'),
  village('The mother', 'siti_proposal_id'),
  agency('The mother', 'siti_proposal_id'),
  decide('return_registry_proposal_by_manager', 'The manager returns it', 'manager', 'siti_proposal_id', { reason: 'not_eligible', note: 'Periksa desilnya.' }, 'returned'),
]);

const sync = folder('Sync', 'A tablet without a network: what it is given, what it brings home, and its end.', [
  op('create_device', 'Register a tablet', {
    as: 'admin',
    body: { label: 'Tablet Puskesos Cileunyi 1', staff_id: '{{facilitator_id}}', village_codes: [VILLAGE] },
    is: { staff_id: '{{facilitator_id}}' },
    keep: { device_id: 'body.id' },
    etag: 'device_etag',
  }),
  op('get_device', 'Read a tablet', { as: 'admin', path: { id: '{{device_id}}' }, is: { id: '{{device_id}}' } }),
  op('list_devices', 'Tablets of the facilitator', { as: 'admin', query: { staff_id: '{{facilitator_id}}' }, finds: 'device_id' }),
  op('replace_device', 'It got a new label', {
    as: 'admin',
    path: { id: '{{device_id}}' },
    ifMatch: 'device_etag',
    body: { label: 'Tablet Puskesos Cileunyi 2', staff_id: '{{facilitator_id}}', village_codes: [VILLAGE] },
    is: { label: 'Tablet Puskesos Cileunyi 2' },
  }),
  op('get_sync_bundle', 'What the tablet takes along', {
    as: 'facilitator',
    query: { device_id: '{{device_id}}' },
    keep: { changes_cursor: 'body.changes_cursor' },
    checks: { 'families and complaints of its village': ['pm.expect(body.families).to.not.be.empty;', 'pm.expect(body.complaints).to.not.be.empty;'] },
  }),
  op('apply_sync_batch', 'What the tablet brings home', {
    as: 'facilitator',
    before: store('device_time', 'new Date().toISOString()'),
    body: {
      device_id: '{{device_id}}',
      device_time: '{{device_time}}',
      operations: [
        {
          operation_id: '{{new_id_2}}', kind: 'family', captured_at: '{{an_hour_ago}}',
          payload: {
            id: '{{new_id_3}}', region_code: VILLAGE, address: 'Kampung Contoh RT 08 RW 02',
            members: [{ id: '{{new_id_4}}', full_name: 'Aminah', sex: 'female', birth_date: '{{aminah_born}}', relation_to_head: 'head' }],
          },
        },
        {
          operation_id: '{{new_id_5}}', kind: 'complaint', captured_at: '{{an_hour_ago}}', depends_on: ['{{new_id_2}}'],
          payload: { id: '{{new_id_6}}', region_code: VILLAGE, sector: 'food', description: 'Lansia yang tinggal sendiri belum menerima bantuan pangan.', complainant: { name: 'Aminah' }, subject: { family_id: '{{new_id_3}}' } },
        },
        {
          operation_id: '{{new_id_7}}', kind: 'visit', captured_at: '{{an_hour_ago}}', depends_on: ['{{new_id_2}}'],
          payload: { region_code: VILLAGE, family_id: '{{new_id_3}}', result: 'met', note: 'Tinggal sendiri, rumah kayu.' },
        },
      ],
    },
    checks: { 'each was done': ['pm.expect(body.results.map((r) => r.status)).to.eql([201, 201, 201]);'] },
  }),
  op('get_sync_changes', 'What changed since', {
    as: 'facilitator',
    query: { device_id: '{{device_id}}', cursor: '{{changes_cursor}}' },
    checks: { 'its own complaint is among them': [`pm.expect(body.items.map((i) => i.id)).to.include(${stored('new_id_6')});`] },
  }),
  op('create_visit', 'A visit with a network', {
    as: 'facilitator',
    body: { region_code: VILLAGE, complaint_id: '{{new_id_6}}', family_id: '{{new_id_3}}', result: 'not_at_home', note: 'Tetangga: sedang ke pasar.' },
    is: { result: 'not_at_home', visited_by: '{{facilitator_id}}' },
    keep: { visit_id: 'body.id' },
  }),
  op('get_visit', 'Read a visit', { as: 'front', path: { id: '{{visit_id}}' }, is: { id: '{{visit_id}}' } }),
  op('list_visits', 'Visits to the family', { as: 'front', query: { family_id: '{{new_id_3}}' }, finds: 'visit_id' }),
  op('revoke_device', 'The tablet was stolen', {
    as: 'admin',
    path: { id: '{{device_id}}' },
    checks: { 'is revoked': ['pm.expect(body.revoked_at).to.be.a("string");'] },
  }),
]);

const trail = folder('Events and audit', 'What other systems read, and what the auditor reads.', [
  op('list_events', 'Events of one type', {
    as: 'back',
    query: { type: 'complaint.closed', limit: 10 },
    checks: { 'nothing else': ['for (const event of body.items) pm.expect(event.type).to.eql("complaint.closed");'] },
  }),
  op('list_audit_records', 'Who changed the roof?', {
    as: 'auditor',
    query: { target_id: '{{roof_id}}' },
    checks: { 'has the closure': ['pm.expect(body.items.map((r) => r.action)).to.include("complaint.close");'] },
  }),
]);

export const cases = [complaints, queues, followUps, messages, referrals, attachments, proposals, sync, trail];
