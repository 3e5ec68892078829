//! Reads of the registry for its endpoints and other slices. Writes are in `create`, `change` and `welfare`.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use crate::db::lock::Lock;
use crate::registry::identity::nik::{FamilyCardNo, ParsedNik};
use crate::registry::identity::store::mergers as merger_store;
use crate::registry::people::api::{FamilyLookup, NikDigits};
use crate::registry::people::change;
use crate::registry::people::store;
use crate::registry::people::validation;
use crate::registry::rows::{Household, PersonRow};

use crate::auth::caller::AccessPurpose;
use crate::auth::sealing::{IdentityKind, Sealer};
use crate::error::Error;
use crate::regions::{RegionCode, RegionScope, Unscoped};
use crate::registry::people::store::HouseholdOf;
use crate::transaction::Tx;

pub use crate::registry::bulk::synthetic::insert_synthetic;
pub use crate::registry::people::sets::{
    count_families, find_families_of, find_households, find_nik_holders, next_households, sample_households,
};

/// The person or family that a complaint or referral is about.
#[derive(Debug, Clone)]
pub struct Subject {
    pub person_id: Option<Uuid>,
    pub family_id: Uuid,
    pub region_code: RegionCode,
    /// The person's name, or that of the family's head.
    pub name: Option<String>,
}

/// The person or the family, if the scope covers it; with both ids the person as a member of that family.
pub async fn find_subject(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    person_id: Option<Uuid>,
    family_id: Option<Uuid>,
) -> Result<Option<Subject>, Error> {
    let mut asked = (person_id, family_id);
    // A merged record is replaced by the one it was merged into.
    for _ in 0..MAX_MERGERS {
        let found = store::find_name(conn, scope, asked.0, asked.1).await?;
        let Some((family, region_code, name, merged_into)) = found else { return Ok(None) };
        match merged_into {
            None => {
                let region_code = RegionCode::stored(region_code);
                return Ok(Some(Subject { person_id: asked.0, family_id: family, region_code, name }));
            }
            Some(target) => asked = if asked.0.is_some() { (Some(target), None) } else { (None, Some(target)) },
        }
    }
    Ok(None)
}

/// Maximum length of a chain of mergers that is followed.
const MAX_MERGERS: usize = 8;

/// All ids of a person: the person's own and those of records that were merged into it.
pub async fn list_ids_of_person(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Vec<Uuid>, Error> {
    let mut known = vec![id];
    let mut last = known.clone();
    for _ in 0..MAX_MERGERS {
        last = merger_store::list_merged_into(conn, Unscoped::ReadWithinScopeNext, &last).await?;
        if last.is_empty() {
            break;
        }
        known.extend_from_slice(&last);
    }
    Ok(known)
}

/// The surviving record: this one, or the one it was merged into.
pub async fn find_surviving_person(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Uuid, Error> {
    let mut current = id;
    for _ in 0..MAX_MERGERS {
        match merger_store::find_merge_target(conn, Unscoped::ReadWithinScopeNext, current).await? {
            Some(next) => current = next,
            None => break,
        }
    }
    Ok(current)
}

/// Ids of the family and person with this NIK. They are unscoped: read them within a scope next.
pub async fn find_nik_holder(
    conn: &mut AsyncPgConnection,
    sealer: &Sealer,
    nik: &ParsedNik,
) -> Result<Option<(Uuid, Option<Uuid>)>, Error> {
    let index = sealer.blind_index(IdentityKind::Nik, nik.nik.expose());
    Ok(store::find_identity(conn, Unscoped::ReadWithinScopeNext, &index).await?)
}

/// A family of the scope with its members, dwelling, programmes and shocks, and its welfare status as of `on`.
pub async fn find_household(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    family_id: Uuid,
    on: NaiveDate,
) -> Result<Option<Household>, Error> {
    Ok(store::find_household(conn, scope, HouseholdOf::Family(family_id), on).await?)
}

/// The same for the family of a person. Follows mergers of the person.
pub async fn find_household_of_person(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    person_id: Uuid,
    on: NaiveDate,
) -> Result<Option<Household>, Error> {
    let mut id = person_id;
    for _ in 0..MAX_MERGERS {
        if let Some(home) = store::find_household(conn, scope, HouseholdOf::Person(id), on).await? {
            return Ok(Some(home));
        }
        match merger_store::find_merge_target(conn, Unscoped::ReadWithinScopeNext, id).await? {
            Some(next) => id = next,
            None => break,
        }
    }
    Ok(None)
}

pub async fn find_person(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> Result<Option<PersonRow>, Error> {
    Ok(store::find_person(conn, scope, id, Lock::No).await?)
}

/// Parses a NIK. Invalid digits are a fault at `/nik`.
pub fn read_nik(digits: &NikDigits, today: NaiveDate) -> Result<ParsedNik, Error> {
    validation::parse_nik(digits, today).map_err(|e| Error::field("/nik", e.code()))
}

/// The person with this NIK, if the scope covers one. Uses two statements, each by primary key.
pub async fn look_up_person(
    conn: &mut AsyncPgConnection,
    sealer: &Sealer,
    scope: &RegionScope,
    nik: &ParsedNik,
) -> Result<Option<PersonRow>, Error> {
    match find_nik_holder(conn, sealer, nik).await? {
        Some((family_id, Some(id))) => Ok(store::find_member(conn, scope, family_id, id).await?),
        _ => Ok(None),
    }
}

/// The family of the person with this NIK, or with this card number. The lookup must have exactly one of the two.
pub async fn look_up_family(
    conn: &mut AsyncPgConnection,
    sealer: &Sealer,
    scope: &RegionScope,
    lookup: FamilyLookup,
    today: NaiveDate,
) -> Result<Option<Household>, Error> {
    let (kind, index) = match (lookup.nik, lookup.family_card_no) {
        (Some(nik), None) => (IdentityKind::Nik, read_nik(&nik, today)?.nik.expose().to_owned()),
        (None, Some(number)) => {
            let number = FamilyCardNo::parse(number.expose());
            let number = number.map_err(|e| Error::field("/family_card_no", e.code()))?;
            (IdentityKind::FamilyCard, number.expose().to_owned())
        }
        _ => return Err(Error::field("", "one_of")),
    };
    let index = sealer.blind_index(kind, &index);
    match store::find_identity(conn, Unscoped::ReadWithinScopeNext, &index).await? {
        Some((family_id, _)) => find_household(conn, scope, family_id, today).await,
        None => Ok(None),
    }
}

/// Raises the version of a family after a dispute was upheld; its ranking does not change. With `person_id` it is the
/// person's present family.
pub async fn record_upheld_dispute(tx: &mut Tx, person_id: Option<Uuid>, family_id: Uuid) -> Result<(), Error> {
    let scope = tx.actor.scope.clone();
    let family_id = match person_id {
        None => family_id,
        Some(id) => {
            let id = find_surviving_person(&mut tx.conn, id).await?;
            store::find_person(&mut tx.conn, &scope, id, Lock::No).await?.map_or(family_id, |person| person.family_id)
        }
    };
    let family =
        store::find_family(&mut tx.conn, &scope, family_id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    store::touch_family(&mut tx.conn, family_id, tx.now).await?;
    crate::registry::people::history::record_fields(tx, "family", family_id, family_id, "dispute-upheld", &[]).await?;
    tx.audit("family.dispute_upheld", "family", family_id, Some(&family.region_code));
    Ok(())
}

/// Requires that the data of a person of the scope may be revealed for this purpose. For data about a person that other
/// slices store.
pub async fn require_open_for(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    person_id: Uuid,
    purpose: AccessPurpose,
) -> Result<(), Error> {
    match store::find_person(conn, scope, person_id, Lock::No).await? {
        Some(row) => row.require_open_for(purpose),
        None => Ok(()),
    }
}

/// Locks a person of the caller's regions, and their family, for the rest of the transaction.
pub async fn lock_person(tx: &mut Tx, id: Uuid) -> Result<PersonRow, Error> {
    Ok(change::lock_person(tx, id).await?.1)
}

/// The next family ids of a scope after one id, in order of id.
pub async fn list_family_ids(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Uuid>, Error> {
    Ok(store::list_family_ids(conn, scope, after, limit).await?)
}
