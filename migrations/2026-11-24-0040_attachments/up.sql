-- Photos and papers. Which region one belongs to is its parent's affair: who sees the parent sees it.
create table attachments (
    id uuid primary key,
    parent_kind text not null,
    parent_id uuid not null,
    kind text not null,
    media_type text not null,
    size integer not null,
    sha256 bytea not null,
    caption text,
    captured_at timestamptz,
    status text not null,
    reason text,
    received integer not null,
    stored_size integer,
    stored_sha256 bytea,
    width integer,
    height integer,
    submission_hash bytea not null,
    client_id text not null,
    created_by text not null,
    expires_at timestamptz not null,
    completed_at timestamptz,
    parent_seen_at timestamptz not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index attachments_by_parent on attachments (parent_kind, parent_id, created_at, id);
create index attachments_unfinished on attachments (expires_at) where status = 'uploading';
create index attachments_by_look on attachments (parent_seen_at, id) where status in ('uploading', 'complete');

-- What has arrived of one that is still being uploaded; the bytes lie in the object store.
create table attachment_parts (
    attachment_id uuid not null references attachments (id) on delete cascade,
    part_offset integer not null,
    length integer not null,
    object_key text not null,
    primary key (attachment_id, part_offset)
);
