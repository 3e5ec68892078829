drop table place_reservations;
alter table services drop column closures, drop column reserved;
alter table organizations drop column confidential_location, drop column active;
