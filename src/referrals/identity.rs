//! Identity check of a client: the target sends the NIK from an identity card and gets match or no match. No NIK leaves
//! the registry.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::actions::not_allowed_now;
use super::model::{IdentityMatch, ReferralStatus as Status};
use super::store::{self, Viewpoint};
use crate::clock::local_day;
use crate::db::lock::Lock;
use crate::error::Error;
use crate::http::json::Json;
use crate::regions::{RegionScope, Unscoped};
use crate::registry;
use crate::registry::people::api::NikDigits;
use crate::transaction::Tx;

/// Maximum number of wrong attempts per referral, so that a target cannot guess a NIK.
const MAX_WRONG_ATTEMPTS: i16 = 10;

/// A NIK to compare with the client's.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct MatchIdentity {
    /// NIK from the identity card; 16 digits.
    pub nik: NikDigits,
}

/// Result of an identity check.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IdentityMatchResult {
    /// Result of the comparison. For a referral of a family, the NIK of any member matches.
    pub result: IdentityMatch,
    /// Number of wrong attempts left.
    #[schema(example = 9)]
    pub attempts_left: i16,
}

pub async fn compare(tx: &mut Tx, id: Uuid, body: Json<MatchIdentity>) -> Result<IdentityMatchResult, Error> {
    let actor = tx.actor.clone();
    let view = Viewpoint { scope: &actor.scope, organization: actor.organization_id };
    let mut record =
        store::find_visible(&mut tx.conn, view, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    if actor.organization_id != Some(record.row.target_organization_id) {
        return Err(Error::new(crate::referrals::problems::NOT_THE_TARGET));
    }
    if !matches!(record.row.status, Status::Accepted | Status::InProgress | Status::OnHold | Status::Completed) {
        return Err(not_allowed_now(record.row.status));
    }
    if record.details.match_attempts >= MAX_WRONG_ATTEMPTS {
        return Err(Error::new(crate::referrals::problems::MATCH_ATTEMPTS_USED));
    }
    let nik = registry::people::actions::read_nik(&body.valid()?.nik, local_day(tx.now))?;
    let keys = tx.keys.clone();
    let bearer = registry::people::actions::find_nik_holder(&mut tx.conn, &keys.sealer, &nik).await?;
    let result = match (record.row.person_id, record.row.family_id, bearer) {
        (Some(person), _, Some((_, Some(bearer)))) if person == bearer => IdentityMatch::Match,
        (None, Some(family), Some((of, _))) if family == of => IdentityMatch::Match,
        (Some(person), ..) if has_nik(tx, person).await? => IdentityMatch::NoMatch,
        (None, Some(_), _) => IdentityMatch::NoMatch,
        _ => IdentityMatch::Unknown,
    };
    if result == IdentityMatch::NoMatch {
        record.details.match_attempts += 1;
        store::save_details(&mut tx.conn, &record.details).await?;
    }
    tx.audit("referral.match_identity", "referral", record.row.id, Some(&record.row.region_code));
    Ok(IdentityMatchResult { result, attempts_left: MAX_WRONG_ATTEMPTS - record.details.match_attempts })
}

async fn has_nik(tx: &mut Tx, person: Uuid) -> Result<bool, Error> {
    let scope = RegionScope::everything(Unscoped::FollowUpOfScopedAction);
    let found = registry::people::actions::find_person(&mut tx.conn, &scope, person).await?;
    Ok(found.is_some_and(|p| p.nik_sealed.is_some()))
}
