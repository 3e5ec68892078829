create table referrals (
    id uuid primary key,
    region_code text collate "C" not null,
    source_organization_id uuid,
    target_organization_id uuid not null,
    service_id uuid not null,
    complaint_id uuid,
    person_id uuid,
    family_id uuid,
    subject_name text,
    program_code text,
    need text not null,
    lawful_basis text not null,
    consent_given_on date,
    status text not null,
    reason jsonb,
    eligibility jsonb,
    outcome jsonb,
    closure jsonb,
    submission_hash bytea not null,
    created_by text not null,
    requested_at timestamptz,
    due_at timestamptz,
    acknowledged_at timestamptz,
    answered_at timestamptz,
    ended_at timestamptz,
    loop_closed_at timestamptz,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index referrals_by_regency on referrals (substr(region_code, 1, 5), created_at, id);
create index referrals_by_target on referrals (target_organization_id, created_at, id);
create index referrals_by_complaint on referrals (complaint_id);
create index referrals_by_service on referrals (service_id, answered_at);
create index referrals_by_time on referrals (created_at, id);
create index referrals_by_change on referrals (updated_at, id);
