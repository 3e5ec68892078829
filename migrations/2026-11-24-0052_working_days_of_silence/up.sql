-- When a silent target is looked at next, counted in working days; null when nothing is to happen. All that are unanswered
-- are looked at once, and get their moment then.
alter table referral_details add column check_at timestamptz;
create index referral_details_to_check on referral_details (check_at) where check_at is not null;
update referral_details d set check_at = r.requested_at
from referrals r where r.id = d.referral_id and r.status = 'requested';
drop index referrals_awaiting_answer;
