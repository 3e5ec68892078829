//! Migrations that transform data, from the state before each: rows as the release before wrote them, the migration, and
//! what must then be there.

use std::collections::{BTreeMap, BTreeSet};

use diesel::QueryableByName;
use diesel::sql_types::{Jsonb, Text};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use serde_json::{Value, json};

use crate::support::cluster;

const A: &str = "01928f3e-0000-7000-8000-00000000000a";
const B: &str = "01928f3e-0000-7000-8000-00000000000b";
const C: &str = "01928f3e-0000-7000-8000-00000000000c";
const D: &str = "01928f3e-0000-7000-8000-00000000000d";
const E: &str = "01928f3e-0000-7000-8000-00000000000e";
const F: &str = "01928f3e-0000-7000-8000-00000000000f";
const VILLAGE: &str = "32.04.05.2001";

struct Case {
    migration: &'static str,
    /// Rows by table. What they leave out and the table demands is filled in.
    before: Vec<(&'static str, Value)>,
    /// Queries for one JSON value each, and that value.
    after: Vec<(&'static str, Value)>,
}

/// A result as it was stored, with a fact that is shown no more and one that still is.
fn result(withheld: bool) -> Value {
    let decile = json!({ "field": "family.decile", "outcome": "met", "actual": 2, "decisive": !withheld });
    let mut pregnant =
        json!({ "field": "subject.pregnant_or_postpartum", "outcome": "met", "actual": true, "decisive": true });
    let mut result = json!({ "program_name": "PKH", "outcome": "likely_eligible" });
    if withheld {
        pregnant = json!({ "field": "subject.pregnant_or_postpartum", "outcome": "withheld", "decisive": false });
        result["summary"] = json!({ "id": "PKH: kemungkinan layak.", "en": "PKH: likely eligible." });
    } else {
        result["components"] = json!([{ "code": "pregnant", "amount": 750_000 }]);
    }
    result["clauses"] = json!([pregnant, decile]);
    json!({ "results": [result] })
}

fn cases() -> Vec<Case> {
    let clock = |complaint: &str, due: &str, stopped: Value| {
        json!({ "complaint_id": complaint, "round": 2, "region_code": VILLAGE, "status": "verified", "open": true,
            "due_at": due, "due_soon_at": "2026-02-01T00:00:00Z", "stopped_at": stopped })
    };
    vec![
        Case {
            migration: "2026-11-24-0020_program_changes",
            before: vec![("programs", json!({ "code": "PKH", "name": "PKH", "created_at": "2026-01-01T00:00:00Z" }))],
            after: vec![("select to_jsonb(updated_at = created_at) from programs", json!(true))],
        },
        Case {
            migration: "2026-11-24-0035_referral_details",
            before: vec![(
                "referrals",
                json!({ "id": A, "status": "requested", "requested_at": "2026-01-05T00:00:00Z" }),
            )],
            after: vec![("select jsonb_agg(referral_id) from referral_details", json!([A]))],
        },
        Case {
            migration: "2026-11-24-0051_late_clocks",
            before: vec![
                ("complaints", json!({ "id": A, "status": "verified" })),
                ("complaints", json!({ "id": B, "status": "closed" })),
                ("complaints", json!({ "id": C, "status": "verified" })),
                ("complaint_clocks", json!({ "complaint_id": C, "round": 1, "open": false })),
            ],
            after: vec![("select jsonb_agg(complaint_id) from complaints_without_clock", json!([A]))],
        },
        Case {
            migration: "2026-11-24-0052_working_days_of_silence",
            before: vec![
                ("referrals", json!({ "id": B, "status": "accepted", "requested_at": "2026-01-05T00:00:00Z" })),
                ("referral_details", json!({ "referral_id": B })),
            ],
            after: vec![(
                "select jsonb_object_agg(referral_id, d.check_at = r.requested_at) \
                 from referral_details d join referrals r on r.id = d.referral_id",
                json!({ A: true, B: null }),
            )],
        },
        Case {
            migration: "2026-11-24-0056_snapshot_counts",
            before: vec![
                ("families", json!({ "id": A, "region_code": VILLAGE })),
                ("families", json!({ "id": B, "region_code": VILLAGE })),
                (
                    "welfare_statuses",
                    json!({ "id": A, "family_id": A, "decile": 4, "as_of": "2026-07-01", "source": "dtsen", "snapshot_version": "2026-Q2" }),
                ),
                (
                    "welfare_statuses",
                    json!({ "id": B, "family_id": A, "decile": 2, "as_of": "2026-10-01", "source": "dtsen", "snapshot_version": "2026-Q3" }),
                ),
                (
                    "welfare_statuses",
                    json!({ "id": C, "family_id": B, "decile": 1, "as_of": "2026-07-01", "source": "dtsen", "snapshot_version": "2026-Q2" }),
                ),
            ],
            after: vec![(
                "select jsonb_object_agg(snapshot_version, families) from welfare_snapshot_counts",
                json!({ "2026-Q2": 2, "2026-Q3": 1 }),
            )],
        },
        Case {
            migration: "2026-11-24-0060_search",
            before: vec![
                (
                    "persons",
                    json!({ "family_id": A, "id": A, "region_code": VILLAGE, "ppks_codes": ["PPKS-04", "PPKS-11"] }),
                ),
                ("program_participations", json!({ "family_id": A, "id": A, "program_code": "PKH" })),
                ("program_participations", json!({ "family_id": A, "id": B, "person_id": A, "program_code": "PKH" })),
            ],
            after: vec![
                (
                    "select jsonb_agg(facet order by facet) from search_facets where person_id = family_id",
                    json!(["ppks:PPKS-04", "ppks:PPKS-11", "program:PKH"]),
                ),
                // The latest ranking of each family.
                (
                    "select jsonb_agg(family_id || ' ' || facet order by family_id, facet) from search_facets \
                     where person_id = '00000000-0000-0000-0000-000000000000'",
                    json!([format!("{A} decile:2"), format!("{A} program:PKH"), format!("{B} decile:1")]),
                ),
            ],
        },
        Case {
            migration: "2026-11-27-0071_complaint_tallies",
            before: vec![
                ("complaint_clocks", clock(A, "2026-03-01T00:00:00Z", Value::Null)),
                ("complaint_clocks", clock(B, "2026-03-01T00:00:00Z", Value::Null)),
                ("complaint_clocks", clock(C, "2026-03-01T00:00:00Z", json!("2026-02-20T00:00:00Z"))),
            ],
            after: vec![(
                "select jsonb_agg(jsonb_build_array(regency, due_at is not null, stopped, complaints, folded) order by stopped) \
                 from complaint_tallies",
                json!([["32.04", true, false, 2, true], ["32.04", false, true, 1, true]]),
            )],
        },
        Case {
            migration: "2026-11-28-0083_withheld_results_and_names",
            before: vec![
                ("eligibility_objections", json!({ "complaint_id": A, "evidence": result(false) })),
                ("referrals", json!({ "id": C, "status": "draft", "eligibility": result(false) })),
                (
                    "jobs",
                    json!({ "id": A, "kind": "eligibility_run", "status": "succeeded", "result_type": "text/csv",
                    "ended_at": "2026-11-01T00:00:00Z", "done": 5, "version": 3 }),
                ),
                (
                    "jobs",
                    json!({ "id": B, "kind": "eligibility_run", "status": "running", "done": 5, "version": 3, "attempts": 2 }),
                ),
                (
                    "jobs",
                    json!({ "id": C, "kind": "export", "status": "succeeded", "result_type": "text/csv",
                    "ended_at": "2026-11-01T00:00:00Z", "done": 5, "version": 3 }),
                ),
                ("job_files", json!({ "job_id": A, "file": "result", "seq": 0 })),
                ("job_files", json!({ "job_id": C, "file": "result", "seq": 0 })),
                ("persons", json!({ "family_id": B, "id": B, "region_code": VILLAGE })),
                ("person_names", json!({ "family_id": A, "person_id": A, "word": 0, "key": "moch fauzi" })),
                ("person_names", json!({ "family_id": A, "person_id": A, "word": 1, "key": "fauzi" })),
                ("person_names", json!({ "family_id": B, "person_id": B, "word": 0, "key": "siti mochtar" })),
            ],
            after: vec![
                ("select evidence from eligibility_objections", result(true)),
                ("select jsonb_agg(eligibility) from referrals where eligibility is not null", json!([result(true)])),
                (
                    "select jsonb_object_agg(id, jsonb_build_array(result_type, done, version)) from jobs",
                    json!({ A: [null, 5, 4], B: [null, 0, 4], C: ["text/csv", 5, 3] }),
                ),
                ("select jsonb_agg(job_id) from job_files", json!([C])),
                ("select jsonb_agg(key) from person_names", json!(["siti mochtar"])),
            ],
        },
        Case {
            migration: "2026-12-01-0090_open_referrals",
            // The complaints of the cases before are still there.
            before: vec![
                ("complaints", json!({ "id": D })),
                ("referrals", json!({ "id": D, "complaint_id": A, "status": "requested" })),
                ("referrals", json!({ "id": E, "complaint_id": A, "status": "on_hold" })),
                ("referrals", json!({ "id": F, "complaint_id": D, "status": "draft" })),
            ],
            after: vec![(
                "select jsonb_agg(jsonb_build_array(complaint_id, open)) from complaint_open_referrals",
                json!([[A, 2]]),
            )],
        },
        Case {
            migration: "2026-12-01-0091_order_of_changes",
            before: vec![
                ("events", json!({ "id": A, "transaction_id": 9, "region_code": VILLAGE })),
                ("events", json!({ "id": B, "transaction_id": 7, "region_code": VILLAGE, "organization_id": C })),
            ],
            after: vec![
                (
                    "select jsonb_agg(jsonb_build_array(stream, position, change_id) order by position, stream) from changes",
                    json!([["32.04", 1, B], [format!("org:{C}"), 1, B], ["32.04", 2, A]]),
                ),
                ("select to_jsonb(bool_and(change_id = id)) from events", json!(true)),
                ("select to_jsonb(last_position) from sequencer", json!(2)),
                ("select to_jsonb(bool_and(sequenced_at >= at)) from changes", json!(true)),
            ],
        },
    ]
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[derive(QueryableByName)]
struct Shown {
    #[diesel(sql_type = Jsonb)]
    value: Value,
}

/// Writes a row. Columns that it leaves out and that must not be null get a value that means nothing.
async fn insert(conn: &mut AsyncPgConnection, table: &str, mut row: Value) {
    let columns: Vec<Column> = diesel::sql_query(
        "select column_name::text as name, udt_name::text as kind from information_schema.columns \
         where table_schema = 'public' and table_name = $1 and is_nullable = 'NO' and column_default is null \
         and is_generated = 'NEVER'",
    )
    .bind::<Text, _>(table)
    .load(conn)
    .await
    .unwrap();
    let row = row.as_object_mut().unwrap();
    for Column { name, kind } in columns {
        row.entry(name).or_insert_with(|| match kind.as_str() {
            "text" => json!(""),
            "uuid" => json!(C),
            "timestamptz" => json!("2026-01-01T00:00:00Z"),
            "date" => json!("2026-01-01"),
            "int2" | "int4" | "int8" => json!(1),
            "bool" => json!(false),
            "bytea" => json!("\\x"),
            "jsonb" => json!({}),
            kind if kind.starts_with('_') => json!([]),
            other => panic!("no value of type {other}"),
        });
    }
    let names = row.keys().cloned().collect::<Vec<_>>().join(", ");
    let query = format!("insert into {table} ({names}) select {names} from jsonb_populate_record(null::{table}, $1)");
    let row = Value::Object(row.clone());
    diesel::sql_query(query).bind::<Jsonb, _>(row).execute(conn).await.unwrap_or_else(|e| panic!("{table}: {e}"));
}

/// Name and text of each migration, in their order.
fn migrations() -> BTreeMap<String, String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let each = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    each.map(|entry| {
        let text = std::fs::read_to_string(entry.path().join("up.sql")).unwrap();
        (entry.file_name().into_string().unwrap(), text)
    })
    .collect()
}

/// Does it change rows that are there, or make rows from them?
fn transforms_data(sql: &str) -> bool {
    sql.split("\n\n").flat_map(|block| block.split(";\n")).any(|statement| {
        let code: Vec<&str> = statement.lines().filter(|line| !line.starts_with("--")).collect();
        let statement = code.join("\n");
        let copies = statement.contains("select") && !statement.contains("from (values");
        statement.starts_with("update ")
            || statement.starts_with("delete ")
            || (statement.starts_with("insert ") && copies)
    })
}

#[actix_web::test]
async fn rows_of_the_release_before_are_transformed() {
    let mut conn = AsyncPgConnection::establish(&cluster::empty_database().await).await.unwrap();
    let mut cases: BTreeMap<&str, Case> = cases().into_iter().map(|case| (case.migration, case)).collect();
    for (name, sql) in migrations() {
        let case = cases.remove(name.as_str());
        let (before, after) = case.map(|case| (case.before, case.after)).unwrap_or_default();
        for (table, row) in before {
            insert(&mut conn, table, row).await;
        }
        conn.batch_execute(&sql).await.unwrap_or_else(|e| panic!("{name}: {e}"));
        for (query, expected) in after {
            let query = format!("select ({query}) as value");
            let shown: Shown = diesel::sql_query(&query).get_result(&mut conn).await.unwrap();
            assert_eq!(shown.value, expected, "{name}: {query}");
        }
    }
    assert!(cases.is_empty(), "no such migration: {:?}", cases.keys());
}

#[test]
fn every_migration_that_transforms_data_has_a_test() {
    let tested: BTreeSet<&str> = cases().iter().map(|case| case.migration).collect();
    let all = migrations();
    let transforming: BTreeSet<&str> =
        all.iter().filter(|(_, sql)| transforms_data(sql)).map(|(name, _)| name.as_str()).collect();
    assert_eq!(transforming, tested);
}
