drop index program_rules_by_first_day;
delete from program_rules where withdrawn_at is not null;
alter table program_rules drop column components, drop column created_by, drop column withdrawn_at;
drop index programs_by_instance;
alter table programs
    drop column id, drop column instance_of, drop column submission_hash, drop column version, drop column updated_at;
