//! The monthly windows of proposals: API types, reads and changes.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::model::RegistryProposalAction as Action;
use super::rules::{self, Window};
use super::store::{self, WindowRow};
use crate::clock::local_day;
use crate::db::pool::Connection;
use crate::error::Code;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::text::ShortText;
use crate::transaction::Tx;

const DEFAULT: &str = "default";

/// The days of one month on which each step of a proposal is allowed, in western Indonesia (UTC+7).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RegistryProposalWindow {
    /// The month as `YYYY-MM`, or `default` for every month without its own window.
    #[schema(example = "2026-12")]
    pub period: String,
    /// True if the month has its own window; otherwise the days of the default are shown.
    #[schema(example = false)]
    pub own: bool,
    /// First day of the month for submitting.
    #[schema(minimum = 1, maximum = 31, example = 1)]
    pub submit_from: i16,
    /// Last day of the month for submitting.
    #[schema(minimum = 1, maximum = 31, example = 11)]
    pub submit_until: i16,
    /// Last day of the month for verification by the village. Not before `submit_until`.
    #[schema(minimum = 1, maximum = 31, example = 14)]
    pub village_until: i16,
    /// Last day of the month for verification by the agency and for forwarding. Not before `village_until`.
    #[schema(minimum = 1, maximum = 31, example = 17)]
    pub agency_until: i16,
    /// Source of the window: a decree or a letter.
    #[schema(example = "Surat Dirjen 12/2026")]
    pub source: String,
    /// Version, as in the `ETag` header; 0 for a month without its own window.
    #[schema(example = 1)]
    pub version: i32,
}

/// The window of one month, or the default.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "validate_order"))]
pub struct SetRegistryProposalWindow {
    /// First day of the month for submitting.
    #[schema(minimum = 1, maximum = 31, example = 1)]
    pub submit_from: i16,
    /// Last day of the month for submitting.
    #[schema(minimum = 1, maximum = 31, example = 11)]
    pub submit_until: i16,
    /// Last day of the month for verification by the village. Not before `submit_until`.
    #[schema(minimum = 1, maximum = 31, example = 14)]
    pub village_until: i16,
    /// Last day of the month for verification by the agency and for forwarding. Not before `village_until`.
    #[schema(minimum = 1, maximum = 31, example = 17)]
    pub agency_until: i16,
    /// Source of the window: a decree or a letter.
    pub source: ShortText,
}

fn validate_order(input: &SetRegistryProposalWindow) -> Result<(), ValidationError> {
    let window = Window {
        submit_from: input.submit_from,
        submit_until: input.submit_until,
        village_until: input.village_until,
        agency_until: input.agency_until,
    };
    if window.is_valid() { Ok(()) } else { Err(ValidationError::new("window_order")) }
}

/// The proposal windows.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RegistryProposalWindows {
    /// Window of the current month in western Indonesia.
    pub current: RegistryProposalWindow,
    /// The default and every month with its own window.
    #[schema(max_items = 500)]
    pub items: Vec<RegistryProposalWindow>,
}

fn show(row: &WindowRow, period: &str) -> RegistryProposalWindow {
    let own = row.period == period;
    RegistryProposalWindow {
        period: period.to_owned(),
        own,
        submit_from: row.submit_from,
        submit_until: row.submit_until,
        village_until: row.village_until,
        agency_until: row.agency_until,
        source: row.source.clone(),
        version: if own { row.version } else { 0 },
    }
}

/// The month's own row, or the default.
fn effective<'a>(rows: &'a [WindowRow], period: &str) -> Result<&'a WindowRow, Error> {
    let own = rows.iter().find(|row| row.period == period);
    let found = own.or_else(|| rows.iter().find(|row| row.period == DEFAULT));
    found.ok_or_else(|| Error::internal("there is no default proposal window"))
}

/// Refuses a step outside its window, with the day on which the window opens.
pub async fn require_open(tx: &mut Tx, action: Action) -> Result<(), Error> {
    let today = local_day(tx.now);
    let (this, next) = (rules::period_of(today), rules::period_after(today));
    let rows = store::list_windows(&mut tx.conn, &[&this, &next]).await?;
    let (window, next_window) = (effective(&rows, &this)?.window(), effective(&rows, &next)?.window());
    match window.next_opening(action, today, &next_window) {
        None => Ok(()),
        Some(opens_on) => Err(Error::closed_until(crate::proposals::problems::PROPOSAL_WINDOW_CLOSED, opens_on)),
    }
}

pub async fn list(conn: &mut Connection, today: NaiveDate) -> Result<RegistryProposalWindows, Error> {
    let period = rules::period_of(today);
    let current = find(conn, &period).await?;
    let rows = store::list_all_windows(conn).await?;
    Ok(RegistryProposalWindows { current, items: rows.iter().map(|row| show(row, &row.period)).collect() })
}

pub async fn find(conn: &mut Connection, period: &str) -> Result<RegistryProposalWindow, Error> {
    if !rules::is_period(period) {
        return Err(Error::not_found());
    }
    let rows = store::list_windows(conn, &[period]).await?;
    Ok(show(effective(&rows, period)?, period))
}

pub async fn set(
    tx: &mut Tx,
    period: String,
    body: Json<SetRegistryProposalWindow>,
) -> Result<RegistryProposalWindow, Error> {
    if !rules::is_period(&period) {
        return Err(Error::not_found());
    }
    // A window applies to the whole country, so the token must cover it.
    if !tx.actor.scope.is_everything() {
        return Err(Error::new(Code::REGION_NOT_GRANTED));
    }
    store::lock_default_window(&mut tx.conn).await?;
    let before = find(&mut tx.conn, &period).await?;
    tx.if_match.require(before.version)?;
    let input = body.valid()?;
    let row = WindowRow {
        period: period.clone(),
        submit_from: input.submit_from,
        submit_until: input.submit_until,
        village_until: input.village_until,
        agency_until: input.agency_until,
        source: input.source.into_string(),
        version: before.version + 1,
        updated_at: tx.now,
    };
    store::save_window(&mut tx.conn, &row).await?;
    tx.audit_without_id(&format!("registry_proposal_window.set {period}"), "registry_proposal_window");
    Ok(show(&row, &period))
}
