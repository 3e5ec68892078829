-- Families and persons over their whole life: who left and when, what changed, who is the same as whom, by which names
-- somebody is found, where somebody lives in an institution.

alter table families
    add column standing text not null default 'active',
    add column merged_into uuid,
    add column assets jsonb not null default '{}';
create index families_by_regency on families (substr(region_code, 1, 5), id);
create index families_by_change on families (updated_at, id);

alter table persons
    add column standing text not null default 'active',
    -- Day of death or of removal.
    add column ended_on date,
    add column merged_into uuid;
create index persons_by_regency on persons (substr(region_code, 1, 5), id);
create index persons_by_change on persons (updated_at, id);
create index persons_by_birth on persons (birth_date, id);
create index persons_by_category on persons using gin (ppks_codes) where ppks_codes <> '{}';
create index persons_by_merger on persons (merged_into) where merged_into is not null;

create table family_shocks (
    family_id uuid not null references families (id),
    id uuid not null,
    kind text not null,
    happened_on date not null,
    until date,
    note text,
    created_at timestamptz not null,
    primary key (family_id, id)
);

-- Who changed which fields when. What stood there before and after is sealed; a NIK is masked even there.
create table registry_changes (
    subject_id uuid not null,
    id uuid not null,
    subject_kind text not null,
    family_id uuid not null,
    at timestamptz not null,
    actor text not null,
    client_id text not null,
    action text not null,
    fields text[] not null,
    values_sealed bytea,
    happened_on date,
    reason text,
    primary key (subject_id, id)
);

-- A name from each of its words on, in one spelling (`key`) and by its consonants (`sound`): a search for any part of a
-- name is a range of an index.
create table person_names (
    family_id uuid not null,
    person_id uuid not null,
    word smallint not null,
    region_code text collate "C" not null,
    key text collate "C" not null,
    sound text collate "C" not null,
    primary key (family_id, person_id, word),
    foreign key (family_id, person_id) references persons (family_id, id) on delete cascade
);
create index person_names_by_key on person_names (key, person_id);
create index person_names_by_regency_and_key on person_names (substr(region_code, 1, 5), key, person_id);
create index person_names_by_sound on person_names (sound, person_id);
create index person_names_by_regency_and_sound on person_names (substr(region_code, 1, 5), sound, person_id);

-- A record that was found to be somebody who stands here already. Kept with what is needed to undo it.
create table person_merges (
    merged_person_id uuid not null,
    id uuid not null,
    merged_family_id uuid not null,
    kept_person_id uuid not null,
    kept_family_id uuid not null,
    taken text[] not null,
    participation_ids uuid[] not null,
    identity_moved boolean not null,
    family_closed boolean not null,
    actor text not null,
    merged_at timestamptz not null,
    undone_at timestamptz,
    primary key (merged_person_id, id)
);
create unique index person_merges_in_force on person_merges (merged_person_id) where undone_at is null;

create table person_residences (
    person_id uuid not null,
    id uuid not null,
    kind text not null,
    facility_id uuid,
    facility_name text,
    region_code text collate "C" not null,
    since date not null,
    until date,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (person_id, id)
);
create index person_residences_by_region on person_residences (region_code, kind) where until is null;
create index participations_by_program on program_participations (program_code, family_id);
