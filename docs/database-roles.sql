-- Roles of the database: see "Give each duty its role" in OPERATIONS.md. Run it as the owner of the database after each
-- `slrt migrate`, in the database of the service. It may run again. Set the passwords afterwards, for example with \password.
do $$
declare
    duty text;
begin
    foreach duty in array array['slrt_owner', 'slrt_service', 'slrt_auditor', 'slrt_backup'] loop
        if not exists (select from pg_roles where rolname = duty) then
            execute format('create role %I login', duty);
        end if;
    end loop;
end
$$;

grant all on schema public to slrt_owner;
grant usage on schema public to slrt_service, slrt_auditor, slrt_backup;

grant all on all tables in schema public to slrt_owner;
grant select, insert, update, delete on all tables in schema public to slrt_service;
grant select on all tables in schema public to slrt_backup;
grant select on audit_records, clients, staff to slrt_auditor;

-- The audit trail is written once.
revoke update, delete on audit_records from slrt_service;
-- Which migrations ran is the owner's to say.
revoke insert, update, delete on __diesel_schema_migrations from slrt_service;
-- A hash of a secret is nothing for an auditor.
revoke select on clients from slrt_auditor;
grant select (id, label, organization_id, regions, permissions, roles, created_at, disabled_at) on clients to slrt_auditor;
