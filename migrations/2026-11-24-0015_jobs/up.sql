-- Work that takes longer than a request: who asked for it, under which regions, how far it is, and who works on it now.
create table jobs (
    id uuid primary key,
    kind text not null,
    status text not null,
    -- The narrowest region around all of region_codes; ID is the country.
    region_code text collate "C" not null,
    region_codes text[] not null,
    client_id text not null,
    actor text not null,
    organization_id uuid,
    permissions text[] not null,
    params jsonb not null,
    done bigint not null,
    total bigint,
    counts jsonb not null,
    -- Where the work goes on after an interruption; written with the rows that it speaks of.
    position jsonb not null,
    problems bigint not null,
    result_type text,
    failure_code text,
    -- Since the last change that was committed; one that never gets on is given up.
    attempts smallint not null,
    lease_owner uuid,
    lease_until timestamptz,
    -- For the rate: since when, and from where, the present worker counts.
    progress_from bigint not null,
    progress_since timestamptz,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz
);
create index jobs_by_client on jobs (client_id, created_at, id);
create index jobs_due on jobs (created_at) where status in ('queued', 'running');
create index jobs_by_end on jobs (ended_at) where ended_at is not null;

-- What a job reads, complains of and gives, in sealed pieces. An upload is written before its job: no foreign key.
create table job_files (
    job_id uuid not null,
    file text not null,
    seq integer not null,
    content bytea not null,
    created_at timestamptz not null,
    primary key (job_id, file, seq)
);
-- Sealed bytes do not compress.
alter table job_files alter column content set storage external;
create index job_files_by_age on job_files (created_at);
