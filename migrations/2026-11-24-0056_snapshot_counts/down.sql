drop trigger families_moved on families;
drop function move_welfare_counts();
drop trigger welfare_statuses_counted on welfare_statuses;
drop function count_welfare_statuses();
drop table welfare_snapshot_counts;
