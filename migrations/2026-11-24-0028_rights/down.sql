drop index identities_by_person;
drop index referrals_by_family;
drop index referrals_by_person;
drop index complaints_by_subject_family;
drop index complaints_by_subject_person;
drop table processing_restrictions;
drop table subject_requests;
