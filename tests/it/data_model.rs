//! The diagrams of docs/DATA-MODEL.md match the schema: tables, columns, primary keys and foreign keys.

use std::collections::{BTreeMap, BTreeSet};

use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl as _;

use crate::support::TestServer;

#[derive(Debug, Default, PartialEq)]
struct Table {
    columns: BTreeSet<String>,
    primary_key: BTreeSet<String>,
}

type Tables = BTreeMap<String, Table>;

#[derive(QueryableByName)]
struct ForeignKey {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    parent: String,
}

fn tables_of_schema() -> Tables {
    let mut tables = Tables::new();
    let mut name = String::new();
    for line in include_str!("../../crates/schema/src/lib.rs").lines().map(str::trim) {
        if let Some((table, key)) = line.strip_suffix(") {").and_then(|head| head.split_once(" (")) {
            name = table.to_owned();
            let primary_key = key.split(", ").map(str::to_owned).collect();
            tables.insert(name.clone(), Table { primary_key, ..Table::default() });
        } else if let Some((column, _)) = line.split_once(" -> ") {
            tables.get_mut(&name).unwrap().columns.insert(column.trim_end_matches('_').to_owned());
        }
    }
    tables
}

/// The tables that the diagrams draw, and their solid lines as pairs of child and parent.
fn drawn() -> (Tables, BTreeSet<(String, String)>) {
    let (mut tables, mut lines) = (Tables::new(), BTreeSet::new());
    let paper = include_str!("../../docs/DATA-MODEL.md");
    for diagram in paper.split("```mermaid\nerDiagram\n").skip(1) {
        let mut name = String::new();
        for line in diagram.split("```").next().unwrap().lines().map(str::trim) {
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["}"] => name.clear(),
                [table, "{"] => {
                    name = (*table).to_owned();
                    let twice = tables.insert(name.clone(), Table::default());
                    assert!(twice.is_none(), "{name} is in two diagrams");
                }
                [parent, relation, child, ":", ..] => {
                    if relation.contains("--") {
                        lines.insert(((*child).to_owned(), (*parent).to_owned()));
                    }
                }
                [_, column, more @ ..] => {
                    let table = tables.get_mut(&name).unwrap_or_else(|| panic!("{line} is in no table"));
                    table.columns.insert((*column).to_owned());
                    if more.first() == Some(&"PK") {
                        table.primary_key.insert((*column).to_owned());
                    }
                }
                _ => panic!("{line} is neither a table nor a column nor a line"),
            }
        }
    }
    (tables, lines)
}

#[test]
fn each_table_is_drawn_with_its_key_and_columns_that_exist() {
    let (tables, (drawn, _)) = (tables_of_schema(), drawn());
    assert_eq!(drawn.keys().collect::<Vec<_>>(), tables.keys().collect::<Vec<_>>());
    for (name, table) in &tables {
        assert_eq!(drawn[name].primary_key, table.primary_key, "primary key of {name}");
        let unknown: Vec<_> = drawn[name].columns.difference(&table.columns).collect();
        assert!(unknown.is_empty(), "{name} has no {unknown:?}");
    }
}

#[actix_web::test]
async fn the_solid_lines_are_the_foreign_keys() {
    let server = TestServer::start().await;
    let keys: Vec<ForeignKey> = diesel::sql_query(
        "select conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint \
         where contype = 'f'",
    )
    .load(&mut server.connection().await)
    .await
    .unwrap();
    let keys: BTreeSet<_> = keys.into_iter().map(|key| (key.child, key.parent)).collect();
    assert_eq!(drawn().1, keys);
}
