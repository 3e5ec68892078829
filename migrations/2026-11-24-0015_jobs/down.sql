drop table job_files;
drop table jobs;
