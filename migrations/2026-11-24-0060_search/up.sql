-- A person is found once under each beginning of a name: at the first word from which it fits. `key_shared` and
-- `sound_shared` say how many bytes an earlier word's entry of the same person begins alike; whoever asks for a longer
-- beginning finds nothing there. The names of people who are entered already are written anew by the worker.
truncate person_names;
alter table person_names
    drop constraint person_names_family_id_person_id_fkey,
    add column key_shared smallint not null,
    add column sound_shared smallint not null;

drop index persons_by_birth;
create index persons_by_birth on persons (birth_date, region_code);
drop index persons_by_category;

-- What a search may ask for besides names and dates: a service need, a programme held, the decile of the latest ranking. Kept by
-- triggers, so that no way in which such a fact comes about can forget it. `person_id` is zero for the whole family.
create table search_facets (
    family_id uuid not null,
    person_id uuid not null,
    facet text collate "C" not null,
    region_code text collate "C" not null,
    primary key (family_id, person_id, facet)
);
create index search_facets_by_facet on search_facets (facet, family_id, person_id);
create index search_facets_by_regency on search_facets (substr(region_code, 1, 5), facet, family_id, person_id);

create function facets_of_person() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        delete from search_facets f
        where f.family_id = old.family_id and f.person_id = old.id and f.facet like 'ppks:%';
    end if;
    if tg_op <> 'DELETE' then
        insert into search_facets (family_id, person_id, facet, region_code)
        select new.family_id, new.id, 'ppks:' || code, new.region_code from unnest(new.ppks_codes) as code
        on conflict do nothing;
    end if;
    return null;
end $$;

create trigger facets_of_new_person after insert on persons for each row
    when (new.ppks_codes <> '{}') execute function facets_of_person();
create trigger facets_of_changed_person after update on persons for each row
    when ((old.family_id, old.id, old.ppks_codes) is distinct from (new.family_id, new.id, new.ppks_codes))
    execute function facets_of_person();
create trigger facets_of_deleted_person after delete on persons for each row
    when (old.ppks_codes <> '{}') execute function facets_of_person();

-- The lock keeps two writers of one family from leaving each other's answer behind.
create function facets_of_families() returns trigger language plpgsql as $$
declare
    families_changed uuid[];
begin
    select array_agg(distinct family_id order by family_id) into families_changed from changed;
    if families_changed is null then
        return null;
    end if;
    perform from families where id = any (families_changed) order by id for no key update;
    delete from search_facets f
    where f.family_id = any (families_changed) and (f.facet like 'program:%' or f.facet like 'decile:%');
    insert into search_facets (family_id, person_id, facet, region_code)
    select q.family_id, coalesce(q.person_id, '00000000-0000-0000-0000-000000000000'), 'program:' || q.program_code, f.region_code
    from program_participations q join families f on f.id = q.family_id
    where q.family_id = any (families_changed)
    on conflict do nothing;
    insert into search_facets (family_id, person_id, facet, region_code)
    select f.id, '00000000-0000-0000-0000-000000000000', 'decile:' || w.decile, f.region_code
    from families f
    cross join lateral (
        select s.decile from welfare_statuses s where s.family_id = f.id order by s.as_of desc, s.id desc limit 1
    ) w
    where f.id = any (families_changed);
    return null;
end $$;

create trigger facets_of_new_participation after insert on program_participations
    referencing new table as changed for each statement execute function facets_of_families();
create trigger facets_before_participation after update on program_participations
    referencing old table as changed for each statement execute function facets_of_families();
create trigger facets_of_changed_participation after update on program_participations
    referencing new table as changed for each statement execute function facets_of_families();
create trigger facets_of_deleted_participation after delete on program_participations
    referencing old table as changed for each statement execute function facets_of_families();
create trigger facets_of_new_ranking after insert on welfare_statuses
    referencing new table as changed for each statement execute function facets_of_families();
create trigger facets_before_ranking after update on welfare_statuses
    referencing old table as changed for each statement execute function facets_of_families();
create trigger facets_of_changed_ranking after update on welfare_statuses
    referencing new table as changed for each statement execute function facets_of_families();
create trigger facets_of_deleted_ranking after delete on welfare_statuses
    referencing old table as changed for each statement execute function facets_of_families();

create function facets_of_place() returns trigger language plpgsql as $$
begin
    update search_facets set region_code = new.region_code where family_id = new.id;
    return null;
end $$;
create trigger facets_of_moved_family after update on families for each row
    when (old.region_code is distinct from new.region_code) execute function facets_of_place();

insert into search_facets (family_id, person_id, facet, region_code)
select p.family_id, p.id, 'ppks:' || code, p.region_code from persons p cross join lateral unnest(p.ppks_codes) as code
on conflict do nothing;
insert into search_facets (family_id, person_id, facet, region_code)
select q.family_id, coalesce(q.person_id, '00000000-0000-0000-0000-000000000000'), 'program:' || q.program_code, f.region_code
from program_participations q join families f on f.id = q.family_id
on conflict do nothing;
insert into search_facets (family_id, person_id, facet, region_code)
select distinct on (w.family_id) w.family_id, '00000000-0000-0000-0000-000000000000'::uuid, 'decile:' || w.decile, f.region_code
from welfare_statuses w join families f on f.id = w.family_id
order by w.family_id, w.as_of desc, w.id desc;
