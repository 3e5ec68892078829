alter table events add column transaction_id bigint not null default (pg_current_xact_id()::text::bigint);
update events e set transaction_id = c.position from changes c where c.change_id = e.change_id;
drop index events_of_change;
alter table events drop column change_id;
create index events_feed on events (transaction_id, id);
create index events_of_village on events (region_code, transaction_id, id)
    where subject_kind in ('complaint', 'family', 'person', 'welfare_status');
create index events_of_subject on events (subject_id, transaction_id, id)
    where subject_kind in ('complaint', 'family', 'person', 'welfare_status');
drop table sequencer;
drop table changes;
drop table outbox;
