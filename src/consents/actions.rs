//! Actions on consents, and functions that other slices call.

use chrono::NaiveDate;
use serde_json::json as object;
use uuid::Uuid;

use super::api::{Consent, ConsentGivenBy, RecordConsent, WithdrawConsent, show};
use super::model::{ConsentAction as Action, ConsentStatus as Status};
use super::store::{self, ConsentRow};
use super::transitions::EDGES;
use crate::auth::caller::AccessPurpose;
use crate::clock::local_day;
use crate::db::lock::Lock;
use crate::db::stored;
use crate::erased_text::without_name;
use crate::erased_text::without_name_in_json;
use crate::error::Code;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::created::Created;
use crate::http::json::Json;
use crate::http::json::content_hash;
use crate::purposes;
use crate::purposes::model::LawfulBasis;
use crate::registry;
use crate::registry::people::actions::Subject;
use crate::state_machine;
use crate::transaction::{Target, Tx};

pub async fn record(tx: &mut Tx, input: RecordConsent) -> Result<Created<Consent>, Error> {
    let today = local_day(tx.now);
    let scope = tx.actor.scope.clone();
    let hash = content_hash(&input)?;
    let asked = &input.subject;
    let subject =
        registry::people::actions::find_subject(&mut tx.conn, &scope, asked.person_id, asked.family_id).await?;
    let subject = subject.ok_or_else(|| match asked.person_id {
        Some(_) => Error::field("/subject/person_id", "unknown_person"),
        None => Error::field("/subject/family_id", "unknown_family"),
    })?;
    if input.given_on > today {
        return Err(Error::field("/given_on", "in_the_future"));
    }
    let row = ConsentRow {
        id: input.id.unwrap_or_else(Uuid::now_v7),
        giver: input.given_by.as_ref().map(stored::write).transpose()?,
        method: input.method,
        expires_on: input.expires_on,
        legal_reference: input.legal_reference.map(|t| t.into_string()),
        note: input.note.map(|t| t.into_string()),
        submission_hash: hash,
        ..new_row(tx, &subject, input.purpose, input.lawful_basis, input.given_on)
    };
    if !store::insert(&mut tx.conn, &row).await? {
        return match store::find_visible(&mut tx.conn, &scope, row.id, Lock::No).await? {
            Some(stored) if stored.submission_hash == row.submission_hash => Ok(Created::Known(show(stored, today)?)),
            _ => Err(Error::new(Code::ALREADY_EXISTS)),
        };
    }
    // New consent reopens the purpose. Another lawful basis does not reverse the subject's withdrawal.
    if row.lawful_basis == LawfulBasis::Consent && row.status(today) == Status::Active {
        registry::privacy::limits::set(tx, row.family_id, row.person_id, row.purpose.as_str(), false).await?;
    }
    log_recorded(tx, &row);
    Ok(Created::New(show(row, today)?))
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

fn log_recorded(tx: &mut Tx, row: &ConsentRow) {
    let of = Target { kind: "consent", id: row.id, region_code: &row.region_code };
    tx.step(of, Action::Record.as_str(), None, Status::Active.as_str(), None);
    publish(tx, row, "recorded");
}

/// Withdraws every consent of the same subject for the same purpose and closes the subject's data for it.
pub async fn withdraw(tx: &mut Tx, id: Uuid, body: Json<WithdrawConsent>) -> Result<Consent, Error> {
    let (scope, today) = (tx.actor.scope.clone(), local_day(tx.now));
    let row = store::find_visible(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    tx.if_match.check(row.version)?;
    let status = row.status(today);
    let withdrawable = row.lawful_basis == LawfulBasis::Consent;
    if !withdrawable || state_machine::next(EDGES, status, Action::Withdraw).is_err() {
        return Err(Error::transition(
            crate::consents::problems::CONSENT_INVALID_TRANSITION,
            status.as_str(),
            Vec::new(),
        ));
    }
    let input = body.valid()?;
    let withdrawal = stored::write(&input)?;
    let others = store::list_of_visible(&mut tx.conn, row.family_id, row.person_id, row.purpose).await?;
    let subject = (row.family_id, row.person_id);
    let same: Vec<ConsentRow> = others
        .into_iter()
        .filter(|o| o.id != row.id && o.withdrawn_at.is_none() && (o.family_id, o.person_id) == subject)
        .collect();
    let mut shown = None;
    for mut each in std::iter::once(row).chain(same) {
        let from = each.status(today);
        each.withdrawal = Some(withdrawal.clone());
        each.withdrawn_at = Some(tx.now);
        each.version += 1;
        each.updated_at = tx.now;
        store::save(&mut tx.conn, &each).await?;
        let of = Target { kind: "consent", id: each.id, region_code: &each.region_code };
        tx.step(of, Action::Withdraw.as_str(), Some(from.as_str()), Status::Withdrawn.as_str(), None);
        publish(tx, &each, "withdrawn");
        shown.get_or_insert(each);
    }
    let row = shown.ok_or_else(|| Error::internal("no consent was withdrawn"))?;
    registry::privacy::limits::set(tx, row.family_id, row.person_id, row.purpose.as_str(), true).await?;
    show(row, today)
}

/// Lawful basis of a referral, as the desk states it.
pub struct ReferralBasis {
    pub lawful_basis: LawfulBasis,
    pub consent_given_on: Option<NaiveDate>,
    pub legal_reference: Option<String>,
}

/// Checks that a referral of this subject may be drafted on that basis, and records the basis unless it is recorded already. After a
/// withdrawal, a basis other than consent or vital interest needs a legal reference.
pub async fn admit_referral(
    tx: &mut Tx,
    subject: &Subject,
    basis: ReferralBasis,
    referral_id: Uuid,
) -> Result<(), Error> {
    let today = local_day(tx.now);
    registry::privacy::limits::require_unrestricted(tx, subject.family_id, subject.person_id).await?;
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
        registry::privacy::limits::set(
            tx,
            subject.family_id,
            subject.person_id,
            AccessPurpose::Referral.as_str(),
            false,
        )
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
    log_recorded(tx, &row);
    Ok(())
}

/// Checks that the lawful basis of a draft referral is still valid before it is sent.
pub async fn require_for_referral(tx: &mut Tx, subject: &Subject, basis: LawfulBasis) -> Result<(), Error> {
    let limits = registry::privacy::limits::of(tx, subject.family_id, subject.person_id).await?;
    if limits.iter().any(|limits| purposes::is_restricted(limits)) {
        return Err(Error::new(crate::purposes::problems::PROCESSING_RESTRICTED));
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

/// All consents of a person, in any region, for the person's own request.
pub async fn list_about(tx: &mut Tx, person_ids: &[Uuid], family_id: Uuid) -> Result<Vec<Consent>, Error> {
    let today = local_day(tx.now);
    let why = crate::regions::Unscoped::SubjectRights;
    let rows = store::list_about(&mut tx.conn, why, person_ids, family_id).await?;
    rows.into_iter().map(|row| show(row, today)).collect()
}

/// Erases names and free text, and retains purpose, basis and dates. The family's own consents apply to other members too: only the
/// person's name is erased there.
pub async fn erase(tx: &mut Tx, person_ids: &[Uuid], family_id: Uuid, name: &str) -> Result<(), Error> {
    let why = crate::regions::Unscoped::SubjectRights;
    let rows = store::list_about(&mut tx.conn, why, person_ids, family_id).await?;
    for mut row in rows {
        if row.person_id.is_none() {
            row.giver = row.giver.map(|giver| without_name_in_json(giver, name));
            row.note = row.note.map(|note| without_name(&note, name));
            row.withdrawal = row.withdrawal.map(|withdrawal| without_name_in_json(withdrawal, name));
            row.submission_hash = Vec::new();
            row.version += 1;
            row.updated_at = tx.now;
            store::save(&mut tx.conn, &row).await?;
            continue;
        }
        let nameless = |given: ConsentGivenBy| ConsentGivenBy { name: None, ..given };
        let giver = row.giver()?.map(nameless);
        row.giver = giver.as_ref().map(stored::write).transpose()?;
        row.note = None;
        row.submission_hash = Vec::new();
        row.withdrawal = match row.withdrawal()? {
            Some(withdrawal) => {
                let withdrawn_by = withdrawal.withdrawn_by.map(nameless);
                Some(stored::write(&WithdrawConsent { withdrawn_by, note: None, ..withdrawal })?)
            }
            None => None,
        };
        row.version += 1;
        row.updated_at = tx.now;
        store::save(&mut tx.conn, &row).await?;
    }
    Ok(())
}
