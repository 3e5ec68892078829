-- Results of checks were kept with what they now withhold: which specific personal data met a condition, and what a family's
-- members add up to, which told of a pregnancy or a disability. The outcome of each programme stays as it was.
create function pg_temp.is_specific(field text) returns boolean language sql immutable as $$
    select field in (
    'family.count_pregnant_or_postpartum',
    'family.count_severe_disability',
    'family.income_class',
    'family.chronic_illness_or_disability',
    'subject.orphan',
    'subject.disabled',
    'subject.disability_type',
    'subject.disability_severity',
    'subject.chronic_illness',
    'subject.pregnant_or_postpartum',
    'subject.ppks_codes',
    'subject.criteria',
    'dwelling.pln_customer_id',
    'assessment.recommended'
    )
$$;

create function pg_temp.holds_specific(result jsonb) returns boolean language sql immutable as $$
    select result ? 'components' or exists (
        select from jsonb_array_elements(result -> 'clauses') as clause
        where pg_temp.is_specific(clause ->> 'field') and clause ->> 'outcome' in ('met', 'not_met'))
$$;

create function pg_temp.without_specific(result jsonb) returns jsonb language sql immutable as $$
    select case when not pg_temp.holds_specific(result) then result else
        (result - 'components') || jsonb_build_object(
            'clauses', coalesce((
                select jsonb_agg(
                    case
                        when pg_temp.is_specific(clause ->> 'field') and clause ->> 'outcome' in ('met', 'not_met')
                        then (clause - 'actual') || '{"outcome": "withheld", "decisive": false}'
                        else clause || '{"decisive": false}'
                    end order by place)
                from jsonb_array_elements(result -> 'clauses') with ordinality as of_rule (clause, place)), '[]'),
            'summary', jsonb_build_object(
                'id', concat(result ->> 'program_name', ': ', case result ->> 'outcome'
                    when 'likely_eligible' then 'kemungkinan layak'
                    when 'not_eligible' then 'belum memenuhi syarat'
                    else 'belum dapat ditentukan' end, '.'),
                'en', concat(result ->> 'program_name', ': ', case result ->> 'outcome'
                    when 'likely_eligible' then 'likely eligible'
                    when 'not_eligible' then 'not eligible'
                    else 'cannot be determined yet' end, '.')))
    end
$$;

create function pg_temp.check_without_specific(kept jsonb) returns jsonb language sql immutable as $$
    select kept || jsonb_build_object('results', coalesce((
        select jsonb_agg(pg_temp.without_specific(result) order by place)
        from jsonb_array_elements(kept -> 'results') with ordinality as of_check (result, place)), '[]'))
$$;

update eligibility_objections set evidence = pg_temp.check_without_specific(evidence)
where jsonb_typeof(evidence -> 'results') = 'array';
update referrals set eligibility = pg_temp.check_without_specific(eligibility)
where jsonb_typeof(eligibility -> 'results') = 'array';

drop function pg_temp.check_without_specific(jsonb);
drop function pg_temp.without_specific(jsonb);
drop function pg_temp.holds_specific(jsonb);
drop function pg_temp.is_specific(text);

-- Files of whole regions told the same, and comparisons of snapshots told small counts by what they left beside them: they are
-- thrown away, and what has not ended begins anew.
delete from job_files using jobs
where jobs.id = job_files.job_id and jobs.kind in ('eligibility_run', 'snapshot_comparison') and job_files.file = 'result';
update jobs set result_type = null, version = version + 1, updated_at = now()
where kind in ('eligibility_run', 'snapshot_comparison') and (result_type is not null or ended_at is null);
update jobs set done = 0, total = null, counts = '{}', position = 'null', lease_owner = null, lease_until = null, attempts = 0
where kind in ('eligibility_run', 'snapshot_comparison') and ended_at is null;

-- Names in which short forms of Muhammad stood for themselves are spelt as one name now: they are taken out of the index, and
-- background work enters them anew.
delete from person_names where (family_id, person_id) in (
    select family_id, person_id from person_names
    where key ~ '(^| )(moch|much|mokh|mukh|mochd|mokhamad|muhamat|mohamat|muchamat|mochamat)( |$)'
);
