-- A region sets its own terms from now on: on what they rest, and who set them.
alter table complaint_terms
    add column source text not null default 'Praktik SLRT',
    add column set_by text not null default 'system';
alter table complaint_terms
    alter column source drop default,
    alter column set_by drop default;
