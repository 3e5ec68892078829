alter table complaints
    add column reference_no text,
    add column previous_status text,
    add column duplicate_of uuid,
    add column appeal_of uuid,
    add column reopen_count integer not null default 0;
create index complaints_by_place on complaints (region_code, created_at);
create index complaints_by_person on complaints (subject_person_id) where subject_person_id is not null;
create index complaints_by_family on complaints (subject_family_id) where subject_family_id is not null;
create index complaints_by_root on complaints (duplicate_of) where duplicate_of is not null;
create index complaints_by_appealed on complaints (appeal_of) where appeal_of is not null;
create index complaints_unnumbered on complaints (id) where reference_no is null;

-- The number people say on the phone, keyed by itself so that it is unique however complaints are spread.
create table complaint_references (
    reference_no text primary key,
    complaint_id uuid not null
);

-- Regions and organizations that handled a complaint before it was transferred: they go on reading it.
create table complaint_trails (
    complaint_id uuid not null references complaints (id),
    id uuid not null,
    region_code text collate "C" not null,
    organization_id uuid,
    left_at timestamptz not null,
    primary key (complaint_id, id)
);
create index complaint_trails_by_region on complaint_trails (region_code, complaint_id);

-- Questions to the reporter and what came back.
create table complaint_exchanges (
    complaint_id uuid not null references complaints (id),
    id uuid not null,
    question text not null,
    asked_by text not null,
    asked_at timestamptz not null,
    answer text,
    answered_by text,
    answered_at timestamptz,
    primary key (complaint_id, id)
);

create table complaint_notes (
    complaint_id uuid not null references complaints (id),
    id uuid not null,
    visibility text not null,
    text text not null,
    written_by text not null,
    written_at timestamptz not null,
    primary key (complaint_id, id)
);

-- Everybody a complaint is about besides the subject on its own row.
create table complaint_subjects (
    complaint_id uuid not null references complaints (id),
    id uuid not null,
    person_id uuid,
    family_id uuid,
    primary key (complaint_id, id)
);
create index complaint_subjects_by_person on complaint_subjects (person_id) where person_id is not null;

-- What makes a complaint pressing, as the registry knew it when the complaint came.
create table complaint_circumstances (
    complaint_id uuid primary key references complaints (id),
    vulnerabilities text[] not null,
    suggested_priority text not null
);

-- What the service does by itself when nobody does anything: at most one thing for each complaint.
create table complaint_timers (
    complaint_id uuid primary key references complaints (id),
    action text not null,
    due_at timestamptz not null
);
create index complaint_timers_by_time on complaint_timers (due_at);

-- How often a reporter's follow-up code was issued; the code itself is derived from a key and stands nowhere.
create table complaint_follow_ups (
    complaint_id uuid primary key references complaints (id),
    issue integer not null
);

-- How long a reporter has to answer, to confirm and to ask for reopening. The nearest region's row holds.
create table complaint_terms (
    region_code text collate "C" primary key,
    answer_working_days smallint not null check (answer_working_days between 1 and 120),
    confirm_working_days smallint not null check (confirm_working_days between 1 and 120),
    reopen_days smallint not null check (reopen_days between 0 and 366),
    version integer not null,
    updated_at timestamptz not null
);
insert into complaint_terms values ('ID', 10, 10, 30, 1, now());
