//! Starting imports and exports.

use super::export::ExportParams;
use super::model::ImportKind;
use super::run::ImportParams;
use super::upload::Upload;
use crate::auth::Actor;
use crate::error::Error;
use crate::http::problem_table::Code;
use crate::jobs::actions::{self, NewJob};
use crate::jobs::api::Job;
use crate::jobs::model::JobKind;
use crate::regions::RegionScope;
use crate::transaction::Tx;

/// May the actor import rows of this kind? A file opens no way to what a single operation would refuse.
pub fn require(actor: &Actor, kind: ImportKind) -> Result<(), Error> {
    if actor.may(kind.permission()) {
        return Ok(());
    }
    Err(Error::about(Code::InsufficientScope, kind.permission().as_str()))
}

/// Queues the import of a file that was taken in.
pub async fn start(tx: &mut Tx, params: ImportParams, upload: &Upload) -> Result<Job, Error> {
    require(&tx.actor, params.kind)?;
    let job = NewJob {
        id: Some(upload.id),
        kind: JobKind::Import,
        scope: tx.actor.scope.clone(),
        params: serde_json::to_value(params).map_err(Error::internal)?,
        total: i64::try_from(upload.records).ok(),
    };
    actions::create(tx, job).await
}

/// Queues an export of what lies in the scope, which is the caller's or less. Of a whole region, names are personal data as numbers are.
pub async fn start_export(tx: &mut Tx, scope: RegionScope, params: ExportParams) -> Result<Job, Error> {
    if params.purpose.is_none() && (params.reveal || params.kind == ImportKind::Persons) {
        return Err(Error::new(Code::PurposeRequired));
    }
    let job = NewJob {
        id: None,
        kind: JobKind::Export,
        scope,
        params: serde_json::to_value(params).map_err(Error::internal)?,
        total: None,
    };
    actions::create(tx, job).await
}
