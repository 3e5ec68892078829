//! Time limits for reporters to answer, to confirm and to ask for reopening. A region sets them for itself and the
//! regions inside it; the smallest region with own terms decides. A time limit that is already running does not change.

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::store::terms::{self as store, TermsRow};
use crate::error::Code;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::text::ShortText;
use crate::regions::{Place, RegionCode, Unscoped};
use crate::transaction::Tx;

/// Time limits for reporters of a region.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ComplaintTerms {
    /// The requested region; `ID` is the country.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// The region that set these terms: the requested one, or the nearest region that contains it.
    #[schema(example = "ID")]
    pub set_in: String,
    /// Working days to answer a question; after that, the complaint is resolved with `no_response`.
    #[schema(example = 10)]
    pub answer_working_days: i16,
    /// Working days to confirm a resolution; after that, the complaint is closed.
    #[schema(example = 10)]
    pub confirm_working_days: i16,
    /// Calendar days in which a resolved or closed complaint can be reopened.
    #[schema(example = 30)]
    pub reopen_days: i16,
    /// Legal basis of the terms.
    #[schema(example = "Perbup Bandung 12/2026")]
    pub source: String,
    /// Id of the officer or client that set them; `system` for the defaults of the release.
    #[schema(example = "bandung-mgr-1")]
    pub set_by: String,
    /// Version of the region's own terms, as in the `ETag`; 0 if the terms are inherited from another region.
    #[schema(example = 1)]
    pub version: i32,
    /// Time of the last change.
    pub updated_at: DateTime<Utc>,
}

/// New terms of a region.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PutComplaintTerms {
    /// Working days to answer a question.
    #[validate(range(min = 1, max = 120, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 120, example = 10)]
    pub answer_working_days: i16,
    /// Working days to confirm a resolution.
    #[validate(range(min = 1, max = 120, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 120, example = 10)]
    pub confirm_working_days: i16,
    /// Calendar days in which a complaint can be reopened; 0 does not allow reopening.
    #[validate(range(min = 0, max = 366, code = "out_of_range"))]
    #[schema(minimum = 0, maximum = 366, example = 30)]
    pub reopen_days: i16,
    /// Legal basis of the terms, such as a decree.
    #[schema(example = "Perbup Bandung 12/2026")]
    pub source: ShortText,
}

fn shown(place: &Place, row: TermsRow) -> ComplaintTerms {
    ComplaintTerms {
        region_code: place.as_str().to_owned(),
        answer_working_days: row.answer_working_days,
        confirm_working_days: row.confirm_working_days,
        reopen_days: row.reopen_days,
        source: row.source,
        set_by: row.set_by,
        version: if row.region_code == place.as_str() { row.version } else { 0 },
        set_in: row.region_code,
        updated_at: row.updated_at,
    }
}

/// The terms in force for complaints of this region.
pub(super) async fn of(tx: &mut Tx, region_code: &str) -> Result<TermsRow, Error> {
    nearest(&mut tx.conn, &Place::of(&RegionCode::stored(region_code.to_owned()))).await
}

async fn nearest(conn: &mut AsyncPgConnection, place: &Place) -> Result<TermsRow, Error> {
    let found = store::find_nearest(conn, Unscoped::ServiceStandards, &place.with_ancestors()).await?;
    found.ok_or_else(|| Error::internal("the terms of the whole country are missing"))
}

/// The terms in force in a region.
pub async fn effective(conn: &mut AsyncPgConnection, place: &Place) -> Result<ComplaintTerms, Error> {
    Ok(shown(place, nearest(conn, place).await?))
}

/// Sets or replaces the terms; returns true if the region had none before. For such a region `If-Match` names version
/// 0.
pub async fn put(tx: &mut Tx, place: &Place, body: Json<PutComplaintTerms>) -> Result<(ComplaintTerms, bool), Error> {
    let old = begin(tx, place).await?;
    let input = body.valid()?;
    let row = TermsRow {
        region_code: place.as_str().to_owned(),
        answer_working_days: input.answer_working_days,
        confirm_working_days: input.confirm_working_days,
        reopen_days: input.reopen_days,
        version: old.as_ref().map_or(0, |o| o.version) + 1,
        updated_at: tx.now,
        source: input.source.into_string(),
        set_by: tx.actor.subject.clone(),
    };
    if old.is_some() {
        store::save_terms(&mut tx.conn, &row).await?;
    } else if !store::insert_terms(&mut tx.conn, &row).await? {
        return Err(Error::new(Code::VERSION_MISMATCH));
    }
    audit(tx, "complaint_terms.set", place);
    Ok((shown(place, row), old.is_none()))
}

/// Removes the region's own terms.
pub async fn remove(tx: &mut Tx, place: &Place) -> Result<(), Error> {
    let old = begin(tx, place).await?.ok_or_else(Error::not_found)?;
    if place.is_country() {
        return Err(Error::new(crate::complaints::problems::TERMS_OF_LAST_RESORT));
    }
    store::delete_terms(&mut tx.conn, &old.region_code).await?;
    audit(tx, "complaint_terms.remove", place);
    Ok(())
}

async fn begin(tx: &mut Tx, place: &Place) -> Result<Option<TermsRow>, Error> {
    place.require(&tx.actor.scope)?;
    let old = store::lock_terms(&mut tx.conn, Unscoped::ServiceStandards, place.as_str()).await?;
    tx.if_match.require(old.as_ref().map_or(0, |row| row.version))?;
    Ok(old)
}

/// Audit row with the nil id: terms have no id, so the audit trail refers to them by region.
fn audit(tx: &mut Tx, action: &str, place: &Place) {
    tx.audit(action, "complaint_terms", Uuid::nil(), Some(place.as_str()));
}
