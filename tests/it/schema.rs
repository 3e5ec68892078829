//! `crates/schema` matches the database.

use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl as _;

use crate::support::TestServer;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    line: String,
}

const TYPES: &[(&str, &str)] = &[
    ("text", "Text"),
    ("uuid", "Uuid"),
    ("timestamptz", "Timestamptz"),
    ("jsonb", "Jsonb"),
    ("int4", "Int4"),
    ("int2", "Int2"),
    ("int8", "Int8"),
    ("bool", "Bool"),
    ("bytea", "Bytea"),
    ("date", "Date"),
    ("float8", "Float8"),
    ("_text", "Array<Text>"),
    ("_uuid", "Array<Uuid>"),
];

#[actix_web::test]
async fn the_schema_file_matches_the_database() {
    let server = TestServer::start().await;
    let mut conn = server.connection().await;
    let columns: Vec<Column> = diesel::sql_query(
        "select table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable as line \
         from information_schema.columns where table_schema = 'public' and table_name <> '__diesel_schema_migrations' \
         order by table_name, ordinal_position",
    )
    .load(&mut conn)
    .await
    .unwrap();
    let mut expected: Vec<String> = columns
        .iter()
        .map(|c| {
            let mut parts = c.line.split(' ');
            let (place, kind, null) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
            let kind = TYPES.iter().find(|(pg, _)| *pg == kind).unwrap_or_else(|| panic!("{kind}")).1;
            if null == "YES" { format!("{place} Nullable<{kind}>") } else { format!("{place} {kind}") }
        })
        .collect();
    let mut written = Vec::new();
    let mut table = String::new();
    for line in include_str!("../../crates/schema/src/lib.rs").lines() {
        let line = line.trim().trim_end_matches(',');
        if let Some(head) = line.strip_suffix(") {").and_then(|l| l.split_once(" (")) {
            table = head.0.to_owned();
        } else if let Some((column, kind)) = line.split_once(" -> ") {
            let column = if column == "type_" { "type" } else { column };
            written.push(format!("{table}.{column} {kind}"));
        }
    }
    expected.sort();
    written.sort();
    assert_eq!(written, expected);
}
