//! Authorizes the download of an export that identifies persons. The purpose must be that of the export, each download is
//! recorded for the persons in it, and it is refused once one of them has limited the processing of their data.

use diesel_async::AsyncPgConnection;
use serde_json::Value;
use uuid::Uuid;

use super::export::{ExportParams, Position};
use super::model::ImportKind;
use crate::audit::access::{AccessLog, Revealed};
use crate::auth::Caller;
use crate::error::Error;
use crate::http::problem_table::Code;
use crate::registry::limits::{self, Shown};

/// An export that has a result.
pub struct Export<'a> {
    pub id: Uuid,
    pub region_code: &'a str,
    pub params: &'a Value,
    pub position: &'a Value,
}

/// Checks that the caller may download the file, and writes the access records.
pub async fn authorize<P>(
    conn: &mut AsyncPgConnection,
    caller: &Caller<P>,
    log: &AccessLog,
    export: Export<'_>,
) -> Result<(), Error> {
    let params: ExportParams = serde_json::from_value(export.params.clone()).map_err(Error::internal)?;
    let given = if params.reveal {
        let revealed = caller.reveal()?;
        revealed.ok_or_else(|| Error::about(Code::InsufficientScope, "pii:reveal"))?
    } else if params.kind == ImportKind::Persons {
        caller.purpose()?.ok_or_else(|| Error::new(Code::PurposeRequired))?
    } else {
        return Ok(());
    };
    if params.purpose != Some(given) {
        return Err(Error::new(Code::PurposeDiffers));
    }
    // An export made before passes existed cannot identify the persons in it.
    let position: Option<Position> = serde_json::from_value(export.position.clone()).ok();
    let pass = position.map(|at| at.pass).filter(|pass| !pass.is_nil());
    let pass = pass.ok_or_else(|| Error::new(Code::ExportOutdated))?;
    let shown = if params.kind == ImportKind::Persons { Shown::Persons } else { Shown::Households };
    if limits::is_closed_since(conn, pass, shown, given).await? {
        return Err(Error::new(Code::ExportOutdated));
    }
    let region_code = export.region_code;
    let of_job = Revealed { kind: "job", id: export.id, region_code };
    let of_file = Revealed { kind: "export", id: pass, region_code };
    log.record(conn, caller, given, &[of_job, of_file]).await
}
