-- How many families of a village each ranking holds, kept as rows come in: a list of rankings must not count millions.
create table welfare_snapshot_counts (
    region_code text collate "C" not null,
    source text not null,
    snapshot_version text not null,
    as_of date not null,
    families bigint not null,
    primary key (region_code, source, snapshot_version, as_of)
);

-- Whatever way rows come in. In one order, so that two who add to the same villages wait for each other at most.
create function count_welfare_statuses() returns trigger language plpgsql as $$
begin
    insert into welfare_snapshot_counts as counted (region_code, source, snapshot_version, as_of, families)
    select f.region_code, s.source, s.snapshot_version, s.as_of, count(*)
    from added s join families f on f.id = s.family_id
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (region_code, source, snapshot_version, as_of)
        do update set families = counted.families + excluded.families;
    return null;
end
$$;

create trigger welfare_statuses_counted after insert on welfare_statuses
    referencing new table as added for each statement execute function count_welfare_statuses();

-- A family that moves takes its rankings along.
create function move_welfare_counts() returns trigger language plpgsql as $$
begin
    insert into welfare_snapshot_counts as counted (region_code, source, snapshot_version, as_of, families)
    select place.region_code, s.source, s.snapshot_version, s.as_of, place.change * count(*)
    from welfare_statuses s, (values (old.region_code, -1), (new.region_code, 1)) as place (region_code, change)
    where s.family_id = new.id
    group by place.region_code, place.change, s.source, s.snapshot_version, s.as_of
    order by 1, 2, 3, 4
    on conflict (region_code, source, snapshot_version, as_of)
        do update set families = counted.families + excluded.families;
    return null;
end
$$;

create trigger families_moved after update on families
    for each row when (old.region_code is distinct from new.region_code) execute function move_welfare_counts();

insert into welfare_snapshot_counts (region_code, source, snapshot_version, as_of, families)
select f.region_code, s.source, s.snapshot_version, s.as_of, count(*)
from welfare_statuses s join families f on f.id = s.family_id
group by 1, 2, 3, 4;
