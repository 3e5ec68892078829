//! The endpoint of exports.

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
    /// What the rows are.
    pub kind: ImportKind,
    /// Only this region; everything the caller covers when absent.
    #[schema(value_type = Option<String>)]
    pub region_code: Option<RegionCode>,
    /// Show numbers, addresses and days of birth in the clear. Needs `pii:reveal` and `Access-Purpose`.
    pub reveal: Option<bool>,
}

/// Export a file
///
/// A job whose result (`GET /v1/jobs/{id}/result`) is a CSV file with the columns that an import of the same kind takes, within the
/// caller's regions. It is masked like every list; with `reveal` it can be imported again as it is. Whoever restricted the use of their
/// data, or was erased, is left out. With `reveal`, and for `persons` in any case, since their names are shown, it needs `Access-Purpose`;
/// each person in it gets an access record, and each download needs the same purpose and is told to them.
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
                let around = scope.around();
                let revealed = Revealed { kind: "job", id: job.id, region_code: &around };
                log.record(&mut tx.conn, &actor, purpose, &[revealed]).await?;
            }
            accepted(&job)
        })
        .await
}
