-- Programmes and their rules. A rule version is never edited: a change is a new version with its own first day.

create table programs (
    code text primary key,
    name text not null,
    recipient_unit text not null,
    owner text not null,
    legal_basis text not null,
    confidence text not null,
    notes text not null,
    region_code text collate "C",
    components jsonb not null,
    created_at timestamptz not null
);

create table program_rules (
    program_code text not null references programs (code),
    version integer not null,
    effective_from date not null,
    effective_to date,
    rule jsonb not null,
    limits jsonb,
    confidence text not null,
    source text,
    created_at timestamptz not null,
    primary key (program_code, version)
);

-- Rises with every change to the two tables above, so that a process knows when its compiled rules are old.
create table program_revision (
    only_row boolean primary key default true check (only_row),
    revision bigint not null
);
insert into program_revision (revision) values (0);
