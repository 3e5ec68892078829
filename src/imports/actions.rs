//! Creates import and export jobs.

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
use crate::db::stored;
use crate::error::Code;
use crate::error::Error;
use crate::jobs::actions::{self, NewJob};
use crate::jobs::api::Job;
use crate::regions::RegionScope;
use crate::transaction::Tx;

/// Enqueues the import of a file that was received.
pub async fn start(tx: &mut Tx, params: ImportParams, upload: &Upload) -> Result<Job, Error> {
    // A file must not permit what the single operation refuses.
    tx.actor.require(params.kind.permission())?;
    let job = NewJob {
        id: Some(upload.id),
        kind: IMPORT,
        scope: tx.actor.scope.clone(),
        params: with_file_hash(params, &tx.keys.sealer, &upload.digest)?,
        total: i64::try_from(upload.records).ok(),
    };
    actions::create(tx, job).await
}

/// The job's parameters with a keyed hash of the file, so that the same import can be found again.
fn with_file_hash(params: ImportParams, sealer: &Sealer, digest: &[u8; 32]) -> Result<Value, Error> {
    let mut params = stored::write(&params)?;
    if let Value::Object(params) = &mut params {
        params.insert("file".to_owned(), sealer.file_hash(digest).into());
    }
    Ok(params)
}

/// The actor's last import of the same file with the same options and in the same regions, as long as the job is stored.
pub async fn find_same(
    conn: &mut Connection,
    sealer: &Sealer,
    actor: &Actor,
    params: ImportParams,
    digest: &[u8; 32],
) -> Result<Option<Job>, Error> {
    let params = with_file_hash(params, sealer, digest)?;
    actions::find_last_like(conn, actor, IMPORT, &params).await
}

/// Enqueues an export of the scope, which is the caller's or a part of it. An export with names needs a purpose, as one with
/// numbers does.
pub async fn start_export(tx: &mut Tx, scope: RegionScope, params: ExportParams) -> Result<Job, Error> {
    if params.purpose.is_none() && (params.reveal || params.kind == ImportKind::Persons) {
        return Err(Error::new(Code::PURPOSE_REQUIRED));
    }
    let job = NewJob { id: None, kind: EXPORT, scope, params: stored::write(&params)?, total: None };
    actions::create(tx, job).await
}
