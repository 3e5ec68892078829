-- Days on which no deadline runs, for the whole country (`ID`) or for a region and what lies inside it. A day that was
-- taken out stays as a row, so that the next release does not bring it back.
create table holidays (
    id uuid primary key,
    region_code text collate "C" not null,
    day date not null,
    kind text not null,
    name text not null,
    name_en text,
    confidence text not null,
    source text not null,
    version integer not null,
    removed_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (region_code, day)
);
create index holidays_by_day on holidays (day, id);

-- Rises with every change to holidays and targets, so that a process knows when what it holds is old.
create table service_level_revision (
    only_row boolean primary key default true check (only_row),
    revision bigint not null
);
insert into service_level_revision (revision) values (0);
