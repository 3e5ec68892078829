drop table service_level_revision, holidays;
