-- A search walks names in their order and passes over those that do not fit: with these columns in the index it does so
-- without a look at the table.
drop index person_names_by_regency_and_key;
create index person_names_by_regency_and_key on person_names (substr(region_code, 1, 5), key, person_id) include (region_code, key_shared, family_id);
drop index person_names_by_key;
create index person_names_by_key on person_names (key, person_id) include (region_code, key_shared, family_id);
drop index person_names_by_regency_and_sound;
create index person_names_by_regency_and_sound on person_names (substr(region_code, 1, 5), sound, person_id) include (region_code, sound_shared, family_id);
drop index person_names_by_sound;
create index person_names_by_sound on person_names (sound, person_id) include (region_code, sound_shared, family_id);
