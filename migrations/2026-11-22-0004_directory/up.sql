-- Who can help, with what, where.

create table organizations (
    id uuid primary key,
    kind text not null,
    name text not null,
    region_code text collate "C" not null,
    program_code text references programs (code),
    phone text,
    email text,
    address text,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index organizations_by_region on organizations (region_code, id);

create table services (
    id uuid primary key,
    organization_id uuid not null references organizations (id),
    region_code text collate "C" not null,
    name text not null,
    description text,
    program_code text references programs (code),
    sectors text[] not null,
    area_codes text[] not null,
    capacity integer check (capacity >= 0),
    in_use integer not null check (in_use >= 0),
    opening_hours text,
    requirements text,
    active boolean not null,
    answer_days smallint not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index services_by_organization on services (organization_id);
create index services_by_area on services using gin (area_codes);
