-- Complaints of one regency from number :from to :to, spread over two years and its villages; three in a hundred have not
-- ended. Each has its clock, as the service would have written it.
with made as (
    select n, gen_random_uuid() as id,
        '32.04.05.200' || (1 + n % 6) as region_code,
        now() - interval '730 days' * (1 - n::float8 / 1000000) as at,
        case when n % 100 < 97 then 'closed'
             else (array['received', 'verified', 'in_progress', 'pending_approval', 'awaiting_info'])[(1 + n / 100 % 5)::int] end as status,
        case when n % 3 = 0 then null else 'bandung-bo-' || (n % 20) end as assignee
    from generate_series({from}::bigint, {to}::bigint) as n
), entered as (
    insert into complaints (id, region_code, organization_id, class, sector, description, anonymous, external_refs,
        status, priority, assignee, submission_hash, created_by, verified_at, closed_at, version, created_at, updated_at)
    select id, region_code, '01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e', 'unmet_need',
        (array['health', 'education', 'food', 'housing'])[(1 + n % 4)::int], 'Contoh pengaduan untuk pengukuran.', true, '[]',
        status, 'normal', assignee, '\x00', 'bench', at, case when status = 'closed' then at + interval '9 days' end, 4,
        at, at
    from made returning id
)
insert into complaint_clocks (complaint_id, round, region_code, organization_id, status, assignee, open, target_id,
    target_kind, target_region, first_response_days, resolution_days, province_after_days, ministry_after_days,
    started_at, first_responded_at, stopped_at, paused_at, pauses, first_response_due_at, resolution_due_at, basis,
    due_at, due_soon_at, first_response_breached_at, resolution_breached_at, escalation_level, check_at)
select id, 1, region_code, '01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e', status, assignee, status <> 'closed',
    '01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e', 'ordinary', 'ID', 3, 14, 5, 14, at, at,
    case when status = 'closed' then at + interval '9 days' end,
    case when status = 'awaiting_info' then at end, '[]', at + interval '3 days', due, 'official', due,
    due - interval '3 days', null, null, case when n % 7 = 0 then 2 else 0 end, null
from (select made.*, now() + interval '1 day' * (n / 100 % 60 - 20) + interval '1 second' * (n % 40000) as due from made) as m
