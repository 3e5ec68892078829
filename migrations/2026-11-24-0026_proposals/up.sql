-- Proposals and disputes about the welfare registry. Who is proposed, and what, stands sealed: a proposal may be about
-- somebody whom the registry does not hold yet.
create table registry_proposals (
    id uuid primary key,
    region_code text collate "C" not null,
    organization_id uuid,
    kind text not null,
    status text not null,
    -- The month whose window it came in: YYYY-MM.
    period text not null,
    nik_index bytea not null,
    nik_sealed bytea not null,
    content_sealed bytea not null,
    person_id uuid,
    family_id uuid,
    program_code text references programs (code),
    -- Null after erasure.
    statement text,
    evidence jsonb not null,
    village jsonb,
    agency jsonb,
    forwarding jsonb,
    outcome jsonb,
    replaces_id uuid,
    submission_hash bytea not null,
    created_by text not null,
    captured_at timestamptz,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index registry_proposals_by_regency on registry_proposals (substr(region_code, 1, 5), created_at, id);
create index registry_proposals_by_time on registry_proposals (created_at, id);
create index registry_proposals_by_change on registry_proposals (updated_at, id);
create index registry_proposals_by_person on registry_proposals (person_id) where person_id is not null;
create index registry_proposals_by_family on registry_proposals (family_id) where family_id is not null;
create index registry_proposals_by_nik on registry_proposals (nik_index);

-- One open proposal of a kind for a person. A table of its own, since a sharded engine holds uniqueness by the key alone.
create table open_registry_proposals (
    nik_index bytea not null,
    kind text not null,
    proposal_id uuid not null,
    primary key (nik_index, kind)
);

-- Days of the month, in western Indonesia, up to which each step is taken. `default` holds for a month without its own row.
create table registry_proposal_windows (
    period text primary key,
    submit_from smallint not null,
    submit_until smallint not null,
    village_until smallint not null,
    agency_until smallint not null,
    source text not null,
    version integer not null,
    updated_at timestamptz not null,
    check (1 <= submit_from and submit_from <= submit_until and submit_until <= village_until
           and village_until <= agency_until and agency_until <= 31)
);
insert into registry_proposal_windows
values ('default', 1, 11, 14, 17, 'Practice of the SIKS-NG calendar; confidence: medium', 1, '2026-11-24T00:00:00Z');
