//! Access to an attachment follows its parent. Each parent's slice decides for itself.

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::api::AttachmentParent;
use super::model::AttachmentParentKind as Kind;
use crate::auth::Actor;
use crate::error::Error;
use crate::regions::Unscoped;
use crate::{complaints, proposals, referrals};

/// A parent that the caller may see.
pub struct Parent {
    pub region_code: String,
    /// The target organization of a referral.
    pub target: Option<Uuid>,
}

/// Like `find_visible`, but also needs the permission to read such parents.
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
        Kind::Referral => {
            referrals::actions::find_region_and_target(conn, &actor.scope, actor.organization_id, parent.id)
                .await?
                .map(|(region_code, target)| Parent { region_code, target: Some(target) })
        }
        Kind::RegistryProposal => proposals::actions::find_region(conn, &actor.scope, parent.id)
            .await?
            .map(|region_code| Parent { region_code, target: None }),
    })
}

/// The ids for which no parent exists.
pub async fn list_missing(
    conn: &mut AsyncPgConnection,
    why: Unscoped,
    kind: Kind,
    ids: &[Uuid],
) -> Result<Vec<Uuid>, Error> {
    let known = match kind {
        Kind::Complaint => complaints::actions::list_existing(conn, why, ids).await?,
        Kind::Referral => referrals::actions::list_existing(conn, why, ids).await?,
        Kind::RegistryProposal => proposals::actions::list_known(conn, why, ids).await?,
    };
    Ok(ids.iter().copied().filter(|id| !known.contains(id)).collect())
}
