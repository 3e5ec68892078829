-- A tablet's feed walks what happened in each of its villages, and to each thing that it holds, and nothing else.
create index events_of_village on events (region_code, transaction_id, id)
    where subject_kind in ('complaint', 'family', 'person', 'welfare_status');
create index events_of_subject on events (subject_id, transaction_id, id)
    where subject_kind in ('complaint', 'family', 'person', 'welfare_status');
