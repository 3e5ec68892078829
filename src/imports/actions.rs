//! Starting imports and exports.

use super::export::ExportParams;
use super::run::ImportParams;
use super::upload::Upload;
use crate::error::Error;
use crate::jobs::actions::{self, NewJob};
use crate::jobs::api::Job;
use crate::jobs::model::JobKind;
use crate::regions::RegionScope;
use crate::transaction::Tx;

/// Queues the import of a file that was taken in.
pub async fn start(tx: &mut Tx, params: ImportParams, upload: &Upload) -> Result<Job, Error> {
    let job = NewJob {
        id: Some(upload.id),
        kind: JobKind::Import,
        scope: tx.actor.scope.clone(),
        params: serde_json::to_value(params).map_err(Error::internal)?,
        total: i64::try_from(upload.records).ok(),
    };
    actions::create(tx, job).await
}

/// Queues an export of what lies in the scope, which is the caller's or less.
pub async fn start_export(tx: &mut Tx, scope: RegionScope, params: ExportParams) -> Result<Job, Error> {
    let job = NewJob {
        id: None,
        kind: JobKind::Export,
        scope,
        params: serde_json::to_value(params).map_err(Error::internal)?,
        total: None,
    };
    actions::create(tx, job).await
}
