drop table visits;
drop table device_holdings;
drop table sync_operations;
drop table devices;
