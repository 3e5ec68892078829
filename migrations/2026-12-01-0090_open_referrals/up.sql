-- How many referrals of a complaint are open: sent and not ended. Kept by each step of a referral, so that a complaint need not count
-- referrals.
create table complaint_open_referrals (
    complaint_id uuid primary key references complaints (id) on delete cascade,
    open integer not null check (open >= 0)
);

insert into complaint_open_referrals (complaint_id, open)
select complaint_id, count(*)
from referrals
where complaint_id is not null
  and status not in ('draft', 'completed', 'failed', 'rejected', 'cancelled', 'entered_in_error')
group by complaint_id;
