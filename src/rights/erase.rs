//! Erasure where the law allows it: who the person is goes, what was done for somebody stays as statistics. Refused
//! while anything for the person is open, and while public aid runs that has to be accounted for.

use uuid::Uuid;

use super::actions::{person, request_of, settle, told};
use super::api::{ErasePerson, ErasedPerson};
use super::model::SubjectRequestKind as Kind;
use super::store;
use crate::attachments::storage::Storage;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::problem_table::Code;
use crate::transaction::Tx;
use crate::{attachments, complaints, consents, messages, proposals, referrals, registry, timeline};

pub async fn erase(tx: &mut Tx, storage: &Storage, id: Uuid, body: Json<ErasePerson>) -> Result<ErasedPerson, Error> {
    let who = person(tx, id).await?;
    tx.if_match.check(who.version)?;
    let alone = registry::erase::is_last_of_family(tx, &who).await?;
    let family = alone.then_some(who.family_id);
    require_nothing_open(tx, id, who.family_id, family).await?;
    let input = body.valid()?;
    let request = request_of(tx, input.request_id, &who, Kind::Erasure).await?;
    if request.created_by == tx.actor.subject {
        return Err(Error::new(Code::OwnRecommendation));
    }
    registry::erase::erase_person(tx, &who, alone).await?;
    let mut touched = complaints::subject::forget(tx, id, family).await?;
    messages::actions::forget(tx, &touched).await?;
    touched.extend(referrals::subject::forget(tx, id, family).await?);
    touched.extend(proposals::actions::forget(tx, id).await?);
    attachments::actions::forget(tx, storage, &touched).await?;
    consents::actions::forget(tx, id, who.family_id).await?;
    timeline::forget_words_of(&mut tx.conn, &touched).await?;
    let note = format!("{}", input.ground);
    for mut restriction in store::list_restrictions_of_visible(&mut tx.conn, id).await? {
        restriction.note = None;
        restriction.version += 1;
        store::save_restriction(&mut tx.conn, &restriction).await?;
    }
    let mut last = None;
    for mut each in store::list_requests_of_visible(&mut tx.conn, id).await? {
        each.requested_by = None;
        each.detail = None;
        each.answer = (each.id == request.id).then(|| note.clone());
        each.version += 1;
        each.updated_at = tx.now;
        store::save_request(&mut tx.conn, &each).await?;
        if each.id == request.id {
            last = Some(each);
        }
    }
    told(tx, &who, "erase", "erased");
    let request = last.ok_or_else(|| Error::internal("the request is gone"))?;
    Ok(ErasedPerson { person_id: id, erased_at: tx.now, request: settle(tx, request).await? })
}

async fn require_nothing_open(tx: &mut Tx, id: Uuid, home: Uuid, family: Option<Uuid>) -> Result<(), Error> {
    let open = [
        ("complaint", complaints::subject::count_open(tx, id, family).await?),
        ("referral", referrals::subject::count_open(tx, id, family).await?),
        ("registry_proposal", proposals::actions::count_open(tx, id).await?),
        ("program_participation", registry::erase::count_running_programs(tx, home, id).await?),
    ];
    let what: Vec<&str> = open.iter().filter(|(_, count)| *count > 0).map(|(what, _)| *what).collect();
    if what.is_empty() { Ok(()) } else { Err(Error::about(Code::ErasureBarred, what.join(", "))) }
}
