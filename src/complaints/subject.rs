//! What complaints hold on one person, for that person's own rights: in any region, and read by nobody else.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::api::Complainant;
use super::model::{ComplaintClass, ComplaintStatus};
use super::transitions::FINAL;
use crate::db::schema::{complaint_exchanges, complaint_notes, complaint_subjects, complaints};
use crate::directory::model::Sector;
use crate::error::Error;
use crate::regions::Unscoped;
use crate::transaction::Tx;

/// Stands where words were.
pub const ERASED: &str = "(dihapus)";

/// A complaint about a person or their household, as the person may see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ComplaintAbout {
    /// Id of the complaint.
    pub id: Uuid,
    /// Where the matter lies.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// State.
    pub status: ComplaintStatus,
    /// The field of life it belongs to.
    pub sector: Sector,
    /// What kind of complaint it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ComplaintClass>,
    /// What it is about, in the reporter's words.
    #[schema(example = "Anak saya tidak lagi menerima PKH.")]
    pub description: String,
    /// Who spoke, where that was the person. Another reporter is not named to the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complainant: Option<Complainant>,
    /// How it was decided and what was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub resolution: Option<Value>,
    /// When it was received.
    pub created_at: DateTime<Utc>,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = complaints, check_for_backend(diesel::pg::Pg))]
struct Held {
    id: Uuid,
    region_code: String,
    status: ComplaintStatus,
    sector: Sector,
    class: Option<ComplaintClass>,
    description: String,
    complainant: Option<Value>,
    recommendation: Option<Value>,
    resolution: Option<Value>,
    closure: Option<Value>,
    created_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

async fn held(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    person_id: Uuid,
    family_id: Option<Uuid>,
) -> QueryResult<Vec<Held>> {
    let mut query =
        complaints::table.order((complaints::created_at, complaints::id)).select(Held::as_select()).into_boxed();
    // One of several whom it is about.
    let named = complaint_subjects::table
        .filter(complaint_subjects::person_id.eq(person_id))
        .select(complaint_subjects::complaint_id);
    query = match family_id {
        Some(family) => query.filter(
            complaints::subject_person_id
                .eq(person_id)
                .or(complaints::id.eq_any(named))
                .or(complaints::subject_family_id.eq(family).and(complaints::subject_person_id.is_null())),
        ),
        None => query.filter(complaints::subject_person_id.eq(person_id).or(complaints::id.eq_any(named))),
    };
    query.load(conn).await
}

/// About the person and, when the family is named too, about the household.
pub async fn list(tx: &mut Tx, person_id: Uuid, family_id: Option<Uuid>) -> Result<Vec<ComplaintAbout>, Error> {
    let rows = held(&mut tx.conn, Unscoped::SubjectRights, person_id, family_id).await?;
    let about = |row: Held| ComplaintAbout {
        id: row.id,
        region_code: row.region_code,
        status: row.status,
        sector: row.sector,
        class: row.class,
        description: row.description,
        complainant: row
            .complainant
            .and_then(|v| serde_json::from_value::<Complainant>(v).ok())
            .filter(|who| who.relation.is_none()),
        resolution: row.resolution,
        created_at: row.created_at,
        closed_at: row.closed_at,
    };
    Ok(rows.into_iter().map(about).collect())
}

pub async fn count_open(tx: &mut Tx, person_id: Uuid, family_id: Option<Uuid>) -> Result<usize, Error> {
    let rows = held(&mut tx.conn, Unscoped::SubjectRights, person_id, family_id).await?;
    Ok(rows.iter().filter(|row| !FINAL.contains(&row.status)).count())
}

/// Takes the words and the reporter out, and keeps what kind of matter it was; gives the ids.
pub async fn forget(tx: &mut Tx, person_id: Uuid, family_id: Option<Uuid>) -> Result<Vec<Uuid>, Error> {
    let rows = held(&mut tx.conn, Unscoped::SubjectRights, person_id, family_id).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    for row in rows {
        diesel::update(complaints::table.find(row.id))
            .set((
                complaints::description.eq(ERASED),
                complaints::complainant.eq(row.complainant.map(|_| json!({ "name": ERASED }))),
                complaints::recommendation.eq(row.recommendation.map(|v| blank(v, "text"))),
                complaints::resolution.eq(row.resolution.map(|v| blank(v, "answer"))),
                complaints::closure.eq(row.closure.map(|v| blank(v, "note"))),
                complaints::version.eq(complaints::version + 1),
                complaints::updated_at.eq(tx.now),
            ))
            .execute(&mut *tx.conn)
            .await?;
    }
    diesel::update(complaint_notes::table.filter(complaint_notes::complaint_id.eq_any(&ids)))
        .set(complaint_notes::text.eq(ERASED))
        .execute(&mut *tx.conn)
        .await?;
    diesel::update(complaint_exchanges::table.filter(complaint_exchanges::complaint_id.eq_any(&ids)))
        .set((complaint_exchanges::question.eq(ERASED), complaint_exchanges::answer.eq(None::<String>)))
        .execute(&mut *tx.conn)
        .await?;
    Ok(ids)
}

/// The same object with other words under a key that is there.
pub fn blank(mut object: Value, key: &str) -> Value {
    if let Some(words) = object.get_mut(key).filter(|v| v.is_string()) {
        *words = json!(ERASED);
    }
    object
}
