//! Purposes for which a whole family withdrew consent.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::model::LawfulBasis;
use crate::clock::local_day;
use crate::db::schema::consents;

/// Family, purpose, and when the consent was withdrawn, expires, and was recorded.
type Given = (Uuid, String, Option<DateTime<Utc>>, Option<NaiveDate>, DateTime<Utc>);

/// The purposes for which each family withdrew consent as a family and did not consent again. The families must be visible to the
/// caller. A withdrawn purpose is blocked for every member, and for each person who joins later.
pub async fn list_of_visible(
    conn: &mut AsyncPgConnection,
    family_ids: &[Uuid],
) -> QueryResult<HashMap<Uuid, Vec<String>>> {
    if family_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Given> = consents::table
        .filter(consents::family_id.eq_any(family_ids))
        .filter(consents::person_id.is_null())
        .filter(consents::lawful_basis.eq(LawfulBasis::Consent))
        .select((
            consents::family_id,
            consents::purpose,
            consents::withdrawn_at,
            consents::expires_on,
            consents::created_at,
        ))
        .load(conn)
        .await?;
    // A withdrawal ends all consents of its purpose, so an active consent was given later.
    let active: HashSet<(Uuid, &str)> = rows
        .iter()
        .filter(|(_, _, withdrawn_at, expires_on, created_at)| {
            withdrawn_at.is_none() && expires_on.is_none_or(|end| end >= local_day(*created_at))
        })
        .map(|(family_id, purpose, ..)| (*family_id, purpose.as_str()))
        .collect();
    let mut withdrawn: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (family_id, purpose, withdrawn_at, ..) in &rows {
        let purposes = withdrawn.entry(*family_id).or_default();
        if withdrawn_at.is_some() && !active.contains(&(*family_id, purpose.as_str())) && !purposes.contains(purpose) {
            purposes.push(purpose.clone());
        }
    }
    Ok(withdrawn)
}
