-- The welfare registry. A family is the aggregate: everybody belongs to exactly one, a person alone to a family of one.

create table families (
    id uuid primary key,
    region_code text collate "C" not null,
    family_card_sealed bytea,
    address text,
    latitude double precision,
    longitude double precision,
    attributes jsonb not null,
    -- Of the body that made it, so that the same id and body again is a repeat; null for what was loaded in bulk.
    submission_hash bytea,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index families_by_region on families (region_code, id);

create table persons (
    family_id uuid not null references families (id),
    id uuid not null,
    region_code text collate "C" not null,
    nik_sealed bytea,
    identity_status text not null,
    full_name text not null,
    birth_date date,
    sex text not null,
    relation_to_head text not null,
    marital_status text,
    school_level text,
    school_enrolled boolean,
    occupation_class text,
    disability_type text,
    disability_severity text,
    chronic_illness boolean,
    pregnant_or_postpartum boolean,
    jkn_status text,
    has_kip boolean,
    orphan boolean,
    ppks_codes text[] not null,
    attributes jsonb not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (family_id, id)
);
-- Not unique: a sharded engine cannot hold uniqueness without the distribution column. Ids are UUIDv7 made once.
create index persons_by_id on persons (id);
create index persons_by_region on persons (region_code, id);

create table dwellings (
    family_id uuid primary key references families (id),
    tenure text,
    floor_material text,
    wall_material text,
    roof_material text,
    water_source text,
    lighting_source text,
    power_va integer,
    pln_customer_id text,
    cooking_fuel text,
    toilet text,
    floor_area_m2 double precision,
    land_title boolean,
    habitable boolean,
    wall_or_roof_dangerous boolean,
    updated_at timestamptz not null
);

-- Snapshots, never overwritten: a decile is what one source said of one family at one time.
create table welfare_statuses (
    family_id uuid not null references families (id),
    id uuid not null,
    source text not null,
    snapshot_version text not null,
    as_of date not null,
    decile smallint not null check (decile between 1 and 10),
    percentile smallint check (percentile between 1 and 100),
    created_at timestamptz not null,
    primary key (family_id, id),
    unique (family_id, source, snapshot_version)
);

create table program_participations (
    family_id uuid not null references families (id),
    id uuid not null,
    person_id uuid,
    program_code text not null,
    since date,
    until date,
    created_at timestamptz not null,
    primary key (family_id, id)
);

-- From a keyed hash of a NIK or KK number to its bearer. The number itself is not here, and nowhere else in the clear.
create table identities (
    blind_index bytea primary key,
    kind text not null,
    family_id uuid not null,
    person_id uuid
);
create index identities_by_family on identities (family_id);
