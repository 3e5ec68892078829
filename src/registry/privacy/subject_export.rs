//! Subject export: all data that the registry stores about one person.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::lock::Lock;
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

/// A merger of two records of one person.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonMerger {
    /// Id of the merged record.
    pub merged_person_id: Uuid,
    /// Id of the remaining record.
    pub kept_person_id: Uuid,
    /// The officer or API client that merged the records.
    #[schema(example = "bandung-bo-1")]
    pub actor: String,
    /// When the records were merged.
    pub merged_at: DateTime<Utc>,
    /// When the merger was undone.
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

/// All data that the registry stores about one person, without masking.
pub struct HeldOnPerson {
    /// The ids of the person's records.
    pub ids: Vec<Uuid>,
    /// The household, with this person as its only listed member.
    pub family: Family,
    pub welfare_statuses: Vec<WelfareStatus>,
    pub residences: Vec<Residence>,
    /// Changes of the person's records and of the household, oldest first.
    pub history: Vec<RegistryChange>,
    pub mergers: Vec<PersonMerger>,
}

/// Returns 404 if the person is outside the scope.
pub async fn gather(
    conn: &mut Connection,
    viewer: &Viewer<'_>,
    scope: &RegionScope,
    id: Uuid,
    today: NaiveDate,
) -> Result<HeldOnPerson, Error> {
    let person = store::find_person(conn, scope, id, Lock::No).await?.ok_or_else(Error::not_found)?;
    let home = crate::registry::people::actions::find_household(conn, scope, person.family_id, today).await?;
    let mut home = home.ok_or_else(Error::not_found)?;
    let family_id = person.family_id;
    let ids = crate::registry::people::actions::list_ids_of_person(conn, id).await?;
    home.participations.retain(|participation| participation.person_id.is_none_or(|of| ids.contains(&of)));
    let (mut stays, mut changes) =
        (Vec::new(), history::list_all(conn, viewer.sealer, Subject::Family(family_id)).await?);
    for id in &ids {
        stays.extend(residence_store::list_of_visible(conn, *id).await?);
        changes.extend(history::list_all(conn, viewer.sealer, Subject::Person(*id)).await?);
    }
    let stays = residences::until_death(&person, stays);
    // The export also covers a person who died or was removed.
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
