-- What goes with a complaint that objects to a result: the result itself, as it was that day.
create table eligibility_objections (
    complaint_id uuid primary key,
    kind text not null,
    program_code text not null,
    family_id uuid not null,
    person_id uuid,
    evidence jsonb not null,
    submission_hash bytea not null,
    created_by text not null,
    created_at timestamptz not null
);

create index eligibility_objections_family on eligibility_objections (family_id);
