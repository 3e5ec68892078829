-- A list of one state or of one officer must not walk through everything that the regency ever received.
create index complaints_by_status on complaints (substr(region_code, 1, 5), status, created_at, id);
create index complaints_by_assignee on complaints (assignee, created_at, id) where assignee is not null;

-- The queue of one officer, and of nobody, within a regency. (Measured: without the regency in it, the first was not chosen;
-- "is null" does not count as an equality to the planner, so the second needs an index of its own.)
drop index complaint_clocks_by_assignee;
create index complaint_clocks_by_assignee on complaint_clocks (assignee, substr(region_code, 1, 5), due_at, complaint_id)
    where open;
create index complaint_clocks_unassigned on complaint_clocks (substr(region_code, 1, 5), due_at, complaint_id)
    where open and assignee is null;
