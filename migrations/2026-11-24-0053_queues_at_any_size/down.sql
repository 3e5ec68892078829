drop index referrals_waiting_by_regency;
drop index referrals_waiting_for_target;
alter table referrals drop column waits_for, drop column waits_since;
drop index complaint_clocks_paused;
drop index complaint_clocks_running;
