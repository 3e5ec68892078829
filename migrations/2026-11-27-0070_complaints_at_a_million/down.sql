drop statistics complaint_clocks_regency;
drop index referrals_waiting_by_regency;
drop index referrals_waiting_for_target;
create index referrals_waiting_for_target on referrals (target_organization_id, waits_for, waits_since, id)
    where waits_for is not null;
create index referrals_waiting_by_regency on referrals (substr(region_code, 1, 5), waits_for, waits_since, id)
    where waits_for is not null;
drop index complaint_clocks_by_place;
