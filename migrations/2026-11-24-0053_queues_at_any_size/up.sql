-- What stands so to its deadline is a page of an index at any size of the archive: without what is decided, and what is paused apart.
create index complaint_clocks_running on complaint_clocks (substr(region_code, 1, 5), due_at, complaint_id)
    include (due_soon_at, region_code, status, assignee)
    where open and stopped_at is null and paused_at is null;
create index complaint_clocks_paused on complaint_clocks (substr(region_code, 1, 5), due_at, complaint_id)
    where open and stopped_at is null and paused_at is not null;

-- Whom a referral waits for, and the time by which a queue of referrals stays in order: its due time while the target has
-- something to do, the end of it until the source has closed the loop.
alter table referrals
    add column waits_for text generated always as (
        case
            when status in ('requested', 'accepted', 'in_progress', 'on_hold') then 'target'
            when status in ('rejected', 'completed', 'failed', 'cancelled') and loop_closed_at is null then 'source'
        end
    ) stored,
    add column waits_since timestamptz generated always as (
        case when status in ('requested', 'accepted', 'in_progress', 'on_hold') then due_at else ended_at end
    ) stored;
create index referrals_waiting_for_target on referrals (target_organization_id, waits_for, waits_since, id)
    where waits_for is not null;
create index referrals_waiting_by_regency on referrals (substr(region_code, 1, 5), waits_for, waits_since, id)
    where waits_for is not null;
