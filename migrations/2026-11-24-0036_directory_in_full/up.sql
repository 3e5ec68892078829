-- The directory in full: organizations and services that rest, locations that are kept from the public, days on which a
-- service is closed, and places held for a referral that is not yet answered.

alter table organizations
    add column active boolean not null default true,
    add column confidential_location boolean not null default false;

alter table services
    add column reserved integer not null default 0 check (reserved >= 0),
    add column closures jsonb not null default '[]';

create table place_reservations (
    service_id uuid not null references services (id),
    referral_id uuid not null,
    expires_at timestamptz not null,
    created_at timestamptz not null,
    primary key (service_id, referral_id)
);
create index place_reservations_by_expiry on place_reservations (expires_at);
