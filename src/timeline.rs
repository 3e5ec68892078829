//! Timeline of a complaint or referral: every step in order, for people to read.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::prepared::prepared_for;
use crate::db::schema::timeline_entries;
use crate::erased_text::without_name;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = timeline_entries, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_default_value = false)]
pub struct TimelineRow {
    pub subject_id: Uuid,
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub actor: String,
    pub action: String,
    pub from_status: Option<String>,
    pub to_status: String,
    pub note: Option<String>,
}

/// Takes a shared connection, so that several statements can be sent at once.
pub async fn insert(mut conn: &AsyncPgConnection, rows: &[TimelineRow]) -> QueryResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let insert = diesel::insert_into(timeline_entries::table).values(rows);
    prepared_for(rows.len(), insert).execute(&mut conn).await.map(|_| ())
}

/// Timeline of a subject that is visible to the caller.
pub async fn list_of_visible(conn: &mut AsyncPgConnection, subject_id: Uuid) -> QueryResult<Timeline> {
    let rows: Vec<TimelineRow> = timeline_entries::table
        .filter(timeline_entries::subject_id.eq(subject_id))
        .order(timeline_entries::id.asc())
        .select(TimelineRow::as_select())
        .load(conn)
        .await?;
    Ok(Timeline { items: rows.into_iter().map(TimelineEntry::from).collect() })
}

/// Erases the notes of these subjects; the steps remain.
pub async fn erase_notes(conn: &mut AsyncPgConnection, subjects: &[Uuid]) -> QueryResult<()> {
    diesel::update(timeline_entries::table.filter(timeline_entries::subject_id.eq_any(subjects)))
        .set(timeline_entries::note.eq(None::<String>))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Erases a name in the notes of one subject.
pub async fn erase_name(conn: &mut AsyncPgConnection, subject_id: Uuid, name: &str) -> QueryResult<()> {
    for entry in list_of_visible(conn, subject_id).await?.items {
        let Some(note) = entry.note else { continue };
        diesel::update(timeline_entries::table.find((subject_id, entry.id)))
            .set(timeline_entries::note.eq(without_name(&note, name)))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// All steps of a complaint or referral.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Timeline {
    /// The steps, oldest first.
    pub items: Vec<TimelineEntry>,
}

/// One step of a complaint or referral.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// Id of the entry.
    pub id: Uuid,
    /// Time of the step.
    pub at: DateTime<Utc>,
    /// Id of the officer or client that acted, or `system`.
    #[schema(example = "bandung-bo-1")]
    pub actor: String,
    /// The action.
    #[schema(example = "verify")]
    pub action: String,
    /// State before; absent for the first entry.
    #[schema(example = "received")]
    pub from_status: Option<String>,
    /// State after.
    #[schema(example = "verified")]
    pub to_status: String,
    /// Note of the actor.
    #[schema(example = "Keluarga memenuhi syarat PKH.")]
    pub note: Option<String>,
}

impl From<TimelineRow> for TimelineEntry {
    fn from(row: TimelineRow) -> Self {
        Self {
            id: row.id,
            at: row.at,
            actor: row.actor,
            action: row.action,
            from_status: row.from_status,
            to_status: row.to_status,
            note: row.note,
        }
    }
}
