-- Pieces that are written from now on are packed before they are sealed. Those that lie there already end with their jobs.
alter table job_files add column packed boolean not null default false;
