//! What is held on one person, for whoever it is about: all of it to take along, and none of it when it is to be erased.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::answers::{Family, Person, Viewer, WelfareStatus};
use super::change::{self, Told};
use super::history::{self, RegistryChange};
use super::model::{IdentityStatus, Standing};
use super::moves;
use super::residences::Residences;
use super::rows::{Household, PersonRow};
use super::store::{self, changes, listing, residences};
use crate::auth::sealing::Sealer;
use crate::clock::local_day;
use crate::error::Error;
use crate::regions::RegionScope;
use crate::transaction::Tx;

/// Everything that the registry holds on one person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonExport {
    /// The person, nothing held back.
    pub person: Person,
    /// The family as such; of its members the person alone.
    pub family: Family,
    /// Every ranking of the family.
    pub welfare_statuses: Vec<WelfareStatus>,
    /// Every stay in an institution.
    pub residences: Residences,
    /// Every change of the person's record, oldest first.
    pub history: Vec<RegistryChange>,
}

pub async fn export(
    conn: &mut AsyncPgConnection,
    sealer: &Sealer,
    scope: &RegionScope,
    id: Uuid,
    today: NaiveDate,
) -> Result<PersonExport, Error> {
    let row = store::find_person(conn, scope, id).await?.ok_or_else(Error::not_found)?;
    let family = store::find_family(conn, scope, row.family_id).await?.ok_or_else(Error::not_found)?;
    let homes = listing::list_households_of_visible(conn, vec![family], today).await?;
    let home = homes.into_iter().next().ok_or_else(Error::not_found)?;
    let home = Household {
        participations: home.participations.into_iter().filter(|p| p.person_id.is_none_or(|of| of == id)).collect(),
        members: vec![row.clone()],
        ..home
    };
    let viewer = Viewer { sealer, revealed: true, restricted: true };
    let statuses = store::list_all_statuses_of_visible(conn, &[row.family_id]).await?;
    Ok(PersonExport {
        residences: super::residences::show(&viewer, residences::list_of_visible(conn, id).await?),
        history: history::list_all(conn, sealer, id).await?,
        welfare_statuses: statuses.into_iter().map(WelfareStatus::from).collect(),
        family: viewer.family(home)?,
        person: viewer.person(row)?,
    })
}

/// Stands where a name stood.
pub const ERASED: &str = "***";

/// Forgets who the person is: name, number, birth date, all that was recorded, and what the trail kept of it. An empty
/// record stays, so that what refers to it does not break.
pub async fn erase_identity(tx: &mut Tx, id: Uuid, new_head: Option<Uuid>) -> Result<(), Error> {
    let (family, before) = change::hold_person(tx, id).await?;
    if before.standing == Standing::Active {
        moves::succeed(tx, &family, &[id], new_head).await?;
    }
    let mut after = PersonRow {
        nik_sealed: None,
        identity_status: IdentityStatus::Unknown,
        full_name: ERASED.to_owned(),
        birth_date: None,
        marital_status: None,
        school_level: None,
        school_enrolled: None,
        occupation_class: None,
        disability_type: None,
        disability_severity: None,
        chronic_illness: None,
        pregnant_or_postpartum: None,
        jkn_status: None,
        has_kip: None,
        orphan: None,
        ppks_codes: Vec::new(),
        attributes: serde_json::json!({}),
        standing: if before.standing == Standing::Active { Standing::Removed } else { before.standing },
        ended_on: before.ended_on.or_else(|| Some(local_day(tx.now))),
        ..before.clone()
    };
    change::write_person(tx, &before, &mut after, Told::plain("erase", "erased")).await?;
    changes::delete_identities_of_person(&mut tx.conn, after.family_id, id).await?;
    changes::delete_names(&mut tx.conn, after.family_id, id).await?;
    residences::delete_of_person(&mut tx.conn, id).await?;
    changes::set_values_forgotten(&mut tx.conn, id).await?;
    store::touch_family(&mut tx.conn, after.family_id, tx.now).await?;
    Ok(())
}
