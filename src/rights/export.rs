//! All that is held on a person, gathered from every slice, in whatever region it lies: the caller was shown to see the
//! person.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::api::{AccessRecord, ProcessingRestriction, SubjectRequest, show};
use super::store;
use crate::audit::store::AuditRow;
use crate::auth::caller::AccessPurpose;
use crate::clock::local_day;
use crate::complaints::subject::ComplaintAbout;
use crate::consents::api::Consent;
use crate::consents::purposes;
use crate::error::Error;
use crate::http::page::{Page, PageRequest, Position};
use crate::proposals::api::RegistryProposal;
use crate::referrals::subject::ReferralAbout;
use crate::registry::answers::{Family, Viewer, WelfareStatus};
use crate::transaction::Tx;
use crate::{audit, complaints, consents, directory, proposals, referrals, registry};

/// All that is held on a person. Of the family, what is the household's; of other members nothing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SubjectExport {
    /// When it was gathered.
    pub generated_at: DateTime<Utc>,
    /// The household with this person as its only member shown, in the clear.
    pub family: Family,
    /// What registry sources said of the household's welfare.
    pub welfare_statuses: Vec<WelfareStatus>,
    /// Complaints about the person or the household.
    pub complaints: Vec<ComplaintAbout>,
    /// Referrals of the person or the household.
    pub referrals: Vec<ReferralAbout>,
    /// Proposals and disputes about the person.
    pub registry_proposals: Vec<RegistryProposal>,
    /// Consents and other lawful bases.
    pub consents: Vec<Consent>,
    /// Restrictions of processing.
    pub restrictions: Vec<ProcessingRestriction>,
    /// Requests that the person made.
    pub subject_requests: Vec<SubjectRequest>,
    /// Who opened the data, when and what for; the latest 200.
    pub access_records: Vec<AccessRecord>,
}

pub async fn gather(tx: &mut Tx, id: Uuid) -> Result<SubjectExport, Error> {
    let (scope, today) = (tx.actor.scope.clone(), local_day(tx.now));
    let home = registry::actions::find_household_of_person(&mut tx.conn, &scope, id, today).await?;
    let mut home = home.ok_or_else(Error::not_found)?;
    let family_id = home.family.id;
    home.members.retain(|member| member.id == id);
    home.participations.retain(|held| held.person_id.is_none_or(|person| person == id));
    let keys = tx.keys.clone();
    let viewer = Viewer { sealer: &keys.sealer, revealed: true, restricted: true };
    let every = PageRequest::longest();
    let welfare = registry::welfare::list_statuses(&mut tx.conn, &scope, family_id, &every).await?;
    let restrictions = store::list_restrictions_of_visible(&mut tx.conn, id).await?;
    let requests = store::list_requests_of_visible(&mut tx.conn, id).await?;
    let now = tx.now;
    Ok(SubjectExport {
        generated_at: now,
        family: viewer.family(home)?,
        welfare_statuses: welfare.items,
        complaints: complaints::subject::list(tx, id, Some(family_id)).await?,
        referrals: referrals::subject::list(tx, id, Some(family_id)).await?,
        registry_proposals: proposals::actions::list_about(tx, id).await?,
        consents: consents::actions::list_about(tx, id, family_id).await?,
        restrictions: restrictions.into_iter().map(ProcessingRestriction::from).collect(),
        subject_requests: requests.into_iter().map(|row| show(row, now)).collect(),
        access_records: list_access(&mut tx.conn, id, &every).await?.items,
    })
}

/// Who opened the data of a person whom the caller was shown to see.
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
