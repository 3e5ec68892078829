-- Inserts complaints {first} to {last} of one regency: three years of complaints, a tenth of them open, as a desk would have left
-- them. Persons and villages are in schema `bench`, see `stage.rs`.

select setseed(0.{last});

create temp table drawn as
select
    i,
    random() as fate,
    random() as age,
    random() as place,
    random() as about,
    random() as field,
    random() as press,
    random() as further,
    md5('complaint ' || i) as signs
from generate_series({first}, {last}) i;

create temp table made as
with placed as (
    select
        d.*,
        case
            when fate < 0.030 then 'received' when fate < 0.050 then 'verified' when fate < 0.075 then 'in_progress'
            when fate < 0.082 then 'awaiting_info' when fate < 0.087 then 'pending_approval' when fate < 0.095 then 'referred'
            when fate < 0.100 then 'resolved' when fate < 0.920 then 'closed' when fate < 0.960 then 'rejected'
            when fate < 0.980 then 'withdrawn' else 'duplicate'
        end as status,
        fate < 0.1 as open,
        p.person_id, p.family_id,
        coalesce(p.region_code, v.code) as region_code,
        now() - case when fate < 0.1 then 40 * age * age else 15 + 1080 * age end * interval '1 day' as created_at,
        (array['socio_economic','socio_economic','socio_economic','health','health','education','food','food','housing',
            'civil_registration','civil_registration','social_rehabilitation','infrastructure','electricity','other']
        )[1 + floor(field * 15)::int] as sector,
        case when press < 0.1 then 'urgent' when press < 0.25 then 'high' when press < 0.85 then 'normal' else 'low' end as urgency
    from drawn d
        left join bench.people p on about < 0.3 and p.at = floor(about / 0.3 * (select count(*) from bench.people))::int
        join bench.villages v on v.at = floor(place * (select count(*) from bench.villages))::int
), timed as (
    select *,
        status not in ('received', 'rejected', 'withdrawn', 'duplicate') as seen,
        status in ('in_progress', 'awaiting_info', 'pending_approval', 'referred', 'resolved', 'closed') as taken,
        status in ('resolved', 'closed', 'rejected', 'withdrawn', 'duplicate') as stopped,
        case when sector = 'infrastructure' then 60 when urgency = 'urgent' then 2 when urgency = 'high' then 5 else 14 end as days
    from placed
)
select *,
    (lpad(to_hex((extract(epoch from created_at) * 1000)::bigint), 12, '0') || '7' || left(signs, 3) || '8' || substr(signs, 4, 15))::uuid
        as id,
    case when about > 0.9 then '01928f3e-7c1b-7a4e-9d2c-000000000002' else '{organization}' end::uuid as organization_id,
    '320426' || lpad(upper(to_hex(i)), 7, 'Q') as reference_no,
    case when seen then (array['enrolment', 'programme_service', 'unmet_need'])[1 + floor(further * 3)::int] end as class,
    case when seen then urgency end as priority,
    case when taken then case when place < 0.03 then '{officer}' else 'bandung-bo-' || (2 + floor(place * 39)::int) end end as assignee,
    -- Working days, roughly; a deadline is the end of a day.
    date_trunc('day', created_at + 4.2 * interval '1 day') + interval '16:59:59.999999' as first_due_at,
    date_trunc('day', created_at + days * 1.4 * interval '1 day') + interval '16:59:59.999999' as last_due_at,
    least(created_at + (0.5 + further) * interval '1 day', now()) as verified_at,
    case when status in ('resolved', 'closed') then least(created_at + (2 + further * days * 1.5) * interval '1 day', now()) end
        as resolved_at,
    least(created_at + (3 + further * days * 2) * interval '1 day', now()) as left_at
from timed
order by created_at;

insert into complaints (
    id, region_code, organization_id, class, sector, description, anonymous, complainant, subject_person_id, subject_family_id,
    program_code, external_refs, status, priority, assignee, recommendation, resolution, closure, submission_hash, created_by,
    captured_at, verified_at, resolved_at, closed_at, version, created_at, updated_at, reference_no, previous_status
)
select
    id, region_code, organization_id, class, sector,
    'Warga sudah ' || (1 + i % 11) || ' bulan tidak menerima bantuan yang biasa diterima setiap triwulan, padahal data keluarga tidak '
        || 'berubah. Mohon diperiksa di mana kendalanya dan apa yang perlu dilengkapi. Catatan ' || left(signs, 8) || '.',
    about > 0.85,
    case when about <= 0.85 then jsonb_build_object('name', 'Ibu Contoh ' || i % 1000, 'phone', '0812-0000-9' || lpad((i % 1000)::text, 3, '0'),
        'relation', 'tetangga') end,
    person_id, family_id,
    case when sector = 'socio_economic' then 'PKH' end,
    '[]',
    status, priority, assignee,
    case when status in ('pending_approval', 'referred', 'resolved', 'closed') then jsonb_build_object('kind', 'resolve',
        'text', 'Memenuhi syarat menurut data terbaru.', 'by', assignee, 'at', to_char(verified_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) end,
    case when resolved_at is not null then jsonb_build_object('decision', 'upheld', 'answer', 'Bantuan dilanjutkan mulai bulan depan.',
        'by', 'bandung-mgr-1') end,
    case when status = 'closed' then '{"satisfaction": 4}'::jsonb end,
    sha256(signs::bytea), 'bandung-fo-1',
    case when place < 0.1 then created_at - interval '1 hour' end,
    case when seen then verified_at end, resolved_at, case when not open then left_at end,
    1 + case when open then 2 else 5 end, created_at, case when status = 'received' then created_at else left_at end, reference_no,
    case when status = 'awaiting_info' then 'verified' end
from made;

insert into complaint_references (reference_no, complaint_id) select reference_no, id from made;

insert into complaint_clocks (
    complaint_id, round, region_code, organization_id, status, assignee, open, target_id, target_kind, target_region,
    first_response_days, resolution_days, province_after_days, ministry_after_days, started_at, first_responded_at, stopped_at,
    paused_at, pauses, first_response_due_at, resolution_due_at, basis, due_at, due_soon_at, first_response_breached_at,
    resolution_breached_at, escalation_level, check_at
)
select
    m.id, 1, region_code, organization_id, status, assignee, open, target.id, 'ordinary', 'ID',
    3, days, 5, 14, created_at, case when status <> 'received' then verified_at end, case when stopped then coalesce(resolved_at, left_at) end,
    case when status = 'awaiting_info' then left_at end, '[]', first_due_at, last_due_at, 'official', due_at,
    date_trunc('day', due_at) - interval '7 hours', case when late and status = 'received' then due_at end,
    case when late and last_due_at < now() then last_due_at end,
    -- Overdue complaints are at the highest escalation level; the others are checked when due. Time alone changes nothing during a run.
    case when late then 3 else 0 end, case when not late and not stopped and status <> 'awaiting_info' then due_at + interval '1 second' end
from made m
    cross join lateral (select case when status = 'received' then first_due_at else last_due_at end as due_at) due
    cross join lateral (select not stopped and status <> 'awaiting_info' and due_at < now() as late) state
    cross join (select id from service_level_targets where kind = 'ordinary' limit 1) target;

insert into complaint_circumstances (complaint_id, vulnerabilities, suggested_priority)
select id, case when press < 0.4 then array['elderly', 'disability'] else '{}' end, urgency from made where person_id is not null;

insert into complaint_timers (complaint_id, action, due_at)
select id, case status when 'resolved' then 'close_unanswered' else 'time_out' end, now() + (5 + age * 5) * interval '1 day'
from made where status in ('resolved', 'awaiting_info');

insert into complaint_exchanges (complaint_id, id, question, asked_by, asked_at, answer, answered_by, answered_at)
select id, gen_random_uuid(), 'Di sekolah mana anak Ibu terdaftar?', 'bandung-bo-2', left_at,
    case when status <> 'awaiting_info' then 'SDN Cileunyi 1.' end, case when status <> 'awaiting_info' then 'reporter' end,
    case when status <> 'awaiting_info' then left_at end
from made where status = 'awaiting_info' or further < 0.05;

insert into complaint_notes (complaint_id, id, visibility, text, written_by, written_at)
select id, gen_random_uuid(), 'internal', 'Berkas sudah kami teruskan ke dinas.', 'bandung-fo-1', verified_at from made where place > 0.8;

insert into messages (id, complaint_id, region_code, event, recipient, words, channel, text, status, attempts, next_attempt_at, sent_at,
    delivered_at, version, created_at, updated_at)
select gen_random_uuid(), id, region_code, 'received', null, '{}', 'sms', null, 'delivered', 1, created_at, created_at, created_at, 3,
    created_at, created_at
from made where about <= 0.85;

-- The steps that led to the state, and their records.
create temp table steps as
select m.id, m.region_code, m.organization_id, m.created_at as received_at, s.action, s.from_status, s.to_status, s.actor,
    case when s.at = 0 then m.created_at else least(m.verified_at + (s.at - 1) * interval '1 day', now()) end as at,
    substr(md5(m.signs || s.at), 1, 18) as signs, row_number() over () as n
from made m
    join (values
        (0, 'submit', null, 'received', 'bandung-fo-1', null),
        (1, 'verify', 'received', 'verified', 'bandung-bo-2', 'seen'),
        (2, 'start', 'verified', 'in_progress', 'bandung-bo-2', 'taken'),
        (3, 'recommend', 'in_progress', 'pending_approval', 'bandung-bo-2', 'decided'),
        (4, 'resolve', 'pending_approval', 'resolved', 'bandung-mgr-1', 'decided'),
        (5, 'close', 'resolved', 'closed', 'bandung-fo-1', 'closed')
    ) s (at, action, from_status, to_status, actor, needs) on case s.needs when 'seen' then m.seen when 'taken' then m.taken
        when 'decided' then m.resolved_at is not null when 'closed' then m.status = 'closed' else true end;

insert into timeline_entries (subject_id, id, at, actor, action, from_status, to_status)
select id, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || left(signs, 3) || '8' || substr(signs, 4, 15))::uuid,
    at, actor, action, from_status, to_status
from steps;

insert into audit_records (id, at, client_id, actor, action, target_kind, target_id, region_code, organization_id, trace_id)
select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || left(signs, 3) || '8' || substr(signs, 4, 15))::uuid,
    at, 'bench-desk', actor, 'complaint.' || action, 'complaint', id, region_code, organization_id, md5(signs)
from steps;

-- Events are stored for 90 days. Each is a change of its own, in the order of time.
create temp table published as
select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || left(signs, 3) || '8' || substr(signs, 4, 15))::uuid
    as event_id, (select last_position from sequencer) + row_number() over (order by at, signs) as position, steps.*
from steps where at > now() - interval '90 days';

insert into events (id, type, subject_kind, subject_id, region_code, organization_id, data, occurred_at, change_id)
select event_id, 'complaint.' || case action when 'submit' then 'submitted' else to_status end, 'complaint', id, region_code,
    organization_id, jsonb_build_object('from', from_status, 'to', to_status, 'version', 2), at, event_id
from published;

insert into changes (stream, position, change_id, at, sequenced_at)
select left(region_code, 5), position, event_id, at, at from published;
update sequencer set last_position = greatest(last_position, (select max(position) from published));

create temp table sent as
select m.*, gen_random_uuid() as referral_id, case
        when status = 'referred' then (array['requested', 'requested', 'accepted', 'in_progress', 'on_hold'])[1 + floor(further * 5)::int]
        else (array['completed', 'completed', 'completed', 'rejected', 'failed', 'cancelled'])[1 + floor(further * 6)::int]
    end as state
from made m where status = 'referred' or (resolved_at is not null and press > 0.77);

insert into referrals (
    id, region_code, source_organization_id, target_organization_id, service_id, complaint_id, person_id, family_id, program_code, need,
    lawful_basis, consent_given_on, status, outcome, submission_hash, created_by, requested_at, due_at, acknowledged_at, answered_at,
    ended_at, loop_closed_at, version, created_at, updated_at
)
select
    referral_id, s.region_code, s.organization_id, o.organization_id, o.id, s.id, person_id, family_id,
    case when sector = 'socio_economic' then 'PKH' end,
    'Keluarga desil 2 dengan anak SD, belum menerima bantuan.', 'consent', s.created_at::date, state,
    case when state = 'completed' then '{"outcome": "enrolled"}'::jsonb end, sha256(s.signs::bytea), 'bandung-bo-2', verified_at,
    verified_at + interval '9 days', verified_at + interval '1 hour', case when state <> 'requested' then left_at end,
    case when status <> 'referred' then left_at end, case when status <> 'referred' and age < 0.95 then left_at + interval '1 day' end,
    3, verified_at, left_at
from sent s join services o on o.name = 'Layanan ' || 1 + floor(place * 20)::int;

insert into referral_details (referral_id, escalation_level, overdue_at)
select id, case when status = 'requested' and due_at < now() then 3 else 0 end, case when status = 'requested' then due_at end
from referrals r where id in (select referral_id from sent);

-- The operations and resources of tablets.
insert into sync_operations (
    device_id, operation_id, kind, fingerprint, status, resource_id, resource_version, captured_at, corrected_at, skew_ms, received_at
)
select t.id, gen_random_uuid(), 'complaint', sha256(m.signs::bytea), 201, m.id, 1, m.created_at, m.created_at, 400, m.created_at
from made m join bench.tablets t on t.code = m.region_code;

insert into device_holdings (device_id, subject_id, kind)
select t.id, m.id, 'complaint'
from made m join bench.tablets t on t.code = m.region_code where m.created_at > now() - interval '120 days';

drop table drawn, made, steps, published, sent;
