-- Purposes for which the person's data may not be used: a code of the list of access purposes after a withdrawn
-- consent, `restricted` while processing is restricted. On the person's own row, so that no reading asks twice.
alter table persons add column limited_purposes text[] not null default '{}';
