-- A person is one row, whichever family it lies under: two who choose the same id at once cannot both enter it.
drop index persons_by_id;
create unique index persons_by_id on persons (id);

-- Stays in institutions go along when two records become one, and come back when that is undone.
alter table person_merges add column residence_ids uuid[] not null default '{}';
