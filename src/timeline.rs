//! What happened to one complaint or referral, in order, for people to read.

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

/// Takes the connection shared, so that several statements can be on their way at once.
pub async fn insert(mut conn: &AsyncPgConnection, rows: &[TimelineRow]) -> QueryResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let insert = diesel::insert_into(timeline_entries::table).values(rows);
    prepared_for(rows.len(), insert).execute(&mut conn).await.map(|_| ())
}

/// Of a subject that the caller was shown to see.
pub async fn list_of_visible(conn: &mut AsyncPgConnection, subject_id: Uuid) -> QueryResult<Timeline> {
    let rows: Vec<TimelineRow> = timeline_entries::table
        .filter(timeline_entries::subject_id.eq(subject_id))
        .order(timeline_entries::id.asc())
        .select(TimelineRow::as_select())
        .load(conn)
        .await?;
    Ok(Timeline { items: rows.into_iter().map(TimelineEntry::from).collect() })
}

/// Takes the words out of what happened to these, and keeps that it did.
pub async fn forget_words_of(conn: &mut AsyncPgConnection, subjects: &[Uuid]) -> QueryResult<()> {
    diesel::update(timeline_entries::table.filter(timeline_entries::subject_id.eq_any(subjects)))
        .set(timeline_entries::note.eq(None::<String>))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Takes a name out of the words that were said of one subject.
pub async fn forget_name_in(conn: &mut AsyncPgConnection, subject_id: Uuid, name: &str) -> QueryResult<()> {
    for entry in list_of_visible(conn, subject_id).await?.items {
        let Some(note) = entry.note else { continue };
        diesel::update(timeline_entries::table.find((subject_id, entry.id)))
            .set(timeline_entries::note.eq(without_name(&note, name)))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// All that happened, oldest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Timeline {
    /// The steps, oldest first.
    pub items: Vec<TimelineEntry>,
}

/// One step.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// Id of the entry.
    pub id: Uuid,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The officer or client who acted, or `system`.
    #[schema(example = "bandung-bo-1")]
    pub actor: String,
    /// What was done.
    #[schema(example = "verify")]
    pub action: String,
    /// State before; absent for the first entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "received")]
    pub from_status: Option<String>,
    /// State after.
    #[schema(example = "verified")]
    pub to_status: String,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
