-- Programmes change through the API. A rule version is still never edited: its last day follows from the next one's first.
alter table programs
    add column id uuid not null default gen_random_uuid(),
    -- A local programme may be the instance of a national one, in whose place it stands inside its region.
    add column instance_of text references programs (code),
    add column submission_hash bytea,
    add column version integer not null default 1,
    add column updated_at timestamptz;
update programs set updated_at = created_at;
alter table programs alter column updated_at set not null;
create unique index programs_by_instance on programs (instance_of, region_code) where instance_of is not null;

alter table program_rules
    -- Amounts that hold with this version; the programme's own when null.
    add column components jsonb,
    add column created_by text,
    add column withdrawn_at timestamptz;
create unique index program_rules_by_first_day on program_rules (program_code, effective_from) where withdrawn_at is null;
