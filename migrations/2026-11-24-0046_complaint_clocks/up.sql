-- By when a complaint is to be answered: for a region (`ID` is the country) and, narrower, a sector, class or priority.
-- A target that was taken out stays as a row, so that the next release does not bring it back.
create table service_level_targets (
    id uuid primary key,
    region_code text collate "C" not null,
    sector text,
    class text,
    priority text,
    kind text not null,
    first_response_days smallint not null check (first_response_days between 1 and 366),
    resolution_days smallint not null check (resolution_days between 1 and 366),
    province_after_days smallint not null check (province_after_days between 1 and 366),
    ministry_after_days smallint not null check (ministry_after_days > province_after_days),
    confidence text not null,
    source text not null,
    version integer not null,
    removed_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique nulls not distinct (region_code, sector, class, priority)
);

-- The clocks of a complaint; a reopened one begins a new round. What the queue is sorted and counted by stands here too,
-- written by the transition that changes it, so that a desk's queue is one index.
create table complaint_clocks (
    complaint_id uuid not null,
    round smallint not null,
    region_code text collate "C" not null,
    organization_id uuid,
    status text not null,
    assignee text,
    -- The last round of a complaint that has not ended.
    open boolean not null,
    target_id uuid not null,
    target_kind text not null,
    target_region text not null,
    first_response_days smallint,
    resolution_days smallint not null,
    province_after_days smallint not null,
    ministry_after_days smallint not null,
    started_at timestamptz not null,
    first_responded_at timestamptz,
    stopped_at timestamptz,
    paused_at timestamptz,
    pauses jsonb not null,
    first_response_due_at timestamptz,
    resolution_due_at timestamptz not null,
    basis text not null,
    due_at timestamptz not null,
    due_soon_at timestamptz not null,
    first_response_breached_at timestamptz,
    resolution_breached_at timestamptz,
    escalation_level smallint not null,
    -- When the service has to look at it next; null when time changes nothing.
    check_at timestamptz,
    primary key (complaint_id, round)
);
create index complaint_clocks_queue on complaint_clocks (substr(region_code, 1, 5), due_at, complaint_id)
    include (region_code, status, assignee, organization_id, stopped_at, paused_at, due_soon_at, escalation_level)
    where open;
create index complaint_clocks_queue_everywhere on complaint_clocks (due_at, complaint_id) where open;
create index complaint_clocks_by_assignee on complaint_clocks (assignee, due_at, complaint_id) where open;
create index complaint_clocks_escalated on complaint_clocks (due_at, complaint_id) where open and escalation_level >= 2;
create index complaint_clocks_to_check on complaint_clocks (check_at) where check_at is not null;

-- A day that became free or ceased to be: open clocks are counted anew by background work, which keeps its place here.
create table calendar_changes (
    id uuid primary key,
    region_code text collate "C" not null,
    day date not null,
    after_complaint_id uuid,
    created_at timestamptz not null
);
