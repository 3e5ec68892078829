//! Starting imports and exports.

use serde_json::Value;

use super::export::EXPORT;
use super::export::ExportParams;
use super::model::ImportKind;
use super::run::IMPORT;
use super::run::ImportParams;
use super::upload::Upload;
use crate::auth::Actor;
use crate::auth::sealing::Sealer;
use crate::db::pool::Connection;
use crate::error::Code;
use crate::error::Error;
use crate::jobs::actions::{self, NewJob};
use crate::jobs::api::Job;
use crate::regions::RegionScope;
use crate::transaction::Tx;

/// Queues the import of a file that was taken in.
pub async fn start(tx: &mut Tx, params: ImportParams, upload: &Upload) -> Result<Job, Error> {
    // A file opens no way to what a single operation would refuse.
    tx.actor.require(params.kind.permission())?;
    let job = NewJob {
        id: Some(upload.id),
        kind: IMPORT,
        scope: tx.actor.scope.clone(),
        params: marked(params, &tx.keys.sealer, &upload.digest)?,
        total: i64::try_from(upload.records).ok(),
    };
    actions::create(tx, job).await
}

/// What the job is told, with a mark of the file, so that the very same import is found again.
fn marked(params: ImportParams, sealer: &Sealer, digest: &[u8; 32]) -> Result<Value, Error> {
    let mut params = serde_json::to_value(params).map_err(Error::internal)?;
    if let Value::Object(params) = &mut params {
        params.insert("file".to_owned(), sealer.file_mark(digest).into());
    }
    Ok(params)
}

/// The actor's last import of a file with this content, with the same options and in the same regions, as long as jobs are kept.
pub async fn find_same(
    conn: &mut Connection,
    sealer: &Sealer,
    actor: &Actor,
    params: ImportParams,
    digest: &[u8; 32],
) -> Result<Option<Job>, Error> {
    let params = marked(params, sealer, digest)?;
    actions::find_last_like(conn, actor, IMPORT, &params).await
}

/// Queues an export of what lies in the scope, which is the caller's or less. Of a whole region, names are personal data as numbers are.
pub async fn start_export(tx: &mut Tx, scope: RegionScope, params: ExportParams) -> Result<Job, Error> {
    if params.purpose.is_none() && (params.reveal || params.kind == ImportKind::Persons) {
        return Err(Error::new(Code::PURPOSE_REQUIRED));
    }
    let job = NewJob {
        id: None,
        kind: EXPORT,
        scope,
        params: serde_json::to_value(params).map_err(Error::internal)?,
        total: None,
    };
    actions::create(tx, job).await
}
