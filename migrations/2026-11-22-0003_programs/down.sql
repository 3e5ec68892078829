drop table program_revision, program_rules, programs;
