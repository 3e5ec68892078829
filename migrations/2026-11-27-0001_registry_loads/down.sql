drop table registry_loads;
