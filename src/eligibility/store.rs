//! Database access for programmes and rules, which are public and need no scope, and for objections.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::rules::{Confidence, RecipientUnit};
use crate::db::schema::{program_revision, program_rules, programs};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = programs, check_for_backend(diesel::pg::Pg))]
pub struct ProgramRow {
    pub code: String,
    pub name: String,
    pub recipient_unit: RecipientUnit,
    pub owner: String,
    pub legal_basis: String,
    pub confidence: Confidence,
    pub notes: String,
    pub region_code: Option<String>,
    pub components: Value,
    pub created_at: DateTime<Utc>,
    pub id: Uuid,
    pub instance_of: Option<String>,
    pub submission_hash: Option<Vec<u8>>,
    pub version: i32,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = program_rules, check_for_backend(diesel::pg::Pg))]
pub struct RuleRow {
    pub program_code: String,
    pub version: i32,
    pub effective_from: NaiveDate,
    pub effective_to: Option<NaiveDate>,
    pub rule: Value,
    pub limits: Option<Value>,
    pub confidence: Confidence,
    pub source: Option<String>,
    pub created_at: DateTime<Utc>,
    pub components: Option<Value>,
    pub created_by: Option<String>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

pub async fn find_revision(conn: &mut AsyncPgConnection) -> QueryResult<i64> {
    program_revision::table.select(program_revision::revision).first(conn).await
}

pub async fn list_programs(conn: &mut AsyncPgConnection) -> QueryResult<Vec<ProgramRow>> {
    programs::table.order(programs::code).select(ProgramRow::as_select()).load(conn).await
}

pub async fn list_rules(conn: &mut AsyncPgConnection) -> QueryResult<Vec<RuleRow>> {
    program_rules::table
        .order((program_rules::program_code, program_rules::version))
        .select(RuleRow::as_select())
        .load(conn)
        .await
}

/// Inserts programmes and rules that do not exist yet. Existing ones are never changed.
pub async fn insert_missing(
    conn: &mut AsyncPgConnection,
    program_rows: &[ProgramRow],
    rule_rows: &[RuleRow],
) -> QueryResult<usize> {
    let programs = diesel::insert_into(programs::table)
        .values(program_rows)
        .on_conflict(programs::code)
        .do_nothing()
        .execute(conn)
        .await?;
    // A conflict on the number or on the first day skips the row: an administrator may have added the same regulation already.
    let rules =
        diesel::insert_into(program_rules::table).values(rule_rows).on_conflict_do_nothing().execute(conn).await?;
    Ok(programs + rules)
}

pub async fn raise_revision(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    diesel::update(program_revision::table)
        .set(program_revision::revision.eq(program_revision::revision + 1))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Locks the programme (FOR UPDATE).
pub async fn lock_program(conn: &mut AsyncPgConnection, code: &str) -> QueryResult<Option<ProgramRow>> {
    programs::table
        .filter(programs::code.eq(code))
        .select(ProgramRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

/// All versions of a programme, including withdrawn ones, so that no number is used twice.
pub async fn list_rules_of(conn: &mut AsyncPgConnection, code: &str) -> QueryResult<Vec<RuleRow>> {
    program_rules::table
        .filter(program_rules::program_code.eq(code))
        .order(program_rules::version)
        .select(RuleRow::as_select())
        .load(conn)
        .await
}

/// Returns false if the code exists already.
pub async fn insert_program(conn: &mut AsyncPgConnection, row: &ProgramRow) -> QueryResult<bool> {
    let inserted =
        diesel::insert_into(programs::table).values(row).on_conflict(programs::code).do_nothing().execute(conn).await?;
    Ok(inserted == 1)
}

pub async fn insert_rules(conn: &mut AsyncPgConnection, rows: &[RuleRow]) -> QueryResult<()> {
    diesel::insert_into(program_rules::table).values(rows).execute(conn).await.map(|_| ())
}

pub async fn save_program(conn: &mut AsyncPgConnection, row: &ProgramRow) -> QueryResult<()> {
    diesel::update(programs::table.find(&row.code))
        .set((
            programs::name.eq(&row.name),
            programs::owner.eq(&row.owner),
            programs::legal_basis.eq(&row.legal_basis),
            programs::confidence.eq(row.confidence),
            programs::notes.eq(&row.notes),
            programs::version.eq(row.version),
            programs::updated_at.eq(row.updated_at),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

pub async fn set_withdrawn(
    conn: &mut AsyncPgConnection,
    code: &str,
    version: i32,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(program_rules::table.find((code, version)))
        .set(program_rules::withdrawn_at.eq(now))
        .execute(conn)
        .await
        .map(|_| ())
}
