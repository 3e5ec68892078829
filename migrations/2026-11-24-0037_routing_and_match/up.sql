-- Where a need of a sector goes by default in a region, and the birth year by which a target tells two people of one name apart.

create table routing_defaults (
    region_code text collate "C" not null,
    sector text not null,
    service_id uuid not null references services (id),
    note text,
    set_by text not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (region_code, sector)
);

alter table referral_details add column subject_birth_year smallint;
