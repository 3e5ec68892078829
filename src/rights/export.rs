//! Export of all data about a person, from every slice and every region. The caller must be allowed to see the person.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::api::{AccessRecord, ProcessingRestriction, SubjectRequest, show};
use super::store;
use crate::attachments::api::AttachmentAbout;
use crate::audit::store::AuditRow;
use crate::auth::caller::AccessPurpose;
use crate::clock::local_day;
use crate::complaints::subject::ComplaintAbout;
use crate::consents::api::Consent;
use crate::error::Error;
use crate::http::page::{Page, PageRequest, Position};
use crate::messages::api::Message;
use crate::objections::api::ObjectionEvidence;
use crate::proposals::api::RegistryProposal;
use crate::purposes;
use crate::referrals::subject::ReferralAbout;
use crate::registry::institutions::residences::Residence;
use crate::registry::people::history::RegistryChange;
use crate::registry::people::responses::{Family, WelfareStatus};
use crate::registry::people::viewer::Viewer;
use crate::registry::privacy::subject_export::PersonMerger;
use crate::sync::api::Visit;
use crate::transaction::Tx;
use crate::{
    attachments, audit, complaints, consents, directory, messages, objections, proposals, referrals, registry, sync,
};

/// All stored data about a person, including data of the household as a whole, without data of other members.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SubjectExport {
    /// Time of the export.
    pub generated_at: DateTime<Utc>,
    /// The household, unmasked, with this person as its only member.
    pub family: Family,
    /// Mergers of duplicate records of this person.
    pub mergers: Vec<PersonMerger>,
    /// Welfare statuses of the household, from all registry sources.
    pub welfare_statuses: Vec<WelfareStatus>,
    /// Stays in institutions.
    pub residences: Vec<Residence>,
    /// Every change of the person's record and the household's, oldest first.
    pub history: Vec<RegistryChange>,
    /// Complaints about the person or the household; with notes, questions and steps if the person is the reporter.
    pub complaints: Vec<ComplaintAbout>,
    /// Disputed eligibility results.
    pub objections: Vec<ObjectionEvidence>,
    /// Messages sent to the person as a reporter, with the telephone number.
    pub messages: Vec<Message>,
    /// Referrals of the person or the household.
    pub referrals: Vec<ReferralAbout>,
    /// Photos and documents of these complaints and referrals, each with a download link that is valid for one hour.
    pub attachments: Vec<AttachmentAbout>,
    /// Visits to the household.
    pub visits: Vec<Visit>,
    /// Proposals and disputes about the person.
    pub registry_proposals: Vec<RegistryProposal>,
    /// Consents and other lawful bases.
    pub consents: Vec<Consent>,
    /// Restrictions of processing.
    pub restrictions: Vec<ProcessingRestriction>,
    /// Requests of the person as a data subject.
    pub subject_requests: Vec<SubjectRequest>,
    /// Accesses to the data: who, when and for which purpose; the latest 200.
    pub access_records: Vec<AccessRecord>,
}

pub async fn gather(tx: &mut Tx, id: Uuid) -> Result<SubjectExport, Error> {
    let (scope, today, now) = (tx.actor.scope.clone(), local_day(tx.now), tx.now);
    let keys = tx.keys.clone();
    let viewer = Viewer { sealer: &keys.sealer, revealed: true, restricted: true };
    let registry = registry::privacy::subject_export::gather(&mut tx.conn, &viewer, &scope, id, today).await?;
    let (ids, family_id) = (registry.ids, registry.family.id);
    let complaints = complaints::subject::list(tx, &ids, Some(family_id)).await?;
    let referrals = referrals::subject::list(tx, &ids, Some(family_id)).await?;
    let about: Vec<Uuid> = complaints.iter().map(|complaint| complaint.id).collect();
    let reported: Vec<Uuid> = complaints.iter().filter(|c| c.complainant.is_some()).map(|c| c.id).collect();
    let parents: Vec<Uuid> = about.iter().copied().chain(referrals.iter().map(|r| r.id)).collect();
    let restrictions = store::list_restrictions_of_visible(&mut tx.conn, id).await?;
    let requests = store::list_requests_of_visible(&mut tx.conn, id).await?;
    Ok(SubjectExport {
        generated_at: now,
        family: registry.family,
        mergers: registry.mergers,
        welfare_statuses: registry.welfare_statuses,
        residences: registry.residences,
        history: registry.history,
        objections: objections::actions::list_about(tx, &ids, family_id).await?,
        messages: messages::actions::list_about(tx, &reported).await?,
        attachments: attachments::actions::list_about(tx, &parents).await?,
        visits: sync::subject::list_about(tx, family_id, &about).await?,
        registry_proposals: proposals::actions::list_about(tx, &ids).await?,
        consents: consents::actions::list_about(tx, &ids, family_id).await?,
        complaints,
        referrals,
        restrictions: restrictions.into_iter().map(ProcessingRestriction::from).collect(),
        subject_requests: requests.into_iter().map(|row| show(row, now)).collect::<Result<_, _>>()?,
        access_records: list_access(&mut tx.conn, id, &PageRequest::longest()).await?.items,
    })
}

/// Accesses to the data of a person. The caller must be allowed to see the person.
pub async fn list_access(
    conn: &mut crate::db::pool::Connection,
    person_id: Uuid,
    page: &PageRequest,
) -> Result<Page<AccessRecord>, Error> {
    let rows = audit::store::list_reveals_of_visible(conn, person_id, page).await?;
    let mut organizations: Vec<Uuid> = rows.iter().filter_map(|row| row.organization_id).collect();
    organizations.sort();
    organizations.dedup();
    let mut names = Vec::with_capacity(organizations.len());
    for id in organizations {
        names.push((id, directory::actions::find_organization(conn, id, None).await?.map(|o| o.name)));
    }
    let name = |id: Option<Uuid>| names.iter().find(|(of, _)| Some(*of) == id).and_then(|(_, name)| name.clone());
    let position = |row: &AuditRow| Position::at(row.at, row.id);
    Ok(page.page(rows, position, |row| {
        let purpose = row.purpose.unwrap_or_default();
        let basis = purpose.parse::<AccessPurpose>().ok().and_then(purposes::basis_of);
        AccessRecord {
            id: row.id,
            at: row.at,
            action: row.action,
            actor: row.actor,
            client_id: row.client_id,
            organization_name: name(row.organization_id),
            organization_id: row.organization_id,
            purpose,
            lawful_basis: basis.map(|b| b.lawful_basis.to_string()),
            legal_reference: basis.map(|b| b.legal_reference.clone()),
        }
    }))
}
