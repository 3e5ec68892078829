drop table services, organizations;
