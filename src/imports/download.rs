//! Giving out the file of an export that shows who somebody is: for the purpose it was made for, to be seen by those who stand in it, and
//! only while nobody of them has closed their data since.

use diesel_async::AsyncPgConnection;
use serde_json::Value;
use uuid::Uuid;

use super::export::{ExportParams, Position};
use super::model::ImportKind;
use crate::audit::access::{AccessLog, Revealed};
use crate::auth::Caller;
use crate::db::stored;
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

/// May the caller have it? Leaves the records of it.
pub async fn admit<P>(
    conn: &mut AsyncPgConnection,
    caller: &Caller<P>,
    log: &AccessLog,
    export: Export<'_>,
) -> Result<(), Error> {
    let params: ExportParams = stored::read(export.params, "jobs.params", export.id)?;
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
    // One of before there were passes does not tell who stands in it.
    let position: Option<Position> = stored::read(export.position, "jobs.position", export.id)?;
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
