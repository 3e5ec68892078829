-- Where people come: the secretariat of a regency (SLRT) and its village form (Puskesos).
create table desks (
    id uuid primary key,
    kind text not null,
    organization_id uuid not null references organizations (id),
    name text not null,
    region_code text collate "C" not null,
    address text,
    phone text,
    opening_hours text,
    active boolean not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index desks_by_region on desks (region_code, id);
create index desks_by_organization on desks (organization_id);

-- The villages that a desk serves. A desk without any serves its whole region.
create table desk_villages (
    desk_id uuid not null references desks (id),
    region_code text collate "C" not null,
    primary key (desk_id, region_code)
);
create index desk_villages_by_region on desk_villages (region_code);

-- Who visits which village, since and until when, on which order (surat perintah tugas).
create table facilitator_assignments (
    id uuid primary key,
    staff_id text not null,
    duty text not null,
    region_code text collate "C" not null,
    desk_id uuid references desks (id),
    since date not null,
    until date check (until >= since),
    assignment_order text not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index facilitator_assignments_by_region on facilitator_assignments (region_code, id);
create index facilitator_assignments_by_staff on facilitator_assignments (staff_id);
create index facilitator_assignments_by_desk on facilitator_assignments (desk_id);

-- Officers can be changed from now on; the trail names them by an id of its own.
alter table staff
    add column record_id uuid not null default gen_random_uuid() unique,
    add column version integer not null default 1,
    add column updated_at timestamptz not null default now();
create index staff_by_organization on staff (organization_id, id);
