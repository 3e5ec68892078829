//! Who may see an attachment: whoever may see its parent. Each parent's slice answers for itself.

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::api::AttachmentParent;
use super::model::AttachmentParentKind as Kind;
use crate::auth::Actor;
use crate::error::Error;
use crate::regions::Unscoped;
use crate::{complaints, proposals, referrals};

/// A parent that the caller was shown to see.
pub struct Parent {
    pub region_code: String,
    /// The organization referred to, where there is one.
    pub target: Option<Uuid>,
}

/// The same for a caller: who may not read complaints sees no paper of one, whatever else it may do.
pub async fn find_readable(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    parent: AttachmentParent,
) -> Result<Option<Parent>, Error> {
    let needs = match parent.kind {
        Kind::Complaint => crate::complaints::permissions::COMPLAINTS_READ,
        Kind::Referral => crate::referrals::permissions::REFERRALS_READ,
        Kind::RegistryProposal => crate::registry::permissions::REGISTRY_READ,
    };
    if actor.may(needs) { find_visible(conn, actor, parent).await } else { Ok(None) }
}

pub async fn find_visible(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    parent: AttachmentParent,
) -> Result<Option<Parent>, Error> {
    Ok(match parent.kind {
        Kind::Complaint => complaints::actions::find_region(conn, &actor.scope, parent.id)
            .await?
            .map(|region_code| Parent { region_code, target: None }),
        Kind::Referral => referrals::actions::find_place(conn, &actor.scope, actor.organization_id, parent.id)
            .await?
            .map(|(region_code, target)| Parent { region_code, target: Some(target) }),
        Kind::RegistryProposal => proposals::actions::find_region(conn, &actor.scope, parent.id)
            .await?
            .map(|region_code| Parent { region_code, target: None }),
    })
}

/// Those of the ids that no longer name anything.
pub async fn list_gone(
    conn: &mut AsyncPgConnection,
    why: Unscoped,
    kind: Kind,
    ids: &[Uuid],
) -> Result<Vec<Uuid>, Error> {
    let known = match kind {
        Kind::Complaint => complaints::actions::list_known(conn, why, ids).await?,
        Kind::Referral => referrals::actions::list_known(conn, why, ids).await?,
        Kind::RegistryProposal => proposals::actions::list_known(conn, why, ids).await?,
    };
    Ok(ids.iter().copied().filter(|id| !known.contains(id)).collect())
}
