//! Notes on a complaint, and its questions and answers.

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::actions::publish;
use super::bodies::CreateComplaintNote;
use super::model::NoteVisibility;
use super::read::find_readable;
use super::store::parts::{self, ExchangeRow, NoteRow};
use super::store::{self};
use crate::db::lock::Lock;
use crate::error::Error;
use crate::http::json::Json;
use crate::regions::RegionScope;
use crate::transaction::Tx;

/// A note on a complaint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ComplaintNote {
    /// Id of the note.
    pub id: Uuid,
    /// Readers of the note.
    pub visibility: NoteVisibility,
    /// Text of the note.
    #[schema(example = "Berkas sudah kami teruskan ke dinas.")]
    pub text: String,
    /// Id of the officer or client that wrote it; `reporter` for the reporter.
    #[schema(example = "bandung-fo-1")]
    pub written_by: String,
    /// Time of writing.
    pub written_at: DateTime<Utc>,
}

impl From<NoteRow> for ComplaintNote {
    fn from(row: NoteRow) -> Self {
        Self {
            id: row.id,
            visibility: row.visibility,
            text: row.text,
            written_by: row.written_by,
            written_at: row.written_at,
        }
    }
}

/// All notes of a complaint.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ComplaintNotes {
    /// Oldest first.
    pub items: Vec<ComplaintNote>,
}

/// A question to the reporter and its answer.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ComplaintExchange {
    /// Id of the question.
    pub id: Uuid,
    /// The question.
    #[schema(example = "Di sekolah mana anak Ibu terdaftar?")]
    pub question: String,
    /// Id of the officer who asked.
    #[schema(example = "bandung-bo-1")]
    pub asked_by: String,
    /// Time of the question.
    pub asked_at: DateTime<Utc>,
    /// The answer; absent until the reporter answers.
    #[schema(example = "SDN Cileunyi 1.")]
    pub answer: Option<String>,
    /// Id of the officer who recorded the answer; `reporter` for the reporter.
    #[schema(example = "bandung-fo-1")]
    pub answered_by: Option<String>,
    /// Time of the answer.
    pub answered_at: Option<DateTime<Utc>>,
}

impl From<ExchangeRow> for ComplaintExchange {
    fn from(row: ExchangeRow) -> Self {
        Self {
            id: row.id,
            question: row.question,
            asked_by: row.asked_by,
            asked_at: row.asked_at,
            answer: row.answer,
            answered_by: row.answered_by,
            answered_at: row.answered_at,
        }
    }
}

/// All questions of a complaint.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ComplaintExchanges {
    /// Oldest first.
    pub items: Vec<ComplaintExchange>,
}

/// Adds a note. It changes no state, but publishes an event.
pub async fn create(tx: &mut Tx, id: Uuid, body: Json<CreateComplaintNote>) -> Result<ComplaintNote, Error> {
    let scope = tx.actor.scope.clone();
    let complaint =
        store::find_visible(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    tx.if_match.check(complaint.version)?;
    let input = body.valid()?;
    let row = NoteRow {
        complaint_id: id,
        id: Uuid::now_v7(),
        visibility: input.visibility,
        text: input.text.into_string(),
        written_by: tx.actor.subject.clone(),
        written_at: tx.now,
    };
    parts::insert_note(&mut tx.conn, &row).await?;
    tx.audit("complaint.note", "complaint", id, Some(&complaint.region_code));
    publish(tx, &complaint, "noted", Some(complaint.status));
    Ok(row.into())
}

pub async fn list(conn: &mut AsyncPgConnection, scope: &RegionScope, id: Uuid) -> Result<ComplaintNotes, Error> {
    find_readable(conn, scope, id).await?;
    let rows = parts::list_notes_of_visible(conn, id, None).await?;
    Ok(ComplaintNotes { items: rows.into_iter().map(ComplaintNote::from).collect() })
}

pub async fn list_exchanges(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> Result<ComplaintExchanges, Error> {
    find_readable(conn, scope, id).await?;
    let rows = parts::list_exchanges_of_visible(conn, id).await?;
    Ok(ComplaintExchanges { items: rows.into_iter().map(ComplaintExchange::from).collect() })
}
