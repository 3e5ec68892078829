drop trigger facets_of_moved_family on families;
drop trigger facets_of_deleted_ranking on welfare_statuses;
drop trigger facets_of_changed_ranking on welfare_statuses;
drop trigger facets_before_ranking on welfare_statuses;
drop trigger facets_of_new_ranking on welfare_statuses;
drop trigger facets_of_deleted_participation on program_participations;
drop trigger facets_of_changed_participation on program_participations;
drop trigger facets_before_participation on program_participations;
drop trigger facets_of_new_participation on program_participations;
drop trigger facets_of_deleted_person on persons;
drop trigger facets_of_changed_person on persons;
drop trigger facets_of_new_person on persons;
drop function facets_of_place;
drop function facets_of_families;
drop function facets_of_person;
drop table search_facets;
create index persons_by_category on persons using gin (ppks_codes) where ppks_codes <> '{}';
drop index persons_by_birth;
create index persons_by_birth on persons (birth_date, id);
alter table person_names
    drop column sound_shared,
    drop column key_shared,
    add foreign key (family_id, person_id) references persons (family_id, id) on delete cascade;
