//! Personal data of one person in complaints, for that person's data subject rights. It covers all regions and is not
//! used for any other purpose.

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
use crate::erased_text::{ERASED, erase_text, without_name, without_name_in_json};
use crate::error::Error;
use crate::regions::regency;
use crate::regions::{RegionScope, Unscoped};
use crate::timeline::{self, TimelineEntry};
use crate::transaction::Tx;

/// A complaint about a person or their household, in that person's own data export.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ComplaintAbout {
    /// Id of the complaint.
    pub id: Uuid,
    /// Region that the complaint is about.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Reference number.
    #[schema(example = "3204-26-K7M4-9Q9")]
    pub reference_no: Option<String>,
    /// State of the complaint.
    pub status: ComplaintStatus,
    /// Sector of the complaint.
    pub sector: Sector,
    /// Class of the complaint.
    pub class: Option<ComplaintClass>,
    /// Code of the programme concerned.
    #[schema(example = "PKH")]
    pub program_code: Option<String>,
    /// Tickets about the same matter in other systems; only if the person was the reporter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external_refs: Vec<ExternalRef>,
    /// Description in the reporter's words.
    #[schema(example = "Anak saya tidak lagi menerima PKH.")]
    pub description: String,
    /// The reporter; only if that was the person. Other reporters are not disclosed to the person.
    pub complainant: Option<Complainant>,
    /// Recommendation of the back office; only if the person was the reporter.
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub recommendation: Option<Value>,
    /// Confirmation at closure; only if the person was the reporter.
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub closure: Option<Value>,
    /// Notes, including internal ones; only if the person was the reporter, because notes may disclose another
    /// reporter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<ComplaintNote>,
    /// Questions and answers; only if the person was the reporter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<ComplaintExchange>,
    /// Timeline; only if the person was the reporter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<TimelineEntry>,
    /// Decision and answer.
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub resolution: Option<Value>,
    /// Time of receipt.
    pub created_at: DateTime<Utc>,
    /// Time of closure.
    pub closed_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = complaints, check_for_backend(diesel::pg::Pg))]
struct SubjectComplaintRow {
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

impl SubjectComplaintRow {
    /// The reporter, if that was the subject: a reporter without a stated relation reports for themselves.
    fn self_reporter(&self) -> Result<Option<Complainant>, Error> {
        let reporter = stored::read_nullable(self.complainant.as_ref(), "complaints.complainant", self.id)?;
        Ok(reporter.filter(|reporter: &Complainant| reporter.relation.is_none()))
    }
}

async fn list_rows_about(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    person_ids: &[Uuid],
    family_id: Option<Uuid>,
) -> QueryResult<Vec<SubjectComplaintRow>> {
    let mut query = complaints::table
        .order((complaints::created_at, complaints::id))
        .select(SubjectComplaintRow::as_select())
        .into_boxed();
    // The person is one of the further subjects.
    let as_further_subject = complaint_subjects::table
        .filter(complaint_subjects::person_id.eq_any(person_ids.to_vec()))
        .select(complaint_subjects::complaint_id);
    let about = complaints::subject_person_id.eq_any(person_ids.to_vec());
    query = match family_id {
        Some(family) => query.filter(
            about
                .or(complaints::id.eq_any(as_further_subject))
                .or(complaints::subject_family_id.eq(family).and(complaints::subject_person_id.is_null())),
        ),
        None => query.filter(about.or(complaints::id.eq_any(as_further_subject))),
    };
    query.load(conn).await
}

/// Lists the complaints about the person and, if a family is given, about the household.
pub async fn list(tx: &mut Tx, person_ids: &[Uuid], family_id: Option<Uuid>) -> Result<Vec<ComplaintAbout>, Error> {
    let rows = list_rows_about(&mut tx.conn, Unscoped::SubjectRights, person_ids, family_id).await?;
    let mut about = Vec::with_capacity(rows.len());
    for row in rows {
        let complainant = row.self_reporter()?;
        let is_reporter = complainant.is_some();
        let external_refs = stored::read(&row.external_refs, "complaints.external_refs", row.id)?;
        let external_refs = if is_reporter { external_refs } else { Vec::new() };
        let (mut notes, mut exchanges, mut steps) = (Vec::new(), Vec::new(), Vec::new());
        if is_reporter {
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
            recommendation: row.recommendation.filter(|_| is_reporter),
            closure: row.closure.filter(|_| is_reporter),
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
    let rows = list_rows_about(&mut tx.conn, Unscoped::SubjectRights, person_ids, family_id).await?;
    Ok(rows.iter().filter(|row| !FINAL.contains(&row.status)).count())
}

/// Result of an erasure.
#[derive(Debug, Default)]
pub struct Erased {
    /// Complaints whose texts were erased.
    pub ids: Vec<Uuid>,
    /// Telephone numbers that the person had given.
    pub phones: Vec<String>,
}

/// Erases the texts and the reporter; the class, sector and states remain.
pub async fn erase(tx: &mut Tx, person_ids: &[Uuid], family_id: Option<Uuid>) -> Result<Erased, Error> {
    let rows = list_rows_about(&mut tx.conn, Unscoped::SubjectRights, person_ids, family_id).await?;
    let mut erased = Erased::default();
    for row in rows {
        erased.ids.push(row.id);
        erased.phones.extend(row.self_reporter()?.and_then(|reporter| reporter.phone).map(|phone| phone.into_string()));
        tx.also_changes_region(&row.region_code);
        diesel::update(complaints::table.find(row.id))
            .set((
                complaints::description.eq(ERASED),
                complaints::complainant.eq(row.complainant.map(|_| json!({ "name": ERASED }))),
                complaints::external_refs.eq(json!([])),
                complaints::recommendation.eq(row.recommendation.map(|v| erase_text(v, "text"))),
                complaints::resolution.eq(row.resolution.map(|v| erase_text(v, "answer"))),
                complaints::closure.eq(row.closure.map(|v| erase_text(v, "note"))),
                // A hash of the erased text would still confirm a guess at it.
                complaints::submission_hash.eq(Vec::new()),
                complaints::version.eq(complaints::version + 1),
                complaints::updated_at.eq(tx.now),
            ))
            .execute(&mut *tx.conn)
            .await?;
    }
    let ids = &erased.ids;
    diesel::update(complaint_notes::table.filter(complaint_notes::complaint_id.eq_any(ids)))
        .set(complaint_notes::text.eq(ERASED))
        .execute(&mut *tx.conn)
        .await?;
    diesel::update(complaint_exchanges::table.filter(complaint_exchanges::complaint_id.eq_any(ids)))
        .set((complaint_exchanges::question.eq(ERASED), complaint_exchanges::answer.eq(None::<String>)))
        .execute(&mut *tx.conn)
        .await?;
    Ok(erased)
}

/// A person who reported complaints about others.
pub struct Reporter<'a> {
    pub name: &'a str,
    pub family_id: Uuid,
    pub region_code: &'a str,
    pub phones: &'a [String],
}

/// Erases the person's contact and name, the name also inside texts, and leaves the rest: in complaints about the
/// household, and in complaints of the regency that were reported under the same name and telephone number. Returns the
/// complaints in which the person was the reporter.
pub async fn erase_reporter(tx: &mut Tx, who: &Reporter<'_>) -> Result<Vec<Uuid>, Error> {
    let members: Vec<Uuid> =
        persons::table.filter(persons::family_id.eq(who.family_id)).select(persons::id).load(&mut *tx.conn).await?;
    let members: Vec<Option<Uuid>> = members.into_iter().map(Some).collect();
    let of_household: Vec<SubjectComplaintRow> = complaints::table
        .filter(complaints::subject_family_id.eq(who.family_id).or(complaints::subject_person_id.eq_any(members)))
        .filter(complaints::description.ne(ERASED))
        .select(SubjectComplaintRow::as_select())
        .load(&mut *tx.conn)
        .await?;
    let around = RegionScope::from_codes(&[regency(who.region_code)]);
    let same_name = sql::<Nullable<Bool>>("lower(complainant->>'name') = lower(").bind::<Text, _>(who.name).sql(")");
    let elsewhere: Vec<SubjectComplaintRow> = complaints::table
        .filter(around.covers_by_regency(complaints::region_code))
        .filter(complaints::id.ne_all(of_household.iter().map(|row| row.id).collect::<Vec<_>>()))
        .filter(same_name)
        .select(SubjectComplaintRow::as_select())
        .load(&mut *tx.conn)
        .await?;
    let own_phone = |row: &SubjectComplaintRow| phone_of(row).is_some_and(|phone| who.phones.contains(&phone));
    let mut reported = Vec::new();
    for row in of_household.into_iter().chain(elsewhere.into_iter().filter(own_phone)) {
        let id = row.id;
        if erase_name(tx, row, who.name).await? {
            reported.push(id);
        }
    }
    Ok(reported)
}

fn phone_of(row: &SubjectComplaintRow) -> Option<String> {
    row.complainant.as_ref()?.get("phone")?.as_str().map(str::to_owned)
}

/// Erases the name in one complaint; returns true if the person was its reporter.
async fn erase_name(tx: &mut Tx, row: SubjectComplaintRow, name: &str) -> Result<bool, Error> {
    let reporter_name = row.complainant.as_ref().and_then(|reporter| reporter.get("name")?.as_str());
    let reported = reporter_name.is_some_and(|other| other.to_lowercase() == name.to_lowercase());
    let complainant = if reported { Some(json!({ "name": ERASED })) } else { row.complainant };
    let without = |value: Value| without_name_in_json(value, name);
    tx.also_changes_region(&row.region_code);
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
    for exchange in parts::list_exchanges_of_visible(&mut tx.conn, row.id).await? {
        diesel::update(complaint_exchanges::table.find((row.id, exchange.id)))
            .set((
                complaint_exchanges::question.eq(without_name(&exchange.question, name)),
                complaint_exchanges::answer.eq(exchange.answer.map(|text| without_name(&text, name))),
            ))
            .execute(&mut *tx.conn)
            .await?;
    }
    timeline::erase_name(&mut tx.conn, row.id, name).await?;
    Ok(reported)
}
