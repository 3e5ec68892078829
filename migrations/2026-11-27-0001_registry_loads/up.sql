-- Who entered what a batch of an import made: all of it has this moment as its created_at. One row stands for the entry in the
-- history of each of them.
create table registry_loads (
    at timestamptz not null,
    import_id uuid not null,
    actor text not null,
    client_id text not null,
    primary key (at, import_id)
);
