//! Actions on registry proposals. Each function is one use case inside one transaction.

use diesel_async::AsyncPgConnection;
use serde_json::{Value, json as object};
use uuid::Uuid;

use super::api::{
    AgencyVerification, DeclineInVillage, ForwardProposal, ProposalForwarding, ProposalOutcome, RefuseProposal,
    RegistryProposal, SubmitRegistryProposal, VerifyByAgency, VerifyInVillage, VillageDeliberation,
    VillageVerification, show,
};
use super::content::Content;
use super::model::{
    DeliberationDecision, ProposalRefusalReason, RegistryProposalAction as Action, RegistryProposalKind as Kind,
    RegistryProposalStatus as Status,
};
use super::store::{self, ProposalRow};
use super::{rules, transitions, windows};
use crate::auth::sealing::IdentityKind;
use crate::clock::local_day;
use crate::db::lock::Lock;
use crate::db::stored;
use crate::directory::actions::unknown_program;
use crate::erased_text::erase_text;
use crate::error::Code;
use crate::error::{Error, FieldError};
use crate::events::NewEvent;
use crate::http::created::Created;
use crate::http::json::{Json, sha256};
use crate::regions::{RegionScope, Unscoped};
use crate::registry;
use crate::registry::identity::nik::ParsedNik;
use crate::transaction::{Target, Tx};

/// Replaces the NIK of an erased person.
const ERASED_NIK: &str = "0000000000000000";

pub async fn submit(tx: &mut Tx, input: SubmitRegistryProposal) -> Result<Created<RegistryProposal>, Error> {
    let today = local_day(tx.now);
    let nik = registry::people::actions::read_nik(&input.nik, today)?;
    let row = validate(tx, &input, &nik).await?;
    // A repeated submission gets the stored proposal, also after the window has closed.
    if let Some(id) = input.id {
        let scope = tx.actor.scope.clone();
        match store::find_visible(&mut tx.conn, &scope, id, Lock::No).await? {
            Some(stored) if stored.submission_hash == row.submission_hash => {
                return Ok(Created::Known(show(&tx.keys.sealer, stored, false)?));
            }
            Some(_) => return Err(Error::new(Code::ALREADY_EXISTS)),
            None => {}
        }
    }
    windows::require_open(tx, Action::Submit).await?;
    if !store::insert(&mut tx.conn, &row).await.map_err(unknown_program)? {
        return Err(Error::new(Code::ALREADY_EXISTS));
    }
    if !store::insert_open(&mut tx.conn, &row).await? {
        return Err(Error::new(crate::proposals::problems::PROPOSAL_ALREADY_OPEN));
    }
    let of = Target { kind: "registry_proposal", id: row.id, region_code: &row.region_code };
    tx.step(of, Action::Submit.as_str(), None, row.status.as_str(), None);
    publish(tx, &row, "submitted", None);
    Ok(Created::New(show(&tx.keys.sealer, row, false)?))
}

/// Finds the person in the caller's regions, validates the proposal, and builds its row.
async fn validate(tx: &mut Tx, input: &SubmitRegistryProposal, nik: &ParsedNik) -> Result<ProposalRow, Error> {
    let today = local_day(tx.now);
    tx.require_past(input.captured_at, "/captured_at")?;
    let (region_code, person_id, family_id) = match &input.family {
        Some(proposed) => (validate_new_entry(tx, &proposed.family, nik).await?, None, None),
        None => {
            let scope = tx.actor.scope.clone();
            let keys = tx.keys.clone();
            let found = registry::people::actions::look_up_person(&mut tx.conn, &keys.sealer, &scope, nik).await?;
            let person = found.ok_or_else(|| Error::field("/nik", "unknown_person"))?;
            (person.region_code, Some(person.id), Some(person.family_id))
        }
    };
    if let Some(changes) = &input.changes {
        changes.validate_on(today, "/changes")?;
    }
    let nik_index = tx.keys.sealer.blind_index(IdentityKind::Nik, nik.nik.expose());
    if let Some(replaced) = input.replaces_id {
        let scope = tx.actor.scope.clone();
        let before = store::find_visible(&mut tx.conn, &scope, replaced, Lock::No).await?;
        if !before.is_some_and(|b| b.status == Status::Returned && b.nik_index == nik_index) {
            return Err(Error::field("/replaces_id", "unknown_proposal"));
        }
    }
    let id = input.id.unwrap_or_else(Uuid::now_v7);
    let content = Content {
        full_name: input.full_name.as_str().to_owned(),
        family: input.family.as_ref().map(|f| f.sent.clone()),
        changes: input.changes.clone(),
    };
    let evidence = stored::write(&input.evidence)?;
    let submission = object!([
        input.kind,
        nik_index,
        content,
        input.program_code,
        input.statement,
        evidence,
        input.replaces_id,
        input.captured_at,
    ]);
    Ok(ProposalRow {
        id,
        region_code,
        organization_id: tx.actor.organization_id,
        kind: input.kind,
        status: Status::Submitted,
        period: rules::period_of(today),
        nik_sealed: tx.keys.sealer.seal(IdentityKind::Nik, id, nik.nik.expose())?,
        content_sealed: content.seal(&tx.keys.sealer, id)?,
        nik_index,
        person_id,
        family_id,
        program_code: input.program_code.clone(),
        statement: Some(input.statement.as_str().to_owned()),
        evidence,
        village: None,
        agency: None,
        forwarding: None,
        outcome: None,
        replaces_id: input.replaces_id,
        submission_hash: sha256(submission.to_string().as_bytes()).to_vec(),
        created_by: tx.actor.subject.clone(),
        captured_at: input.captured_at,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    })
}

/// Validates a proposed family by the rules for creating one. Returns its village, which is the proposal's region.
async fn validate_new_entry(
    tx: &mut Tx,
    family: &registry::people::api::CreateFamily,
    nik: &ParsedNik,
) -> Result<String, Error> {
    let in_family = |error: FieldError| FieldError { pointer: format!("/family{}", error.pointer), ..error };
    let validated = registry::people::validation::family(family, local_day(tx.now))
        .map_err(|errors| Error::fields(errors.into_iter().map(in_family).collect()))?;
    tx.actor.scope.require(&validated.region)?;
    if family.welfare_status.is_some() {
        return Err(Error::field("/family/welfare_status", "decile_not_proposed"));
    }
    if !validated.niks.iter().flatten().any(|member| member.nik == nik.nik) {
        return Err(Error::field("/family/members", "member_required"));
    }
    let keys = tx.keys.clone();
    if registry::people::actions::find_nik_holder(&mut tx.conn, &keys.sealer, nik).await?.is_some() {
        return Err(Error::new(crate::registry::problems::IDENTITY_IN_USE));
    }
    Ok(validated.region.as_str().to_owned())
}

pub async fn verify_in_village(tx: &mut Tx, id: Uuid, body: Json<VerifyInVillage>) -> Result<RegistryProposal, Error> {
    let (mut row, to) = begin(tx, id, Action::VerifyVillage).await?;
    let input = body.valid()?;
    row.village = Some(village_verification(tx, input.deliberation, DeliberationDecision::Supported)?);
    finish(tx, row, Action::VerifyVillage, to, input.note.map(|n| n.into_string())).await
}

pub async fn decline_in_village(
    tx: &mut Tx,
    id: Uuid,
    body: Json<DeclineInVillage>,
) -> Result<RegistryProposal, Error> {
    let (mut row, to) = begin(tx, id, Action::DeclineVillage).await?;
    let input = body.valid()?;
    if input.reason == ProposalRefusalReason::Other && input.note.is_none() {
        return Err(Error::field("/note", "text_required"));
    }
    row.village = Some(village_verification(tx, input.deliberation, DeliberationDecision::NotSupported)?);
    let refusal = RefuseProposal { reason: input.reason, note: input.note };
    end(tx, row, Action::DeclineVillage, to, refusal).await
}

fn village_verification(
    tx: &Tx,
    deliberation: VillageDeliberation,
    decision: DeliberationDecision,
) -> Result<Value, Error> {
    registry::people::validation::past_day(deliberation.held_on, local_day(tx.now), "/deliberation/held_on")?;
    stored::write(&VillageVerification { deliberation, decision, by: tx.actor.subject.clone(), at: tx.now })
}

pub async fn verify_by_agency(tx: &mut Tx, id: Uuid, body: Json<VerifyByAgency>) -> Result<RegistryProposal, Error> {
    let (mut row, to) = begin(tx, id, Action::VerifyAgency).await?;
    let input = body.valid()?;
    let finding = input.finding.as_str().to_owned();
    row.agency =
        Some(stored::write(&AgencyVerification { finding: input.finding, by: tx.actor.subject.clone(), at: tx.now })?);
    finish(tx, row, Action::VerifyAgency, to, Some(finding)).await
}

pub async fn forward(tx: &mut Tx, id: Uuid, body: Json<ForwardProposal>) -> Result<RegistryProposal, Error> {
    let (mut row, to) = begin(tx, id, Action::Forward).await?;
    let input = body.valid()?;
    row.forwarding = Some(stored::write(&ProposalForwarding { by: tx.actor.subject.clone(), at: tx.now })?);
    finish(tx, row, Action::Forward, to, input.note.map(|n| n.into_string())).await
}

/// Rejects or returns a proposal after the village step; `action` says which.
pub async fn refuse(
    tx: &mut Tx,
    id: Uuid,
    action: Action,
    body: Json<RefuseProposal>,
) -> Result<RegistryProposal, Error> {
    let (row, to) = begin(tx, id, action).await?;
    let input = body.valid()?;
    end(tx, row, action, to, input).await
}

async fn end(
    tx: &mut Tx,
    mut row: ProposalRow,
    action: Action,
    to: Status,
    refusal: RefuseProposal,
) -> Result<RegistryProposal, Error> {
    let suffix = refusal.note.as_ref().map_or_else(String::new, |n| format!(": {}", n.as_str()));
    let note = format!("{}{suffix}", refusal.reason);
    row.outcome = Some(stored::write(&ProposalOutcome {
        reason: Some(refusal.reason),
        note: refusal.note,
        by: tx.actor.subject.clone(),
        at: tx.now,
    })?);
    finish(tx, row, action, to, Some(note)).await
}

pub(super) async fn begin(tx: &mut Tx, id: Uuid, action: Action) -> Result<(ProposalRow, Status), Error> {
    let scope = tx.actor.scope.clone();
    let row = store::find_visible(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    let region = rules::required_region(action, &row.region_code);
    if !scope.allows(region) {
        return Err(Error::about(crate::proposals::problems::WIDER_REGION_REQUIRED, region));
    }
    if action == Action::Forward && verified_by(&row, &tx.actor.subject)? {
        return Err(Error::new(crate::proposals::problems::OWN_VERIFICATION));
    }
    tx.if_match.check(row.version)?;
    let to = transitions::next(row.status, action)
        .map_err(|illegal| illegal.problem(crate::proposals::problems::PROPOSAL_INVALID_TRANSITION))?;
    windows::require_open(tx, action).await?;
    Ok((row, to))
}

fn verified_by(row: &ProposalRow, subject: &str) -> Result<bool, Error> {
    Ok(row.village()?.is_some_and(|said| said.by == subject) || row.agency()?.is_some_and(|said| said.by == subject))
}

pub(super) async fn finish(
    tx: &mut Tx,
    mut row: ProposalRow,
    action: Action,
    to: Status,
    note: Option<String>,
) -> Result<RegistryProposal, Error> {
    let from = row.status;
    row.status = to;
    row.version += 1;
    row.updated_at = tx.now;
    store::save(&mut tx.conn, &row).await?;
    if transitions::FINAL.contains(&to) {
        store::delete_open(&mut tx.conn, &row).await?;
    }
    let of = Target { kind: "registry_proposal", id: row.id, region_code: &row.region_code };
    tx.step(of, action.as_str(), Some(from.as_str()), to.as_str(), note);
    publish(tx, &row, to.as_str(), Some(from));
    show(&tx.keys.sealer, row, false)
}

fn publish(tx: &mut Tx, row: &ProposalRow, what: &str, from: Option<Status>) {
    let prefix = match row.kind {
        Kind::NewEntry | Kind::Correction => "registry_proposal",
        Kind::DisputeInclusion | Kind::DisputeExclusion => "registry_dispute",
    };
    tx.publish(NewEvent {
        type_: format!("{prefix}.{what}"),
        subject_kind: "registry_proposal",
        subject_id: row.id,
        region_code: row.region_code.clone(),
        organization_id: row.organization_id,
        data: object!({
            "kind": row.kind, "from": from, "to": row.status, "version": row.version,
            "person_id": row.person_id, "family_id": row.family_id, "program_code": row.program_code,
        }),
    });
}

/// Region code of a proposal that is visible to the caller.
pub async fn find_region(conn: &mut AsyncPgConnection, scope: &RegionScope, id: Uuid) -> Result<Option<String>, Error> {
    Ok(store::find_visible(conn, scope, id, Lock::No).await?.map(|row| row.region_code))
}

/// The ids that belong to a proposal.
pub async fn list_known(conn: &mut AsyncPgConnection, why: Unscoped, ids: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    Ok(store::list_known(conn, why, ids).await?)
}

/// All proposals about a person, in any region, for the person's own request.
pub async fn list_about(tx: &mut Tx, person_ids: &[Uuid]) -> Result<Vec<RegistryProposal>, Error> {
    let rows = store::list_about(&mut tx.conn, Unscoped::SubjectRights, person_ids).await?;
    rows.into_iter().map(|row| show(&tx.keys.sealer, row, true)).collect()
}

pub async fn count_open(tx: &mut Tx, person_ids: &[Uuid]) -> Result<usize, Error> {
    let rows = store::list_about(&mut tx.conn, Unscoped::SubjectRights, person_ids).await?;
    Ok(rows.iter().filter(|row| !transitions::FINAL.contains(&row.status)).count())
}

/// Erases identity and free text from a person's proposals; kind, status and dates remain. Returns the ids of the proposals.
pub async fn erase(tx: &mut Tx, person_ids: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    let rows = store::list_about(&mut tx.conn, Unscoped::SubjectRights, person_ids).await?;
    let ids = rows.iter().map(|row| row.id).collect();
    for mut row in rows {
        let sealer = &tx.keys.sealer;
        // No person has this NIK, and no NIK leads to this index.
        row.nik_sealed = sealer.seal(IdentityKind::Nik, row.id, ERASED_NIK)?;
        row.nik_index = sealer.blind_index(IdentityKind::Proposal, &row.id.to_string());
        let content = Content { full_name: crate::erased_text::ERASED.to_owned(), family: None, changes: None };
        row.content_sealed = content.seal(sealer, row.id)?;
        row.submission_hash = Vec::new();
        row.statement = None;
        row.evidence = Value::Array(Vec::new());
        for (step, field) in [(&mut row.agency, "finding"), (&mut row.outcome, "note")] {
            *step = step.take().map(|step| erase_text(step, field));
        }
        row.version += 1;
        row.updated_at = tx.now;
        store::save(&mut tx.conn, &row).await?;
    }
    Ok(ids)
}
