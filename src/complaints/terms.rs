//! How long a reporter has to answer, to confirm, and to ask for reopening: data, the nearest region's row.

use super::store::parts::{self, TermsRow};
use crate::error::Error;
use crate::regions::{RegionCode, Unscoped};
use crate::transaction::Tx;

pub async fn of(tx: &mut Tx, region_code: &str) -> Result<TermsRow, Error> {
    let region = RegionCode::stored(region_code.to_owned());
    let around: Vec<&str> = region.lineage().chain(std::iter::once("ID")).collect();
    let found = parts::find_terms(&mut tx.conn, Unscoped::ServiceStandards, &around).await?;
    found.ok_or_else(|| Error::internal("the terms of the whole country are missing"))
}
