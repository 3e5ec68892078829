//! What the registry holds on one person, for whoever it is about.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::pool::Connection;
use crate::error::Error;
use crate::http::page::PageRequest;
use crate::regions::{RegionScope, Unscoped};
use crate::registry::identity::store::mergers as merger_store;
use crate::registry::institutions::residences::{self, Residence};
use crate::registry::institutions::store as residence_store;
use crate::registry::people::history::{self, RegistryChange, Subject};
use crate::registry::people::responses::{Family, WelfareStatus};
use crate::registry::people::store;
use crate::registry::people::viewer::Viewer;
use crate::registry::rows::MergeRow;

/// Two records that were found to be one person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonMerger {
    /// The record that was merged.
    pub merged_person_id: Uuid,
    /// The record that was kept.
    pub kept_person_id: Uuid,
    /// The officer who found it.
    #[schema(example = "bandung-bo-1")]
    pub actor: String,
    /// When.
    pub merged_at: DateTime<Utc>,
    /// When it was undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub undone_at: Option<DateTime<Utc>>,
}

impl From<MergeRow> for PersonMerger {
    fn from(row: MergeRow) -> Self {
        Self {
            merged_person_id: row.merged_person_id,
            kept_person_id: row.kept_person_id,
            actor: row.actor,
            merged_at: row.merged_at,
            undone_at: row.undone_at,
        }
    }
}

/// What the registry holds on one person, nothing held back.
pub struct HeldOnPerson {
    /// The ids under which the person is known.
    pub ids: Vec<Uuid>,
    /// The household; of its members the person alone.
    pub family: Family,
    pub welfare_statuses: Vec<WelfareStatus>,
    pub residences: Vec<Residence>,
    /// Of the person's records and of the household, oldest first.
    pub history: Vec<RegistryChange>,
    pub mergers: Vec<PersonMerger>,
}

/// 404 for whom the scope does not cover.
pub async fn gather(
    conn: &mut Connection,
    viewer: &Viewer<'_>,
    scope: &RegionScope,
    id: Uuid,
    today: NaiveDate,
) -> Result<HeldOnPerson, Error> {
    let person = store::find_person(conn, scope, id).await?.ok_or_else(Error::not_found)?;
    let home = crate::registry::people::actions::find_household(conn, scope, person.family_id, today).await?;
    let mut home = home.ok_or_else(Error::not_found)?;
    let family_id = person.family_id;
    let ids = crate::registry::people::actions::list_ids_of_person(conn, id).await?;
    home.participations.retain(|held| held.person_id.is_none_or(|of| ids.contains(&of)));
    let (mut stays, mut changes) =
        (Vec::new(), history::list_all(conn, viewer.sealer, Subject::Family(family_id)).await?);
    for id in &ids {
        stays.extend(residence_store::list_of_visible(conn, *id).await?);
        changes.extend(history::list_all(conn, viewer.sealer, Subject::Person(*id)).await?);
    }
    let stays = residences::until_death(&person, stays);
    // Also somebody who died or moved out of the registry may be asked about.
    home.members = vec![person];
    changes.sort_by_key(|change| (change.at, change.id));
    let mergers = merger_store::list_of(conn, Unscoped::SubjectRights, &ids).await?;
    let welfare =
        crate::registry::welfare::statuses::list_statuses(conn, scope, family_id, &PageRequest::longest()).await?;
    Ok(HeldOnPerson {
        family: viewer.family(home)?,
        welfare_statuses: welfare.items,
        residences: residences::show(viewer, stays).items,
        history: changes,
        mergers: mergers.into_iter().map(PersonMerger::from).collect(),
        ids,
    })
}
