drop table calendar_changes, complaint_clocks, service_level_targets;
