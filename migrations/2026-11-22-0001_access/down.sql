drop table timeline_entries, idempotency_keys, events, audit_records, staff, clients;
