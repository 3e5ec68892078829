drop table complaints;
