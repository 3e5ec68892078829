//! What can be done with consents, and what other slices ask of them.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::json as object;
use uuid::Uuid;

use super::api::{Consent, ConsentGivenBy, RecordConsent, WithdrawConsent, show};
use super::model::{ConsentAction as Action, ConsentStatus as Status};
use super::purposes;
use super::store::{self, ConsentRow};
use super::transitions::EDGES;
use crate::auth::caller::AccessPurpose;
use crate::clock::local_day;
use crate::complaints::subject::renamed;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::json::{Json, sha256};
use crate::http::problem_table::Code;
use crate::referrals::model::LawfulBasis;
use crate::registry;
use crate::registry::actions::Subject;
use crate::registry::erase::without_name;
use crate::state_machine;
use crate::transaction::Tx;

/// What became of a record.
pub enum Recorded {
    New(Consent),
    /// The same id and content were sent before.
    Known(Consent),
}

pub async fn record(tx: &mut Tx, input: RecordConsent) -> Result<Recorded, Error> {
    let today = local_day(tx.now);
    let scope = tx.actor.scope.clone();
    let hash = sha256(&serde_json::to_vec(&input).map_err(Error::internal)?).to_vec();
    let asked = &input.subject;
    let subject = registry::actions::find_subject(&mut tx.conn, &scope, asked.person_id, asked.family_id).await?;
    let subject = subject.ok_or_else(|| match asked.person_id {
        Some(_) => Error::field("/subject/person_id", "unknown_person"),
        None => Error::field("/subject/family_id", "unknown_family"),
    })?;
    if input.given_on > today {
        return Err(Error::field("/given_on", "in_the_future"));
    }
    let row = ConsentRow {
        id: input.id.unwrap_or_else(Uuid::now_v7),
        giver: input.given_by.as_ref().map(json).transpose()?,
        method: input.method,
        expires_on: input.expires_on,
        legal_reference: input.legal_reference.map(|t| t.into_string()),
        note: input.note.map(|t| t.into_string()),
        submission_hash: hash,
        ..new_row(tx, &subject, input.purpose, input.lawful_basis, input.given_on)
    };
    if !store::insert(&mut tx.conn, &row).await? {
        return match store::find_visible(&mut tx.conn, &scope, row.id).await? {
            Some(stored) if stored.submission_hash == row.submission_hash => Ok(Recorded::Known(show(stored, today)?)),
            _ => Err(Error::new(Code::AlreadyExists)),
        };
    }
    // Consent given anew opens its purpose again; another basis does not undo what the subject has said.
    if row.lawful_basis == LawfulBasis::Consent && row.status(today) == Status::Active {
        registry::limits::set(tx, row.family_id, row.person_id, row.purpose.as_str(), false).await?;
    }
    recorded(tx, &row);
    Ok(Recorded::New(show(row, today)?))
}

fn new_row(
    tx: &Tx,
    subject: &Subject,
    purpose: AccessPurpose,
    lawful_basis: LawfulBasis,
    given_on: NaiveDate,
) -> ConsentRow {
    ConsentRow {
        id: Uuid::now_v7(),
        region_code: subject.region_code.as_str().to_owned(),
        family_id: subject.family_id,
        person_id: subject.person_id,
        purpose,
        lawful_basis,
        giver: None,
        method: None,
        given_on,
        expires_on: None,
        legal_reference: None,
        note: None,
        referral_id: None,
        withdrawal: None,
        withdrawn_at: None,
        submission_hash: Vec::new(),
        created_by: tx.actor.subject.clone(),
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    }
}

fn recorded(tx: &mut Tx, row: &ConsentRow) {
    tx.audit("consent.record", "consent", row.id, Some(&row.region_code));
    tx.timeline(row.id, Action::Record.as_str(), None, Status::Active.as_str(), None);
    publish(tx, row, "recorded");
}

/// The subject takes consent for a purpose back: every consent of that subject for it ends, and data is opened for it no more.
pub async fn withdraw(tx: &mut Tx, id: Uuid, body: Json<WithdrawConsent>) -> Result<Consent, Error> {
    let (scope, today) = (tx.actor.scope.clone(), local_day(tx.now));
    let row = store::lock_visible(&mut tx.conn, &scope, id).await?.ok_or_else(Error::not_found)?;
    tx.if_match.check(row.version)?;
    let status = row.status(today);
    let withdrawable = row.lawful_basis == LawfulBasis::Consent;
    if !withdrawable || state_machine::next(EDGES, status, Action::Withdraw).is_err() {
        return Err(Error::transition(Code::ConsentInvalidTransition, status.as_str(), Vec::new()));
    }
    let input = body.valid()?;
    let withdrawal = json(&input)?;
    let others = store::list_of_visible(&mut tx.conn, row.family_id, row.person_id, row.purpose).await?;
    let whose = (row.family_id, row.person_id);
    let same: Vec<ConsentRow> = others
        .into_iter()
        .filter(|o| o.id != row.id && o.withdrawn_at.is_none() && (o.family_id, o.person_id) == whose)
        .collect();
    let mut shown = None;
    for mut each in std::iter::once(row).chain(same) {
        let from = each.status(today);
        each.withdrawal = Some(withdrawal.clone());
        each.withdrawn_at = Some(tx.now);
        each.version += 1;
        each.updated_at = tx.now;
        store::save(&mut tx.conn, &each).await?;
        tx.audit("consent.withdraw", "consent", each.id, Some(&each.region_code));
        tx.timeline(each.id, Action::Withdraw.as_str(), Some(from.as_str()), Status::Withdrawn.as_str(), None);
        publish(tx, &each, "withdrawn");
        shown.get_or_insert(each);
    }
    let row = shown.ok_or_else(|| Error::internal("nothing was withdrawn"))?;
    registry::limits::set(tx, row.family_id, row.person_id, row.purpose.as_str(), true).await?;
    show(row, today)
}

/// What a referral rests on, as the desk says.
pub struct ReferralBasis {
    pub lawful_basis: LawfulBasis,
    pub consent_given_on: Option<NaiveDate>,
    pub legal_reference: Option<String>,
}

/// May a referral of this subject be drafted on that basis? Records the basis, unless it stands already. Whoever goes on
/// after a withdrawal names the law that allows it, unless a life is at stake.
pub async fn admit_referral(
    tx: &mut Tx,
    subject: &Subject,
    basis: ReferralBasis,
    referral_id: Uuid,
) -> Result<(), Error> {
    let today = local_day(tx.now);
    registry::limits::require_unrestricted(tx, subject.family_id, subject.person_id).await?;
    let given_on = basis.consent_given_on.unwrap_or(today);
    let known =
        store::list_of_visible(&mut tx.conn, subject.family_id, subject.person_id, AccessPurpose::Referral).await?;
    let active = known.iter().any(|row| row.status(today) == Status::Active);
    let withdrawn_on = known.iter().filter_map(|row| row.withdrawn_at).map(local_day).max().filter(|_| !active);
    let urgent = basis.lawful_basis == LawfulBasis::VitalInterest;
    if basis.lawful_basis == LawfulBasis::Consent {
        if withdrawn_on.is_some_and(|day| given_on <= day) {
            return Err(Error::field("/consent_given_on", "consent_withdrawn"));
        }
        if active && known.iter().any(|row| row.status(today) == Status::Active && row.given_on == given_on) {
            return Ok(());
        }
        registry::limits::set(tx, subject.family_id, subject.person_id, AccessPurpose::Referral.as_str(), false)
            .await?;
    } else if withdrawn_on.is_some() && !urgent && basis.legal_reference.is_none() {
        return Err(Error::field("/legal_reference", "legal_reference_required"));
    }
    let row = ConsentRow {
        referral_id: Some(referral_id),
        legal_reference: basis.legal_reference,
        ..new_row(tx, subject, AccessPurpose::Referral, basis.lawful_basis, given_on)
    };
    store::insert(&mut tx.conn, &row).await?;
    recorded(tx, &row);
    Ok(())
}

/// The purposes for which families, that were found within the caller's regions, took back their consent as families and did not give
/// it anew. They were closed for everybody who was in the family, and are for whoever comes in.
pub async fn list_withdrawn_by_families(
    conn: &mut AsyncPgConnection,
    family_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<String>>, Error> {
    let mut withdrawn: HashMap<Uuid, Vec<String>> = HashMap::new();
    if family_ids.is_empty() {
        return Ok(withdrawn);
    }
    let rows = store::list_of_families_of_visible(conn, family_ids).await?;
    // A withdrawal ends all there are: one that stands was given since.
    let stands = |row: &ConsentRow| row.status(local_day(row.created_at)) == Status::Active;
    for row in rows.iter().filter(|row| row.withdrawn_at.is_some()) {
        let anew = rows.iter().any(|r| (r.family_id, r.purpose) == (row.family_id, row.purpose) && stands(r));
        let purposes = withdrawn.entry(row.family_id).or_default();
        if !anew && !purposes.iter().any(|purpose| purpose == row.purpose.as_str()) {
            purposes.push(row.purpose.as_str().to_owned());
        }
    }
    Ok(withdrawn)
}

/// Before a draft is sent: is its basis still there?
pub async fn require_for_referral(tx: &mut Tx, subject: &Subject, basis: LawfulBasis) -> Result<(), Error> {
    let limits = registry::limits::of(tx, subject.family_id, subject.person_id).await?;
    if limits.iter().any(|limits| purposes::is_restricted(limits)) {
        return Err(Error::new(Code::ProcessingRestricted));
    }
    if basis == LawfulBasis::Consent {
        purposes::require(AccessPurpose::Referral, limits.iter().map(Vec::as_slice))?;
    }
    Ok(())
}

fn publish(tx: &mut Tx, row: &ConsentRow, what: &str) {
    tx.publish(NewEvent {
        type_: format!("consent.{what}"),
        subject_kind: "consent",
        subject_id: row.id,
        region_code: row.region_code.clone(),
        organization_id: None,
        data: object!({
            "family_id": row.family_id, "person_id": row.person_id, "purpose": row.purpose,
            "lawful_basis": row.lawful_basis, "referral_id": row.referral_id, "version": row.version,
        }),
    });
}

/// For a jsonb column.
fn json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, Error> {
    serde_json::to_value(value).map_err(Error::internal)
}

/// All that is held on a person, in any region: for the person's own request.
pub async fn list_about(tx: &mut Tx, person_ids: &[Uuid], family_id: Uuid) -> Result<Vec<Consent>, Error> {
    let today = local_day(tx.now);
    let why = crate::regions::Unscoped::SubjectRights;
    let rows = store::list_about(&mut tx.conn, why, person_ids, family_id).await?;
    rows.into_iter().map(|row| show(row, today)).collect()
}

/// Takes the words out and keeps what was consented to. In the household's consents, which others share, the person's name goes.
pub async fn forget(tx: &mut Tx, person_ids: &[Uuid], family_id: Uuid, name: &str) -> Result<(), Error> {
    let why = crate::regions::Unscoped::SubjectRights;
    let rows = store::list_about(&mut tx.conn, why, person_ids, family_id).await?;
    for mut row in rows {
        if row.person_id.is_none() {
            row.giver = row.giver.map(|said| renamed(said, name));
            row.note = row.note.map(|words| without_name(&words, name));
            row.withdrawal = row.withdrawal.map(|said| renamed(said, name));
            row.submission_hash = Vec::new();
            row.version += 1;
            row.updated_at = tx.now;
            store::save(&mut tx.conn, &row).await?;
            continue;
        }
        let nameless = |given: ConsentGivenBy| ConsentGivenBy { name: None, ..given };
        let giver = row.giver()?.map(nameless);
        row.giver = giver.as_ref().map(json).transpose()?;
        row.note = None;
        row.submission_hash = Vec::new();
        row.withdrawal = match row.withdrawal()? {
            Some(said) => {
                let withdrawn_by = said.withdrawn_by.map(nameless);
                Some(json(&WithdrawConsent { withdrawn_by, note: None, ..said })?)
            }
            None => None,
        };
        row.version += 1;
        row.updated_at = tx.now;
        store::save(&mut tx.conn, &row).await?;
    }
    Ok(())
}
