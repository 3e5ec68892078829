drop index events_of_subject;
drop index events_of_village;
