drop table complaints_without_clock;
