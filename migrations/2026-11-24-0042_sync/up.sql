-- Tablets of facilitators, and the villages each one works in. The region is the narrowest that holds all its villages.
create table devices (
    id uuid primary key,
    label text not null,
    staff_id text not null,
    organization_id uuid,
    region_code text collate "C" not null,
    village_codes text[] not null,
    last_seen_at timestamptz,
    last_skew_ms bigint,
    revoked_at timestamptz,
    revoked_by text,
    created_by text not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index devices_by_time on devices (created_at, id);

-- What a tablet recorded, once each. The result is kept as ids and versions, never as content.
create table sync_operations (
    device_id uuid not null references devices (id),
    operation_id uuid not null,
    kind text not null,
    fingerprint bytea not null,
    status integer not null,
    resource_id uuid not null,
    resource_version integer not null,
    captured_at timestamptz not null,
    corrected_at timestamptz not null,
    skew_ms bigint not null,
    received_at timestamptz not null,
    primary key (device_id, operation_id)
);

-- What a tablet was given, so that it can be told when something is no longer its own.
create table device_holdings (
    device_id uuid not null references devices (id),
    subject_id uuid not null,
    kind text not null,
    primary key (device_id, subject_id)
);

create table visits (
    id uuid primary key,
    region_code text collate "C" not null,
    family_id uuid,
    complaint_id uuid,
    visited_at timestamptz not null,
    visited_by text not null,
    result text not null,
    note text,
    submission_hash bytea not null,
    created_by text not null,
    version integer not null,
    created_at timestamptz not null
);
create index visits_by_time on visits (created_at, id);
create index visits_by_family on visits (family_id, created_at, id) where family_id is not null;
create index visits_by_complaint on visits (complaint_id, created_at, id) where complaint_id is not null;
