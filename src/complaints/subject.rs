//! What complaints hold on one person, for that person's own rights: in any region, and read by nobody else.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::api::{Complainant, ExternalRef};
use super::model::{ComplaintClass, ComplaintStatus};
use super::notes::{ComplaintExchange, ComplaintNote};
use super::reference_no;
use super::store::parts;
use super::transitions::FINAL;
use crate::db::schema::{complaint_exchanges, complaint_notes, complaint_subjects, complaints, persons};
use crate::db::stored;
use crate::directory::model::Sector;
use crate::error::Error;
use crate::regions::{RegionScope, Unscoped};
pub use crate::registry::erase::ERASED;
use crate::registry::erase::without_name;
use crate::timeline::{self, TimelineEntry};
use crate::transaction::Tx;

/// A complaint about a person or their household, as the person may see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ComplaintAbout {
    /// Id of the complaint.
    pub id: Uuid,
    /// Where the matter lies.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// The number that people say on the phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "3204-26-K7M4-9Q9")]
    pub reference_no: Option<String>,
    /// State.
    pub status: ComplaintStatus,
    /// The field of life it belongs to.
    pub sector: Sector,
    /// What kind of complaint it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ComplaintClass>,
    /// The programme it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "PKH")]
    pub program_code: Option<String>,
    /// Tickets of the same matter elsewhere, where the person spoke.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external_refs: Vec<ExternalRef>,
    /// What it is about, in the reporter's words.
    #[schema(example = "Anak saya tidak lagi menerima PKH.")]
    pub description: String,
    /// Who spoke, where that was the person. Another reporter is not named to the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complainant: Option<Complainant>,
    /// What the back office recommended, where the person spoke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub recommendation: Option<Value>,
    /// How it was closed, where the person spoke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub closure: Option<Value>,
    /// Notes, those for officers too, where the person spoke. In another reporter's matter they may tell who that was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<ComplaintNote>,
    /// Questions and answers, where the person spoke.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<ComplaintExchange>,
    /// Every step, where the person spoke.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<TimelineEntry>,
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
    program_code: Option<String>,
    reference_no: Option<String>,
    external_refs: Value,
    description: String,
    complainant: Option<Value>,
    recommendation: Option<Value>,
    resolution: Option<Value>,
    closure: Option<Value>,
    created_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

impl Held {
    /// Who spoke, where that was the person. Without a relation the reporter speaks for themselves.
    fn own_voice(&self) -> Result<Option<Complainant>, Error> {
        let who = stored::read_nullable(self.complainant.as_ref(), "complaints.complainant", self.id)?;
        Ok(who.filter(|who: &Complainant| who.relation.is_none()))
    }
}

async fn held(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    person_ids: &[Uuid],
    family_id: Option<Uuid>,
) -> QueryResult<Vec<Held>> {
    let mut query =
        complaints::table.order((complaints::created_at, complaints::id)).select(Held::as_select()).into_boxed();
    // One of several whom it is about.
    let named = complaint_subjects::table
        .filter(complaint_subjects::person_id.eq_any(person_ids.to_vec()))
        .select(complaint_subjects::complaint_id);
    let about = complaints::subject_person_id.eq_any(person_ids.to_vec());
    query = match family_id {
        Some(family) => query.filter(
            about
                .or(complaints::id.eq_any(named))
                .or(complaints::subject_family_id.eq(family).and(complaints::subject_person_id.is_null())),
        ),
        None => query.filter(about.or(complaints::id.eq_any(named))),
    };
    query.load(conn).await
}

/// About the person and, when the family is named too, about the household.
pub async fn list(tx: &mut Tx, person_ids: &[Uuid], family_id: Option<Uuid>) -> Result<Vec<ComplaintAbout>, Error> {
    let rows = held(&mut tx.conn, Unscoped::SubjectRights, person_ids, family_id).await?;
    let mut about = Vec::with_capacity(rows.len());
    for row in rows {
        let complainant = row.own_voice()?;
        let spoke = complainant.is_some();
        let external_refs = stored::read(&row.external_refs, "complaints.external_refs", row.id)?;
        let external_refs = if spoke { external_refs } else { Vec::new() };
        let (mut notes, mut exchanges, mut steps) = (Vec::new(), Vec::new(), Vec::new());
        if spoke {
            notes = parts::list_notes_of_visible(&mut tx.conn, row.id, None).await?;
            exchanges = parts::list_exchanges_of_visible(&mut tx.conn, row.id).await?;
            steps = timeline::list_of_visible(&mut tx.conn, row.id).await?.items;
        }
        about.push(ComplaintAbout {
            id: row.id,
            region_code: row.region_code,
            reference_no: row.reference_no.as_deref().map(reference_no::show),
            status: row.status,
            sector: row.sector,
            class: row.class,
            program_code: row.program_code,
            external_refs,
            description: row.description,
            complainant,
            recommendation: row.recommendation.filter(|_| spoke),
            closure: row.closure.filter(|_| spoke),
            notes: notes.into_iter().map(ComplaintNote::from).collect(),
            exchanges: exchanges.into_iter().map(ComplaintExchange::from).collect(),
            timeline: steps,
            resolution: row.resolution,
            created_at: row.created_at,
            closed_at: row.closed_at,
        });
    }
    Ok(about)
}

pub async fn count_open(tx: &mut Tx, person_ids: &[Uuid], family_id: Option<Uuid>) -> Result<usize, Error> {
    let rows = held(&mut tx.conn, Unscoped::SubjectRights, person_ids, family_id).await?;
    Ok(rows.iter().filter(|row| !FINAL.contains(&row.status)).count())
}

/// What a forgetting came to.
#[derive(Debug, Default)]
pub struct Forgotten {
    /// Complaints of which all words went.
    pub ids: Vec<Uuid>,
    /// Telephones that the person gave.
    pub phones: Vec<String>,
}

/// Takes the words and the reporter out, and keeps what kind of matter it was.
pub async fn forget(tx: &mut Tx, person_ids: &[Uuid], family_id: Option<Uuid>) -> Result<Forgotten, Error> {
    let rows = held(&mut tx.conn, Unscoped::SubjectRights, person_ids, family_id).await?;
    let mut forgotten = Forgotten::default();
    for row in rows {
        forgotten.ids.push(row.id);
        forgotten.phones.extend(row.own_voice()?.and_then(|who| who.phone).map(|phone| phone.into_string()));
        diesel::update(complaints::table.find(row.id))
            .set((
                complaints::description.eq(ERASED),
                complaints::complainant.eq(row.complainant.map(|_| json!({ "name": ERASED }))),
                complaints::external_refs.eq(json!([])),
                complaints::recommendation.eq(row.recommendation.map(|v| blank(v, "text"))),
                complaints::resolution.eq(row.resolution.map(|v| blank(v, "answer"))),
                complaints::closure.eq(row.closure.map(|v| blank(v, "note"))),
                // A hash of what was sent would still let a guess at it be confirmed.
                complaints::submission_hash.eq(Vec::new()),
                complaints::version.eq(complaints::version + 1),
                complaints::updated_at.eq(tx.now),
            ))
            .execute(&mut *tx.conn)
            .await?;
    }
    let ids = &forgotten.ids;
    diesel::update(complaint_notes::table.filter(complaint_notes::complaint_id.eq_any(ids)))
        .set(complaint_notes::text.eq(ERASED))
        .execute(&mut *tx.conn)
        .await?;
    diesel::update(complaint_exchanges::table.filter(complaint_exchanges::complaint_id.eq_any(ids)))
        .set((complaint_exchanges::question.eq(ERASED), complaint_exchanges::answer.eq(None::<String>)))
        .execute(&mut *tx.conn)
        .await?;
    Ok(forgotten)
}

/// Somebody who spoke in matters of others.
pub struct Reporter<'a> {
    pub name: &'a str,
    pub family_id: Uuid,
    pub region_code: &'a str,
    pub phones: &'a [String],
}

/// In matters of the household, and in those of the regency that were reported under the same name and telephone, the contact
/// goes and the name in the words with it; the matter stays. Gives those in which the person was the reporter.
pub async fn forget_reporter(tx: &mut Tx, who: &Reporter<'_>) -> Result<Vec<Uuid>, Error> {
    let members: Vec<Uuid> =
        persons::table.filter(persons::family_id.eq(who.family_id)).select(persons::id).load(&mut *tx.conn).await?;
    let members: Vec<Option<Uuid>> = members.into_iter().map(Some).collect();
    let of_household: Vec<Held> = complaints::table
        .filter(complaints::subject_family_id.eq(who.family_id).or(complaints::subject_person_id.eq_any(members)))
        .filter(complaints::description.ne(ERASED))
        .select(Held::as_select())
        .load(&mut *tx.conn)
        .await?;
    let around = RegionScope::from_codes(&[who.region_code.get(..5).unwrap_or(who.region_code)]);
    let same_name = sql::<Nullable<Bool>>("lower(complainant->>'name') = lower(").bind::<Text, _>(who.name).sql(")");
    let elsewhere: Vec<Held> = complaints::table
        .filter(around.covers_by_regency(complaints::region_code))
        .filter(complaints::id.ne_all(of_household.iter().map(|row| row.id).collect::<Vec<_>>()))
        .filter(same_name)
        .select(Held::as_select())
        .load(&mut *tx.conn)
        .await?;
    let own_phone = |row: &Held| phone_of(row).is_some_and(|phone| who.phones.contains(&phone));
    let mut reported = Vec::new();
    for row in of_household.into_iter().chain(elsewhere.into_iter().filter(own_phone)) {
        let id = row.id;
        if forget_name(tx, row, who.name).await? {
            reported.push(id);
        }
    }
    Ok(reported)
}

fn phone_of(row: &Held) -> Option<String> {
    row.complainant.as_ref()?.get("phone")?.as_str().map(str::to_owned)
}

/// Was the person the reporter?
async fn forget_name(tx: &mut Tx, row: Held, name: &str) -> Result<bool, Error> {
    let said = row.complainant.as_ref().and_then(|who| who.get("name")?.as_str());
    let reported = said.is_some_and(|said| said.to_lowercase() == name.to_lowercase());
    let complainant = if reported { Some(json!({ "name": ERASED })) } else { row.complainant };
    let without = |value: Value| renamed(value, name);
    diesel::update(complaints::table.find(row.id))
        .set((
            complaints::description.eq(without_name(&row.description, name)),
            complaints::complainant.eq(complainant),
            complaints::recommendation.eq(row.recommendation.map(without)),
            complaints::resolution.eq(row.resolution.map(without)),
            complaints::closure.eq(row.closure.map(without)),
            complaints::submission_hash.eq(Vec::new()),
            complaints::version.eq(complaints::version + 1),
            complaints::updated_at.eq(tx.now),
        ))
        .execute(&mut *tx.conn)
        .await?;
    for note in parts::list_notes_of_visible(&mut tx.conn, row.id, None).await? {
        diesel::update(complaint_notes::table.find((row.id, note.id)))
            .set(complaint_notes::text.eq(without_name(&note.text, name)))
            .execute(&mut *tx.conn)
            .await?;
    }
    for asked in parts::list_exchanges_of_visible(&mut tx.conn, row.id).await? {
        diesel::update(complaint_exchanges::table.find((row.id, asked.id)))
            .set((
                complaint_exchanges::question.eq(without_name(&asked.question, name)),
                complaint_exchanges::answer.eq(asked.answer.map(|words| without_name(&words, name))),
            ))
            .execute(&mut *tx.conn)
            .await?;
    }
    timeline::forget_name_in(&mut tx.conn, row.id, name).await?;
    Ok(reported)
}

/// The same with the name taken out of every text in it.
pub fn renamed(value: Value, name: &str) -> Value {
    match value {
        Value::String(text) => Value::String(without_name(&text, name)),
        Value::Array(items) => items.into_iter().map(|item| renamed(item, name)).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, field)| (key, renamed(field, name))).collect(),
        other => other,
    }
}

/// The same object with other words under a key that is there.
pub fn blank(mut object: Value, key: &str) -> Value {
    if let Some(words) = object.get_mut(key).filter(|v| v.is_string()) {
        *words = json!(ERASED);
    }
    object
}
