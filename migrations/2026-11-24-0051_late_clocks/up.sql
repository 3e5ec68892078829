-- Complaints from before there were clocks. Background work gives each one and takes it out; looking through all
-- complaints for one without a clock would cost more with every year.
create table complaints_without_clock (
    complaint_id uuid primary key references complaints (id)
);
insert into complaints_without_clock (complaint_id)
select c.id from complaints c
where c.status not in ('closed', 'rejected', 'withdrawn', 'duplicate')
    and not exists (select 1 from complaint_clocks k where k.complaint_id = c.id);
