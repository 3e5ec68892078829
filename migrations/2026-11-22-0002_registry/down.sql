drop table identities, program_participations, welfare_statuses, dwellings, persons, families;
