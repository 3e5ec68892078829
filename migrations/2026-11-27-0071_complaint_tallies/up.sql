-- How many complaints of a regency wait, alike in what a queue counts by: kept as clocks move, because counting a hundred thousand of
-- them took 55 ms. A deadline is the end of a working day, so many complaints are alike. A change is a row of its own, which nobody
-- waits for; background work folds a regency's rows together. Only their sum means anything.
create table complaint_tallies (
    regency text collate "C" not null,
    id uuid not null default gen_random_uuid(),
    organization_id uuid,
    status text not null,
    assignee text,
    escalation_level smallint not null,
    -- Both null while the clock does not run: it is paused, or has stopped.
    due_at timestamptz,
    due_soon_at timestamptz,
    stopped boolean not null,
    complaints integer not null,
    folded boolean not null,
    primary key (regency, id)
);
create index complaint_tallies_to_fold on complaint_tallies (regency) where not folded;

create function tally_complaint() returns trigger language plpgsql as $$
begin
    insert into complaint_tallies
        (regency, organization_id, status, assignee, escalation_level, due_at, due_soon_at, stopped, complaints, folded)
    select substr(k.region_code, 1, 5), k.organization_id, k.status, k.assignee, k.escalation_level,
        case when k.runs then k.due_at end, case when k.runs then k.due_soon_at end, k.stopped_at is not null, k.change, false
    from (
        select (old).*, -1 as change, old.stopped_at is null and old.paused_at is null as runs where old.open
        union all
        select (new).*, 1, new.stopped_at is null and new.paused_at is null where new.open
    ) k;
    return null;
end
$$;

create trigger complaint_clocks_started after insert on complaint_clocks
    for each row when (new.open) execute function tally_complaint();
create trigger complaint_clocks_moved after update on complaint_clocks
    for each row when ((old.open or new.open) and (
        old.open, old.region_code, old.organization_id, old.status, old.assignee, old.escalation_level, old.due_at, old.due_soon_at,
        old.stopped_at is null, old.paused_at is null
    ) is distinct from (
        new.open, new.region_code, new.organization_id, new.status, new.assignee, new.escalation_level, new.due_at, new.due_soon_at,
        new.stopped_at is null, new.paused_at is null
    )) execute function tally_complaint();
create trigger complaint_clocks_removed after delete on complaint_clocks
    for each row when (old.open) execute function tally_complaint();

insert into complaint_tallies
    (regency, organization_id, status, assignee, escalation_level, due_at, due_soon_at, stopped, complaints, folded)
select substr(region_code, 1, 5), organization_id, status, assignee, escalation_level,
    case when stopped_at is null and paused_at is null then due_at end,
    case when stopped_at is null and paused_at is null then due_soon_at end,
    stopped_at is not null, count(*), true
from complaint_clocks
where open
group by 1, 2, 3, 4, 5, 6, 7, 8;
