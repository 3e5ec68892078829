drop index complaint_clocks_unassigned, complaint_clocks_by_assignee;
create index complaint_clocks_by_assignee on complaint_clocks (assignee, due_at, complaint_id) where open;
drop index complaints_by_assignee, complaints_by_status;
