drop trigger complaint_clocks_removed on complaint_clocks;
drop trigger complaint_clocks_moved on complaint_clocks;
drop trigger complaint_clocks_started on complaint_clocks;
drop function tally_complaint();
drop table complaint_tallies;
