-- Letters of recommendation, found by the code on them. No personal data: the letter is drawn from its referral when it is read.

create table recommendation_letters (
    code text primary key,
    referral_id uuid not null,
    region_code text collate "C" not null,
    number text not null,
    issuer_id uuid,
    issuer_name text not null,
    issued_by text not null,
    officer_name text,
    issued_on date not null,
    valid_until_on date not null,
    revoked_at timestamptz,
    created_at timestamptz not null
);
create unique index recommendation_letters_by_number on recommendation_letters (number);
create index recommendation_letters_by_referral on recommendation_letters (referral_id, created_at);
