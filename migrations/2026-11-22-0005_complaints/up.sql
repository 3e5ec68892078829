create table complaints (
    id uuid primary key,
    region_code text collate "C" not null,
    organization_id uuid,
    class text,
    sector text not null,
    description text not null,
    anonymous boolean not null,
    complainant jsonb,
    subject_person_id uuid,
    subject_family_id uuid,
    program_code text references programs (code),
    external_refs jsonb not null,
    status text not null,
    priority text,
    assignee text,
    recommendation jsonb,
    resolution jsonb,
    closure jsonb,
    submission_hash bytea not null,
    created_by text not null,
    captured_at timestamptz,
    verified_at timestamptz,
    resolved_at timestamptz,
    closed_at timestamptz,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
-- A desk's list is one regency in order of time; the regency is the first five characters of every code below it.
create index complaints_by_regency on complaints (substr(region_code, 1, 5), created_at, id);
create index complaints_by_time on complaints (created_at, id);
create index complaints_by_change on complaints (updated_at, id);
