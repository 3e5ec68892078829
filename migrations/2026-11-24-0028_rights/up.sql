-- What data subjects ask for (UU 27/2022), with the deadline of the answer.
create table subject_requests (
    id uuid primary key,
    region_code text collate "C" not null,
    person_id uuid not null,
    family_id uuid not null,
    kind text not null,
    status text not null,
    -- Null after erasure, like every word of the applicant's.
    requested_by jsonb,
    detail text,
    received_at timestamptz not null,
    due_at timestamptz not null,
    answer text,
    refusal_reason text,
    proposal_id uuid,
    submission_hash bytea not null,
    created_by text not null,
    answered_by text,
    answered_at timestamptz,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index subject_requests_by_person on subject_requests (person_id);
create index subject_requests_by_regency on subject_requests (substr(region_code, 1, 5), created_at, id);
create index subject_requests_by_time on subject_requests (created_at, id);

-- While one holds, `restricted` stands among the person's limited purposes.
create table processing_restrictions (
    id uuid primary key,
    region_code text collate "C" not null,
    person_id uuid not null,
    family_id uuid not null,
    reason text not null,
    note text,
    request_id uuid,
    set_by text not null,
    set_at timestamptz not null,
    lifted_by text,
    lifted_at timestamptz,
    version integer not null
);
create index processing_restrictions_by_person on processing_restrictions (person_id);

-- Rights ask for what is about one person; no list did before.
create index complaints_by_subject_person on complaints (subject_person_id) where subject_person_id is not null;
create index complaints_by_subject_family on complaints (subject_family_id) where subject_family_id is not null;
create index referrals_by_person on referrals (person_id) where person_id is not null;
create index referrals_by_family on referrals (family_id) where family_id is not null;
create index identities_by_person on identities (person_id) where person_id is not null;
