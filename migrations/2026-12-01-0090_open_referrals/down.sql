drop table complaint_open_referrals;
