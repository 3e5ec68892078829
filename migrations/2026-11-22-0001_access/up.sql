-- Who may call, what they did, what they asked before, and what happened: the four tables every slice leans on.

create table clients (
    id text primary key,
    label text not null,
    organization_id uuid,
    regions text[] not null,
    permissions text[] not null,
    roles text[] not null,
    secret_hash bytea not null,
    created_at timestamptz not null,
    disabled_at timestamptz
);

-- Officers whom a client with operator:assert may name as the person acting.
create table staff (
    id text primary key,
    organization_id uuid not null,
    name text not null,
    regions text[] not null,
    roles text[] not null,
    created_at timestamptz not null,
    disabled_at timestamptz
);

-- One row for every mutation and every reveal of personal data. No personal data stands in it.
create table audit_records (
    id uuid primary key,
    at timestamptz not null,
    client_id text not null,
    actor text not null,
    action text not null,
    target_kind text not null,
    target_id uuid,
    region_code text collate "C",
    organization_id uuid,
    purpose text,
    trace_id text not null
);
create index audit_records_by_time on audit_records (at, id);
create index audit_records_by_target on audit_records (target_id, at);

-- The outbox. transaction_id orders the feed: a reader is shown only transactions older than every one still
-- running, so an event that commits late can never slip in behind a cursor.
create table events (
    id uuid primary key,
    transaction_id bigint not null default (pg_current_xact_id()::text::bigint),
    type text not null,
    subject_kind text not null,
    subject_id uuid not null,
    region_code text collate "C" not null,
    organization_id uuid,
    data jsonb not null,
    occurred_at timestamptz not null
);
create index events_feed on events (transaction_id, id);
create index events_by_age on events (occurred_at);

-- The answer to a POST, kept for 24 hours and written with the rows it speaks of.
create table idempotency_keys (
    client_id text not null,
    operation text not null,
    key text not null,
    fingerprint bytea not null,
    status smallint not null,
    location text,
    etag text,
    body text not null,
    created_at timestamptz not null,
    primary key (client_id, operation, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

-- What happened to one complaint or referral, for people to read. The root's id comes first: it is the distribution column.
create table timeline_entries (
    subject_id uuid not null,
    id uuid not null,
    at timestamptz not null,
    actor text not null,
    action text not null,
    from_status text,
    to_status text not null,
    note text,
    primary key (subject_id, id)
);
