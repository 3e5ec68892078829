-- What waits in a village: the queue of its desk and the bundle of its tablet must not walk through the whole regency, or through
-- everything that the village ever received.
create index complaint_clocks_by_place on complaint_clocks (region_code, due_at, complaint_id) where open;

-- Counting referrals that wait needs their state: without it in the index each one was looked up.
drop index referrals_waiting_by_regency;
drop index referrals_waiting_for_target;
create index referrals_waiting_for_target on referrals (target_organization_id, waits_for, waits_since, id)
    include (status) where waits_for is not null;
create index referrals_waiting_by_regency on referrals (substr(region_code, 1, 5), waits_for, waits_since, id)
    include (region_code, status) where waits_for is not null;

-- The planner takes no figures from the indexes of a part, so it thought that every regency had one clock in two hundred, and walked
-- through the regency's queue for a village's.
create statistics complaint_clocks_regency on (substr(region_code, 1, 5)) from complaint_clocks;
