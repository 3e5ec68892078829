-- Order of changes. A transaction leaves one row in the outbox for each stream that it changed: a regency ('32.04'), a wider
-- region ('32', 'ID'), or an organization ('org:<id>'). The sequencer moves committed rows to `changes` and numbers them.
create table outbox (
    recorded_at timestamptz not null default statement_timestamp(),
    change_id uuid not null,
    stream text collate "C" not null,
    -- Time of the transaction: `updated_at` of the records that it changed.
    at timestamptz not null,
    primary key (recorded_at, change_id, stream)
) with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

create table changes (
    stream text collate "C" not null,
    position bigint not null,
    change_id uuid not null,
    at timestamptz not null,
    -- When it got its position: rises with the position.
    sequenced_at timestamptz not null,
    primary key (stream, position)
);
create index changes_by_position on changes (position);
create index changes_by_time on changes (sequenced_at, position);

-- One row: who numbers, and the last number.
create table sequencer (
    id smallint primary key check (id = 1),
    -- Another number after a restore. A cursor carries it.
    epoch integer not null,
    -- System identifier and timeline of the server that the epoch belongs to.
    server text not null,
    -- The last position of the epoch before.
    epoch_after bigint not null,
    last_position bigint not null,
    last_sequenced_at timestamptz not null,
    -- The first position that is still stored.
    oldest_position bigint not null,
    holder uuid,
    fence bigint not null,
    lease_until timestamptz not null
) with (fillfactor = 50);

-- What was recorded before keeps its order: one change for each event.
drop index events_feed, events_of_village, events_of_subject;
alter table events add column change_id uuid;
update events set change_id = id;
insert into changes (stream, position, change_id, at, sequenced_at)
    select left(region_code, 5), row_number() over ordered, id, occurred_at, max(occurred_at) over ordered
    from events window ordered as (order by transaction_id, id);
insert into changes (stream, position, change_id, at, sequenced_at)
    select 'org:' || e.organization_id, c.position, e.id, e.occurred_at, c.sequenced_at
    from events e join changes c on c.change_id = e.id where e.organization_id is not null;
alter table events alter column change_id set not null, drop column transaction_id;
create index events_of_change on events (change_id, id);
insert into sequencer (id, epoch, server, epoch_after, last_position, last_sequenced_at, oldest_position, fence, lease_until)
    select 1, 1, '', 0, coalesce(max(position), 0), coalesce(max(sequenced_at), 'epoch'), 1, 0, '-infinity' from changes;
