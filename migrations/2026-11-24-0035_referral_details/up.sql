-- What belongs to a referral besides its life: to which others it is tied, when a pause is looked at again, and how long
-- the target has been silent. A table of its own, because the root is as wide as a row should be.

create table referral_details (
    referral_id uuid primary key references referrals (id),
    -- Several referrals for one need of one client.
    need_id uuid,
    -- The referral that this one carries on.
    part_of_id uuid,
    -- The ended referral in whose place this one stands, and the one that took this one's place.
    replaces_id uuid,
    replaced_by_id uuid,
    review_at timestamptz,
    review_told_at timestamptz,
    reminders smallint not null default 0,
    reminded_at timestamptz,
    overdue_at timestamptz,
    escalation_level smallint not null default 0 check (escalation_level between 0 and 3),
    client_phone text,
    match_attempts smallint not null default 0
);
create index referral_details_by_need on referral_details (need_id) where need_id is not null;
create index referral_details_by_whole on referral_details (part_of_id) where part_of_id is not null;
create index referral_details_by_review on referral_details (review_at) where review_at is not null;
create index referrals_awaiting_answer on referrals (requested_at) where status = 'requested';

insert into referral_details (referral_id) select id from referrals;
