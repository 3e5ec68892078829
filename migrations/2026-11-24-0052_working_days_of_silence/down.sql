create index referrals_awaiting_answer on referrals (requested_at) where status = 'requested';
drop index referral_details_to_check;
alter table referral_details drop column check_at;
