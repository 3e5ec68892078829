//! Bulk inserts: each column is sent as one array, so the statement text does not depend on the number of rows and is planned once.

use std::sync::LazyLock;

use diesel::QueryResult;
use diesel::sql_types::{
    Array, Bool, Bytea, Date, Float8, Int2, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::db::prepared::prepared;
use crate::registry::rows::{DwellingRow, FamilyRow, IdentityRow, NameRow, PersonRow, WelfareStatusRow};

/// `unnest` flattens an array of arrays, so an array value is sent as text.
fn literal(codes: Vec<String>) -> String {
    let quoted: Vec<String> =
        codes.iter().map(|code| format!("\"{}\"", code.replace('\\', "\\\\").replace('"', "\\\""))).collect();
    format!("{{{}}}", quoted.join(","))
}

/// Columns that a replacing row does not change: a person who died or was merged stays so.
const UNCHANGED: &[&str] = &["created_at", "standing", "ended_on", "merged_into", "assets"];

/// What to do with a row whose key exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfTaken {
    Fail,
    Replace,
    /// Keep the existing row: it has the same content.
    Leave,
}

struct Statements {
    insert: String,
    replace: String,
    leave: String,
}

/// `columns`: name, type of the array, and the type to cast to, or an empty string.
fn statements(table: &str, key: &str, columns: &[(&str, &str, &str)]) -> Statements {
    let names: Vec<&str> = columns.iter().map(|(name, _, _)| *name).collect();
    // In the select list the arrays are unnested row by row; in the from clause they would be materialized first.
    let array = |(at, (_, kind, to)): (usize, &(&str, &str, &str))| {
        let cast = if to.is_empty() { String::new() } else { format!("::{to}") };
        format!("unnest(${}::{kind}[]){cast}", at + 1)
    };
    let arrays: Vec<String> = columns.iter().enumerate().map(array).collect();
    let keys: Vec<&str> = key.split(", ").collect();
    let set: Vec<String> = names
        .iter()
        .filter(|name| !keys.contains(name) && !UNCHANGED.contains(name))
        .map(|name| format!("{name} = excluded.{name}"))
        .collect();
    let insert = format!("insert into {table} ({}) select {}", names.join(", "), arrays.join(", "));
    Statements {
        replace: format!("{insert} on conflict ({key}) do update set {}", set.join(", ")),
        leave: format!("{insert} on conflict ({key}) do nothing"),
        insert,
    }
}

/// `name: the row's type, the array's SQL type, its name, a cast, a conversion;`
macro_rules! bulk {
    ($insert:ident, $Row:ident, $table:literal, $key:literal;
     $($field:ident: $sql:ty, $name:literal $(, as $cast:literal by $convert:expr)?;)+) => {
        /// Names every column: a new column does not compile until it is listed here.
        pub async fn $insert(conn: &mut AsyncPgConnection, rows: Vec<$Row>, if_taken: IfTaken) -> QueryResult<()> {
            static TEXT: LazyLock<Statements> =
                LazyLock::new(|| statements($table, $key, &[$((stringify!($field), $name, concat!("" $(, $cast)?))),+]));
            if rows.is_empty() {
                return Ok(());
            }
            #[expect(non_camel_case_types, reason = "each column is its own type parameter")]
            struct Columns<$($field),+> { $($field: Vec<$field>),+ }
            #[expect(non_camel_case_types, reason = "each column is its own type parameter")]
            fn columns<$($field),+>(rows: usize) -> Columns<$($field),+> {
                Columns { $($field: Vec::with_capacity(rows)),+ }
            }
            let mut all = columns(rows.len());
            for row in rows {
                let $Row { $($field),+ } = row;
                $(let $field = bulk!(@convert $field $($convert)?);)+
                $(all.$field.push($field);)+
            }
            let text = match if_taken {
                IfTaken::Fail => &TEXT.insert,
                IfTaken::Replace => &TEXT.replace,
                IfTaken::Leave => &TEXT.leave,
            };
            let query = diesel::sql_query(text.as_str())$(.bind::<Array<$sql>, _>(all.$field))+;
            prepared(query).execute(conn).await.map(|_| ())
        }
    };
    (@convert $field:ident) => { $field };
    (@convert $field:ident $convert:expr) => { $convert($field) };
}

bulk! { insert_families, FamilyRow, "families", "id";
    id: SqlUuid, "uuid";
    region_code: Text, "text";
    family_card_sealed: Nullable<Bytea>, "bytea";
    address: Nullable<Text>, "text";
    latitude: Nullable<Float8>, "float8";
    longitude: Nullable<Float8>, "float8";
    attributes: Jsonb, "jsonb";
    submission_hash: Nullable<Bytea>, "bytea";
    version: Int4, "int4";
    created_at: Timestamptz, "timestamptz";
    updated_at: Timestamptz, "timestamptz";
    standing: Text, "text";
    merged_into: Nullable<SqlUuid>, "uuid";
    assets: Jsonb, "jsonb";
}

bulk! { insert_persons, PersonRow, "persons", "family_id, id";
    family_id: SqlUuid, "uuid";
    id: SqlUuid, "uuid";
    region_code: Text, "text";
    nik_sealed: Nullable<Bytea>, "bytea";
    identity_status: Text, "text";
    full_name: Text, "text";
    birth_date: Nullable<Date>, "date";
    sex: Text, "text";
    relation_to_head: Text, "text";
    marital_status: Nullable<Text>, "text";
    school_level: Nullable<Text>, "text";
    school_enrolled: Nullable<Bool>, "bool";
    occupation_class: Nullable<Text>, "text";
    disability_type: Nullable<Text>, "text";
    disability_severity: Nullable<Text>, "text";
    chronic_illness: Nullable<Bool>, "bool";
    pregnant_or_postpartum: Nullable<Bool>, "bool";
    jkn_status: Nullable<Text>, "text";
    has_kip: Nullable<Bool>, "bool";
    orphan: Nullable<Bool>, "bool";
    ppks_codes: Text, "text", as "text[]" by literal;
    limited_purposes: Text, "text", as "text[]" by literal;
    attributes: Jsonb, "jsonb";
    version: Int4, "int4";
    created_at: Timestamptz, "timestamptz";
    updated_at: Timestamptz, "timestamptz";
    standing: Text, "text";
    ended_on: Nullable<Date>, "date";
    merged_into: Nullable<SqlUuid>, "uuid";
}

bulk! { insert_names, NameRow, "person_names", "family_id, person_id, word";
    family_id: SqlUuid, "uuid";
    person_id: SqlUuid, "uuid";
    word: Int2, "int2";
    region_code: Text, "text";
    key: Text, "text";
    sound: Text, "text";
    key_shared: Int2, "int2";
    sound_shared: Int2, "int2";
}

bulk! { insert_dwellings, DwellingRow, "dwellings", "family_id";
    family_id: SqlUuid, "uuid";
    tenure: Nullable<Text>, "text";
    floor_material: Nullable<Text>, "text";
    wall_material: Nullable<Text>, "text";
    roof_material: Nullable<Text>, "text";
    water_source: Nullable<Text>, "text";
    lighting_source: Nullable<Text>, "text";
    power_va: Nullable<Int4>, "int4";
    pln_customer_id: Nullable<Text>, "text";
    cooking_fuel: Nullable<Text>, "text";
    toilet: Nullable<Text>, "text";
    floor_area_m2: Nullable<Float8>, "float8";
    land_title: Nullable<Bool>, "bool";
    habitable: Nullable<Bool>, "bool";
    wall_or_roof_dangerous: Nullable<Bool>, "bool";
    updated_at: Timestamptz, "timestamptz";
}

bulk! { insert_statuses, WelfareStatusRow, "welfare_statuses", "family_id, id";
    family_id: SqlUuid, "uuid";
    id: SqlUuid, "uuid";
    source: Text, "text";
    snapshot_version: Text, "text";
    as_of: Date, "date";
    decile: Int2, "int2";
    percentile: Nullable<Int2>, "int2";
    created_at: Timestamptz, "timestamptz";
}

bulk! { insert_identities, IdentityRow, "identities", "blind_index";
    blind_index: Bytea, "bytea";
    kind: Text, "text";
    family_id: SqlUuid, "uuid";
    person_id: Nullable<SqlUuid>, "uuid";
}
