//! Endpoint of exports.

use actix_web::post;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::actions;
use super::export::ExportParams;
use super::model::ImportKind;
use crate::audit::access::{AccessLog, Revealed};
use crate::auth::Caller;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::reply::Reply;
use crate::jobs::actions::accepted;
use crate::jobs::api::Job;
use crate::regions::{RegionCode, RegionScope};
use crate::registry::permissions::RegistryRead;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(export_file);
}

/// What to export.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "kind": "persons", "region_code": "32.04" }))]
pub struct ExportFile {
    /// Kind of the rows.
    pub kind: ImportKind,
    /// Only this region. When absent, all regions of the caller.
    #[schema(value_type = Option<String>)]
    pub region_code: Option<RegionCode>,
    /// Show numbers, addresses and birth dates unmasked. Needs `pii:reveal` and `Access-Purpose`.
    pub reveal: Option<bool>,
}

/// Export a file
///
/// Enqueues a job that exports to a CSV file, within the caller's regions. Download the file from `GET /v1/jobs/{id}/result`.
/// Its columns are those of an import of the same kind.
///
/// Values are masked as in lists. With `reveal` they are not masked, and the file can be imported again. Persons who restricted
/// the processing of their data, and erased persons, are excluded.
///
/// `Access-Purpose` is required with `reveal`, and always for `persons`, because their names are shown. Each exported person
/// gets an access record. Each download needs the same purpose and is recorded for these persons too.
#[utoipa::path(
    tag = "Imports",
    request_body = ExportFile,
    responses((status = 202, description = "The job that exports", body = Job)),
    extensions(("x-reveals" = json!(true))),
    security(("oauth2" = ["registry:read"]))
)]
#[post("/v1/exports")]
async fn export_file(
    caller: Caller<RegistryRead>,
    write: Write,
    log: AccessLog,
    body: Json<ExportFile>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    let input = body.valid()?;
    let reveal = input.reveal.unwrap_or(false);
    if reveal {
        caller.require(crate::auth::permissions::PII_REVEAL)?;
    }
    let purpose =
        if reveal { caller.reveal()? } else { caller.purpose()?.filter(|_| input.kind == ImportKind::Persons) };
    write
        .run(&caller, digest, async move |tx| {
            let scope = match &input.region_code {
                Some(region) => {
                    tx.actor.scope.require(region)?;
                    RegionScope::from_codes(&[region.as_str()])
                }
                None => tx.actor.scope.clone(),
            };
            let params = ExportParams { kind: input.kind, reveal, purpose };
            let job = actions::start_export(tx, scope.clone(), params).await?;
            if let Some(purpose) = purpose {
                let actor = tx.actor.clone();
                let enclosing = scope.enclosing_region();
                let revealed = Revealed { kind: "job", id: job.id, region_code: &enclosing };
                log.record(&mut tx.conn, &actor, purpose, &[revealed]).await?;
            }
            accepted(&job)
        })
        .await
}
