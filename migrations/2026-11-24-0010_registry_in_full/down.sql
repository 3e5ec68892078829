drop index participations_by_program;
drop table person_residences, person_merges, person_names, registry_changes, family_shocks;
drop index persons_by_regency, persons_by_change, persons_by_birth, persons_by_category, persons_by_merger, families_by_regency, families_by_change;
alter table persons drop column standing, drop column ended_on, drop column merged_into;
alter table families drop column standing, drop column merged_into, drop column assets;
