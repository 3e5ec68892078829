//! Reads of many families at once, for eligibility checks of a batch or a whole region.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use crate::auth::sealing::{IdentityKind, Sealer};
use crate::error::Error;
use crate::regions::{RegionScope, Unscoped};
use crate::registry::identity::nik::ParsedNik;
use crate::registry::people::store::households as store;
use crate::registry::rows::Household;

/// Ids of the family and person of each NIK, in the order given. They are unscoped: read them within a scope next.
pub async fn find_nik_holders(
    conn: &mut AsyncPgConnection,
    sealer: &Sealer,
    niks: &[ParsedNik],
) -> Result<Vec<Option<(Uuid, Option<Uuid>)>>, Error> {
    if niks.is_empty() {
        return Ok(Vec::new());
    }
    let indexes: Vec<Vec<u8>> =
        niks.iter().map(|nik| sealer.blind_index(IdentityKind::Nik, nik.nik.expose())).collect();
    let asked: Vec<&[u8]> = indexes.iter().map(Vec::as_slice).collect();
    let found = crate::registry::people::store::list_identities(conn, Unscoped::ReadWithinScopeNext, &asked).await?;
    let found: HashMap<Vec<u8>, _> =
        found.into_iter().map(|(index, family, person)| (index, (family, person))).collect();
    Ok(indexes.iter().map(|index| found.get(index).copied()).collect())
}

/// Family ids by person id, for those of the persons that the scope covers.
pub async fn find_families_of(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    persons: &[Uuid],
) -> Result<HashMap<Uuid, Uuid>, Error> {
    if persons.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(store::list_families_of_persons(conn, scope, persons).await?.into_iter().collect())
}

/// Those of the families that the scope covers, with their welfare status as of a day.
pub async fn find_households(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    families: &[Uuid],
    on: NaiveDate,
) -> Result<Vec<Household>, Error> {
    Ok(store::list_households(conn, scope, families, on).await?)
}

/// The next families of the scope after a position, in order of village and id.
pub async fn next_households(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    after: Option<&(String, Uuid)>,
    limit: i64,
    on: NaiveDate,
) -> Result<Vec<Household>, Error> {
    Ok(store::list_households_after(conn, scope, after, limit, on).await?)
}

/// A pseudorandom sample of families of the scope, the same at each call.
pub async fn sample_households(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    size: i64,
    on: NaiveDate,
) -> Result<Vec<Household>, Error> {
    let drawn = store::list_sample(conn, scope, size).await?;
    Ok(store::list_households(conn, scope, &drawn, on).await?)
}

pub async fn count_families(conn: &mut AsyncPgConnection, scope: &RegionScope) -> Result<i64, Error> {
    Ok(store::count_families(conn, scope).await?)
}
