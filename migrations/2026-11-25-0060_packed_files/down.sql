alter table job_files drop column packed;
