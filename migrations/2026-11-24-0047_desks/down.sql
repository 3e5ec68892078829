drop index staff_by_organization;
alter table staff drop column updated_at, drop column version, drop column record_id;
drop table facilitator_assignments, desk_villages, desks;
