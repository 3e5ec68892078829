//! Erasure where the law allows it: who the person is goes, wherever the service keeps it; what was done for somebody stays
//! as statistics. Refused while anything for the person is open, and while public aid runs that has to be accounted for.

use uuid::Uuid;

use super::actions::{person, request_of, settle, told};
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

/// All records that are the person, and the household when nobody else is left in it.
struct Whole {
    who: PersonRow,
    records: Vec<PersonRow>,
    ids: Vec<Uuid>,
    household: Option<Uuid>,
}

pub async fn erase(tx: &mut Tx, storage: &Storage, id: Uuid, body: Json<ErasePerson>) -> Result<ErasedPerson, Error> {
    let who = person(tx, id).await?;
    tx.if_match.check(who.version)?;
    if who.is_erased() {
        return Err(Error::new(crate::registry::problems::ALREADY_ERASED));
    }
    let records = registry::hold_records(tx, who.clone()).await?;
    let ids: Vec<Uuid> = records.iter().map(|record| record.id).collect();
    let alone = registry::is_last_of_family(tx, who.family_id, &ids).await?;
    let whole = Whole { household: alone.then_some(who.family_id), who, records, ids };
    require_nothing_open(tx, &whole).await?;
    let input = body.valid()?;
    let request = request_of(tx, input.request_id, &whole.who, Kind::Erasure).await?;
    if request.created_by == tx.actor.subject {
        return Err(Error::new(crate::complaints::problems::OWN_RECOMMENDATION));
    }
    for record in &whole.records {
        let last = registry::is_last_of_family(tx, record.family_id, &whole.ids).await?;
        registry::erase_record(tx, record, last).await?;
    }
    forget(tx, storage, &whole).await?;
    for mut restriction in store::list_restrictions_of_visible(&mut tx.conn, id).await? {
        restriction.note = None;
        restriction.version += 1;
        store::save_restriction(&mut tx.conn, &restriction).await?;
    }
    store::set_applicant_forgotten(&mut tx.conn, whole.who.family_id, &whole.who.full_name).await?;
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
    told(tx, &whole.who, "erase", "erased");
    let request = last.ok_or_else(|| Error::internal("the request is gone"))?;
    Ok(ErasedPerson { person_id: id, erased_at: tx.now, request: settle(tx, request).await? })
}

/// What every other slice keeps of the person.
async fn forget(tx: &mut Tx, storage: &Storage, whole: &Whole) -> Result<(), Error> {
    let (ids, family_id, name) = (&whole.ids, whole.who.family_id, whole.who.full_name.as_str());
    let mut phones = referrals::subject::list_phones(tx, ids).await?;
    let mut touched = referrals::subject::forget(tx, ids, whole.household).await?;
    referrals::subject::forget_name(tx, family_id, name).await?;
    let complained = complaints::subject::forget(tx, ids, whole.household).await?;
    phones.extend(complained.phones);
    let reporter = Reporter { name, family_id, region_code: &whole.who.region_code, phones: &phones };
    let reported = complaints::subject::forget_reporter(tx, &reporter).await?;
    messages::actions::forget(tx, &[complained.ids.as_slice(), reported.as_slice()].concat()).await?;
    objections::actions::forget(tx, &complained.ids).await?;
    sync::subject::forget(tx, family_id, whole.household.is_some(), &complained.ids, name).await?;
    touched.extend(complained.ids);
    touched.extend(proposals::actions::forget(tx, ids).await?);
    attachments::actions::forget(tx, storage, &touched).await?;
    consents::actions::forget(tx, ids, family_id, name).await?;
    timeline::forget_words_of(&mut tx.conn, &touched).await?;
    // Answers and files that show the person and would be given out again.
    touched.extend(reported);
    touched.extend(ids);
    touched.push(family_id);
    idempotency::delete_naming(&mut tx.conn, &touched).await?;
    for record in &whole.records {
        jobs::actions::delete_results_around(tx, imports::export::EXPORT, &record.region_code).await?;
    }
    Ok(())
}

async fn require_nothing_open(tx: &mut Tx, whole: &Whole) -> Result<(), Error> {
    let (ids, household) = (&whole.ids, whole.household);
    let mut running = 0;
    for record in &whole.records {
        running += registry::count_running_programs(tx, record.family_id, record.id).await?;
    }
    let open = [
        ("complaint", complaints::subject::count_open(tx, ids, household).await?),
        ("referral", referrals::subject::count_open(tx, ids, household).await?),
        ("registry_proposal", proposals::actions::count_open(tx, ids).await?),
        ("program_participation", running),
    ];
    let what: Vec<&str> = open.iter().filter(|(_, count)| *count > 0).map(|(what, _)| *what).collect();
    if what.is_empty() { Ok(()) } else { Err(Error::about(crate::rights::problems::ERASURE_BARRED, what.join(", "))) }
}
