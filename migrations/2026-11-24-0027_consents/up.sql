-- Why the data of a person or a family may be used, for which purpose: consent, or another lawful basis (UU 27/2022,
-- article 20). Never changed but by its withdrawal.
create table consents (
    id uuid primary key,
    region_code text collate "C" not null,
    family_id uuid not null,
    -- Null when it is the whole family's.
    person_id uuid,
    purpose text not null,
    lawful_basis text not null,
    -- Who gave it; null when nobody said, and after erasure.
    giver jsonb,
    method text,
    given_on date not null,
    expires_on date,
    legal_reference text,
    note text,
    -- The referral that it was given with.
    referral_id uuid,
    withdrawal jsonb,
    withdrawn_at timestamptz,
    submission_hash bytea not null,
    created_by text not null,
    version integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index consents_by_family on consents (family_id, purpose, given_on);
create index consents_by_person on consents (person_id) where person_id is not null;
create index consents_by_regency on consents (substr(region_code, 1, 5), created_at, id);
create index consents_by_time on consents (created_at, id);
