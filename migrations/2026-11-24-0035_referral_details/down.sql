drop index referrals_awaiting_answer;
drop table referral_details;
