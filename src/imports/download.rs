//! Authorizes the download of an export that identifies persons. The purpose must be that of the export, each download is
//! recorded for the persons in it, and it is refused once one of them has limited the processing of their data.

use diesel_async::AsyncPgConnection;

use super::export::{ExportParams, Position};
use super::model::ImportKind;
use crate::audit::access::{AccessLog, Revealed};
use crate::auth::Caller;
use crate::db::stored;
use crate::error::Code;
use crate::error::Error;
use crate::jobs::store::JobRow;
use crate::registry::privacy::limits::{self, Shown};

/// Checks that the caller may download the file, and records that the data of each person in it was revealed.
pub async fn authorize<P>(
    conn: &mut AsyncPgConnection,
    caller: &Caller<P>,
    log: &AccessLog,
    job: &JobRow,
) -> Result<(), Error> {
    let params: ExportParams = stored::read(&job.params, "jobs.params", job.id)?;
    let given = if params.reveal {
        let revealed = caller.reveal()?;
        revealed.ok_or_else(|| Error::about(Code::INSUFFICIENT_SCOPE, "pii:reveal"))?
    } else if params.kind == ImportKind::Persons {
        caller.purpose()?.ok_or_else(|| Error::new(Code::PURPOSE_REQUIRED))?
    } else {
        return Ok(());
    };
    if params.purpose != Some(given) {
        return Err(Error::new(crate::imports::problems::PURPOSE_DIFFERS));
    }
    // An export made before passes existed cannot identify the persons in it.
    let position: Option<Position> = stored::read(&job.position, "jobs.position", job.id)?;
    let pass = position.map(|at| at.pass).filter(|pass| !pass.is_nil());
    let pass = pass.ok_or_else(|| Error::new(crate::imports::problems::EXPORT_OUTDATED))?;
    let shown = if params.kind == ImportKind::Persons { Shown::Persons } else { Shown::Households };
    if limits::is_closed_since(conn, pass, shown, given).await? {
        return Err(Error::new(crate::imports::problems::EXPORT_OUTDATED));
    }
    let region_code = &job.region_code;
    let of_job = Revealed { kind: "job", id: job.id, region_code };
    let of_file = Revealed { kind: "export", id: pass, region_code };
    log.record(conn, caller, given, &[of_job, of_file]).await
}
