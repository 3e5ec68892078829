alter table persons drop column limited_purposes;
