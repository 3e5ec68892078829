//! The calendar of proposals, as it stands in the database, and who changes it.

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

/// The days of one month on which proposals are taken, in western Indonesia (UTC+7).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RegistryProposalWindow {
    /// The month, or `default` for every month without a calendar of its own.
    #[schema(example = "2026-12")]
    pub period: String,
    /// Does the month have a calendar of its own? Otherwise the default's days are shown.
    #[schema(example = false)]
    pub own: bool,
    /// First day on which proposals are taken.
    #[schema(minimum = 1, maximum = 31, example = 1)]
    pub submit_from: i16,
    /// Last day on which proposals are taken.
    #[schema(minimum = 1, maximum = 31, example = 11)]
    pub submit_until: i16,
    /// Last day of the village's verification.
    #[schema(minimum = 1, maximum = 31, example = 14)]
    pub village_until: i16,
    /// Last day of the agency's verification and of forwarding.
    #[schema(minimum = 1, maximum = 31, example = 17)]
    pub agency_until: i16,
    /// Where the calendar comes from.
    #[schema(example = "Surat Dirjen 12/2026")]
    pub source: String,
    /// Version, as in the `ETag`; 0 for a month without a calendar of its own.
    #[schema(example = 1)]
    pub version: i32,
}

/// A month's calendar, or the default.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "in_order"))]
pub struct SetRegistryProposalWindow {
    /// First day on which proposals are taken.
    #[schema(minimum = 1, maximum = 31, example = 1)]
    pub submit_from: i16,
    /// Last day on which proposals are taken.
    #[schema(minimum = 1, maximum = 31, example = 11)]
    pub submit_until: i16,
    /// Last day of the village's verification.
    #[schema(minimum = 1, maximum = 31, example = 14)]
    pub village_until: i16,
    /// Last day of the agency's verification and of forwarding.
    #[schema(minimum = 1, maximum = 31, example = 17)]
    pub agency_until: i16,
    /// Where the calendar comes from: a decree or a letter.
    pub source: ShortText,
}

fn in_order(input: &SetRegistryProposalWindow) -> Result<(), ValidationError> {
    let window = Window {
        submit_from: input.submit_from,
        submit_until: input.submit_until,
        village_until: input.village_until,
        agency_until: input.agency_until,
    };
    if window.is_sound() { Ok(()) } else { Err(ValidationError::new("window_order")) }
}

/// Every calendar that was entered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RegistryProposalWindows {
    /// The month of today in western Indonesia.
    pub current: RegistryProposalWindow,
    /// The default and every month with a calendar of its own.
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

/// The month's own row, or the default's.
fn of<'a>(rows: &'a [WindowRow], period: &str) -> Result<&'a WindowRow, Error> {
    let own = rows.iter().find(|row| row.period == period);
    let found = own.or_else(|| rows.iter().find(|row| row.period == DEFAULT));
    found.ok_or_else(|| Error::internal("there is no default proposal window"))
}

/// Refuses a step outside its days, and says when it opens again.
pub async fn require_open(tx: &mut Tx, action: Action) -> Result<(), Error> {
    let today = local_day(tx.now);
    let (this, next) = (rules::period_of(today), rules::period_after(today));
    let rows = store::list_windows(&mut tx.conn, &[&this, &next]).await?;
    let (now, then) = (of(&rows, &this)?.window(), of(&rows, &next)?.window());
    match now.next_opening(action, today, &then) {
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
    Ok(show(of(&rows, period)?, period))
}

pub async fn set(
    tx: &mut Tx,
    period: String,
    body: Json<SetRegistryProposalWindow>,
) -> Result<RegistryProposalWindow, Error> {
    if !rules::is_period(&period) {
        return Err(Error::not_found());
    }
    // What holds for the whole country takes a token for the whole country.
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
