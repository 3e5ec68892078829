alter table referral_details drop column subject_birth_year;
drop table routing_defaults;
