-- The few who closed their data or were erased, for whoever gives out a file that was made before.
create index persons_closed on persons (id) where limited_purposes <> '{}' or full_name = '(dihapus)';
