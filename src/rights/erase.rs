//! Erasure where the law allows it: the identity of the person is erased in every slice; records of services remain as statistics.
//! Refused while a complaint, referral or proposal of the person is open, and while public aid runs that must be accounted for.

use uuid::Uuid;

use super::actions::{fulfil_request, lock_open_request, lock_person, record_change};
use super::api::{ErasePerson, ErasedPerson};
use super::model::SubjectRequestKind as Kind;
use super::store;
use crate::attachments::storage::Storage;
use crate::complaints::subject::Reporter;
use crate::error::Error;
use crate::http::json::Json;
use crate::registry::privacy::erasure as registry;
use crate::registry::rows::PersonRow;
use crate::transaction::Tx;
use crate::{
    attachments, complaints, consents, idempotency, imports, jobs, messages, objections, proposals, referrals, sync,
    timeline,
};

/// All records of the person, also merged duplicates, and the household if the person is its last member.
struct ErasureScope {
    subject: PersonRow,
    records: Vec<PersonRow>,
    ids: Vec<Uuid>,
    household: Option<Uuid>,
}

pub async fn erase(tx: &mut Tx, storage: &Storage, id: Uuid, body: Json<ErasePerson>) -> Result<ErasedPerson, Error> {
    let subject = lock_person(tx, id).await?;
    tx.if_match.check(subject.version)?;
    if subject.is_erased() {
        return Err(Error::new(crate::registry::problems::ALREADY_ERASED));
    }
    let records = registry::hold_records(tx, subject.clone()).await?;
    let ids: Vec<Uuid> = records.iter().map(|record| record.id).collect();
    let alone = registry::is_last_of_family(tx, subject.family_id, &ids).await?;
    let scope = ErasureScope { household: alone.then_some(subject.family_id), subject, records, ids };
    require_nothing_open(tx, &scope).await?;
    let input = body.valid()?;
    let request = lock_open_request(tx, input.request_id, &scope.subject, Kind::Erasure).await?;
    if request.created_by == tx.actor.subject {
        return Err(Error::new(crate::complaints::problems::OWN_RECOMMENDATION));
    }
    for record in &scope.records {
        let last = registry::is_last_of_family(tx, record.family_id, &scope.ids).await?;
        registry::erase_record(tx, record, last).await?;
    }
    erase_elsewhere(tx, storage, &scope).await?;
    for mut restriction in store::list_restrictions_of_visible(&mut tx.conn, id).await? {
        restriction.note = None;
        restriction.version += 1;
        store::save_restriction(&mut tx.conn, &restriction).await?;
    }
    store::erase_applicant(&mut tx.conn, scope.subject.family_id, &scope.subject.full_name).await?;
    let mut last = None;
    for mut each in store::list_requests_of_visible(&mut tx.conn, id).await? {
        each.requested_by = None;
        each.detail = None;
        each.answer = (each.id == request.id).then(|| input.ground.to_string());
        each.submission_hash = Vec::new();
        each.version += 1;
        each.updated_at = tx.now;
        store::save_request(&mut tx.conn, &each).await?;
        if each.id == request.id {
            last = Some(each);
        }
    }
    record_change(tx, &scope.subject, "erase", "erased");
    let request = last.ok_or_else(|| Error::internal("the erasure request was not found"))?;
    Ok(ErasedPerson { person_id: id, erased_at: tx.now, request: fulfil_request(tx, request).await? })
}

/// Erases the person's data in all other slices.
async fn erase_elsewhere(tx: &mut Tx, storage: &Storage, scope: &ErasureScope) -> Result<(), Error> {
    let (ids, family_id, name) = (&scope.ids, scope.subject.family_id, scope.subject.full_name.as_str());
    let mut phones = referrals::subject::list_phones(tx, ids).await?;
    let mut touched = referrals::subject::erase(tx, ids, scope.household).await?;
    referrals::subject::erase_name(tx, family_id, name).await?;
    let erased = complaints::subject::erase(tx, ids, scope.household).await?;
    phones.extend(erased.phones);
    let reporter = Reporter { name, family_id, region_code: &scope.subject.region_code, phones: &phones };
    let reported = complaints::subject::erase_reporter(tx, &reporter).await?;
    messages::actions::erase(tx, &[erased.ids.as_slice(), reported.as_slice()].concat()).await?;
    objections::actions::erase(tx, &erased.ids).await?;
    sync::subject::erase(tx, family_id, scope.household.is_some(), &erased.ids, name).await?;
    touched.extend(erased.ids);
    touched.extend(proposals::actions::erase(tx, ids).await?);
    attachments::actions::erase(tx, storage, &touched).await?;
    consents::actions::erase(tx, ids, family_id, name).await?;
    timeline::erase_notes(&mut tx.conn, &touched).await?;
    // Stored responses and export files that contain the person.
    touched.extend(reported);
    touched.extend(ids);
    touched.push(family_id);
    idempotency::delete_naming(&mut tx.conn, &touched).await?;
    for record in &scope.records {
        jobs::actions::delete_results_around(tx, imports::export::EXPORT, &record.region_code).await?;
    }
    Ok(())
}

async fn require_nothing_open(tx: &mut Tx, scope: &ErasureScope) -> Result<(), Error> {
    let (ids, household) = (&scope.ids, scope.household);
    let mut running = 0;
    for record in &scope.records {
        running += registry::count_running_programs(tx, record.family_id, record.id).await?;
    }
    let open = [
        ("complaint", complaints::subject::count_open(tx, ids, household).await?),
        ("referral", referrals::subject::count_open(tx, ids, household).await?),
        ("registry_proposal", proposals::actions::count_open(tx, ids).await?),
        ("program_participation", running),
    ];
    let kinds: Vec<&str> = open.iter().filter(|(_, count)| *count > 0).map(|(kind, _)| *kind).collect();
    if kinds.is_empty() { Ok(()) } else { Err(Error::about(crate::rights::problems::ERASURE_BARRED, kinds.join(", "))) }
}
