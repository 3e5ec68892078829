alter table person_merges drop column residence_ids;
drop index persons_by_id;
create index persons_by_id on persons (id);
