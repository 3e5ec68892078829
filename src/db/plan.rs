//! What the pending migrations will do: their statements, the locks that these take, and the sizes of the tables.

use std::collections::HashMap;
use std::fmt::Write as _;

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl as _;

use super::{BoxError, connect, pending_migrations};

include!(concat!(env!("OUT_DIR"), "/migration_texts.rs"));

const MAX_SHOWN: usize = 100;

/// What others can do with the table until the migration has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lock {
    None,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    AccessExclusive,
    Unknown,
}

impl Lock {
    fn describe(self) -> &'static str {
        match self {
            Self::None => "no lock on an existing table",
            Self::RowExclusive => "ROW EXCLUSIVE: writes to the same rows wait",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE: reads and writes continue",
            Self::Share => "SHARE: writes wait",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE: writes wait",
            Self::AccessExclusive => "ACCESS EXCLUSIVE: reads and writes wait",
            Self::Unknown => "not known: read the statement",
        }
    }
}

#[derive(QueryableByName)]
struct Size {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    bytes: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// The plan as text, for an operator. Reads only.
pub async fn describe(url: &str) -> Result<String, BoxError> {
    let pending = pending_migrations(url).await?;
    if pending.is_empty() {
        return Ok("no migrations are pending".to_owned());
    }
    let mut conn = connect(url).await?;
    let sizes: Vec<Size> = diesel::sql_query(
        "select relname::text as name, pg_size_pretty(pg_total_relation_size(oid)) as bytes, \
         greatest(reltuples, 0)::bigint as rows from pg_class \
         where relkind in ('r', 'p') and relnamespace = current_schema()::regnamespace",
    )
    .load(&mut conn)
    .await?;
    let sizes: HashMap<String, Size> = sizes.into_iter().map(|size| (size.name.clone(), size)).collect();
    let mut text = String::new();
    for migration in pending {
        writeln!(text, "{}", migration.name)?;
        let sql = MIGRATION_TEXTS.iter().find(|(name, _)| *name == migration.name).map_or("", |(_, sql)| *sql);
        for statement in statements(sql) {
            let (lock, table) = lock_of(&statement);
            let size = table.as_deref().and_then(|table| sizes.get(table));
            let size = size.map(|size| format!(" [{}: {}, about {} rows]", size.name, size.bytes, size.rows));
            let shown: String = statement.chars().take(MAX_SHOWN).collect();
            writeln!(text, "  {shown}\n      {}{}", lock.describe(), size.unwrap_or_default())?;
        }
    }
    Ok(text.trim_end().to_owned())
}

/// The statements of a file, each on one line, without comments.
fn statements(sql: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut rest = sql;
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '-' if rest.starts_with("--") => {
                rest = rest.split_once('\n').map_or("", |(_, after)| after);
                continue;
            }
            '\'' => quoted(rest, "'"),
            '$' => match rest.get(1..).and_then(|tail| tail.find('$')) {
                Some(end) if rest.get(1..=end).is_some_and(|tag| tag.chars().all(char::is_alphanumeric)) => {
                    quoted(rest, rest.get(..end + 2).unwrap_or("$"))
                }
                _ => 1,
            },
            ';' => {
                found.push(String::new());
                rest = rest.get(1..).unwrap_or("");
                continue;
            }
            other => other.len_utf8(),
        };
        let (part, after) = rest.split_at(length);
        if let Some(statement) = found.last_mut() {
            statement.push_str(part);
        }
        rest = after;
    }
    found.iter().map(|one| one.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|one| !one.is_empty()).collect()
}

/// Length of a text that begins and ends with `mark`.
fn quoted(text: &str, mark: &str) -> usize {
    let inner = text.get(mark.len()..).unwrap_or("");
    inner.find(mark).map_or(text.len(), |end| mark.len() + end + mark.len())
}

/// The strongest lock that a statement takes on an existing table, and the table.
fn lock_of(statement: &str) -> (Lock, Option<String>) {
    let lower = statement.to_lowercase();
    let skipped =
        ["if", "not", "exists", "only", "concurrently", "unique", "or", "replace", "into", "from", "temporary"];
    let words: Vec<&str> =
        lower.split(|c: char| c.is_whitespace() || c == '(' || c == ',').filter(|w| !w.is_empty()).collect();
    let bare: Vec<&str> = words.iter().copied().filter(|word| !skipped.contains(word)).collect();
    let concurrently = words.contains(&"concurrently");
    let after_on = bare.iter().position(|word| *word == "on").and_then(|at| bare.get(at + 1));
    let named = |at: usize| bare.get(at).map(|table| (*table).to_owned());
    match (bare.iter().copied().next().unwrap_or(""), bare.get(1).copied().unwrap_or("")) {
        ("create", "index") => {
            let lock = if concurrently { Lock::ShareUpdateExclusive } else { Lock::Share };
            (lock, after_on.map(|table| (*table).to_owned()))
        }
        ("create", "statistics") => (Lock::ShareUpdateExclusive, bare.iter().last().map(|table| (*table).to_owned())),
        ("create", "trigger") => (Lock::ShareRowExclusive, after_on.map(|table| (*table).to_owned())),
        ("create", "table" | "function" | "extension" | "sequence" | "type" | "view") => (Lock::None, None),
        ("alter", "table") if lower.contains("validate constraint") => (Lock::ShareUpdateExclusive, named(2)),
        ("alter" | "drop", "table") => (Lock::AccessExclusive, named(2)),
        ("drop", "index") if concurrently => (Lock::ShareUpdateExclusive, None),
        ("drop", "index" | "trigger") => (Lock::AccessExclusive, after_on.map(|table| (*table).to_owned())),
        ("drop", "function") | ("set" | "comment" | "select" | "grant" | "revoke", _) => (Lock::None, None),
        ("truncate", _) => (Lock::AccessExclusive, named(1).filter(|word| word != "table").or_else(|| named(2))),
        ("update" | "insert" | "delete", _) => (Lock::RowExclusive, named(1)),
        ("with", _) => (Lock::RowExclusive, None),
        _ => (Lock::Unknown, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_split_outside_of_texts_and_comments() {
        let sql = "-- first; not a statement\nupdate a set b = 'x;y';\n\ncreate function f() returns int as $f$ begin; end $f$;";
        assert_eq!(
            statements(sql),
            ["update a set b = 'x;y'", "create function f() returns int as $f$ begin; end $f$"]
        );
    }

    #[test]
    fn each_kind_of_statement_has_its_lock_and_table() {
        let cases = [
            ("create index concurrently if not exists i on persons (id)", Lock::ShareUpdateExclusive, "persons"),
            ("create unique index i on persons(id)", Lock::Share, "persons"),
            ("alter table only persons add column x int", Lock::AccessExclusive, "persons"),
            ("alter table persons validate constraint c", Lock::ShareUpdateExclusive, "persons"),
            ("insert into persons (id) values (1)", Lock::RowExclusive, "persons"),
            ("delete from persons", Lock::RowExclusive, "persons"),
            ("create trigger t after insert on persons execute function f()", Lock::ShareRowExclusive, "persons"),
            ("drop table if exists persons", Lock::AccessExclusive, "persons"),
        ];
        for (statement, lock, table) in cases {
            assert_eq!(lock_of(statement), (lock, Some(table.to_owned())), "{statement}");
        }
        assert_eq!(lock_of("create table x (id int)"), (Lock::None, None));
        assert_eq!(lock_of("cluster persons"), (Lock::Unknown, None));
    }

    #[test]
    fn the_lock_of_every_statement_of_this_binary_is_known() {
        for (name, sql) in MIGRATION_TEXTS {
            for statement in statements(sql) {
                assert_ne!(lock_of(&statement).0, Lock::Unknown, "{name}: {statement}");
            }
        }
    }
}
