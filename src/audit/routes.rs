//! Endpoint of the audit trail.

use actix_web::get;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::store::{self, AuditRow};
use crate::audit::permissions::AuditRead;
use crate::auth::Caller;
use crate::db::Db;
use crate::error::Error;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::query::Query;
use crate::http::reply::Reply;

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_audit_records);
}

/// An entry of the audit trail.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditRecord {
    /// Id of the entry.
    pub id: Uuid,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The client that called.
    #[schema(example = "demo-desk-bandung")]
    pub client_id: String,
    /// The officer who acted, or the client itself.
    #[schema(example = "bandung-bo-1")]
    pub actor: String,
    /// The action.
    #[schema(example = "complaint.verify")]
    pub action: String,
    /// Kind of the resource.
    #[schema(example = "complaint")]
    pub target_kind: String,
    /// Id of the resource.
    pub target_id: Option<Uuid>,
    /// Region of the resource.
    #[schema(example = "32.04.05.2001")]
    pub region_code: Option<String>,
    /// Organization of the caller.
    pub organization_id: Option<Uuid>,
    /// The stated purpose, if personal data was revealed.
    #[schema(example = "complaint_handling")]
    pub purpose: Option<String>,
    /// Trace id of the request.
    #[schema(example = "0af7651916cd43dd8448eb211c80319c")]
    pub trace_id: String,
}

impl From<AuditRow> for AuditRecord {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id,
            at: row.at,
            client_id: row.client_id,
            actor: row.actor,
            action: row.action,
            target_kind: row.target_kind,
            target_id: row.target_id,
            region_code: row.region_code,
            organization_id: row.organization_id,
            purpose: row.purpose,
            trace_id: row.trace_id,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only entries about this resource.
    pub target_id: Option<Uuid>,
    /// Cursor of the next page, from `next_cursor`.
    pub cursor: Option<String>,
    /// Maximum entries per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// List the audit trail
///
/// Returns who changed or revealed what, newest first, within the caller's regions. Entries contain ids, no personal data.
#[utoipa::path(
    tag = "Audit",
    params(AuditQuery),
    responses((status = 200, description = "A page of entries", body = Page<AuditRecord>)),
    security(("oauth2" = ["audit:read"]))
)]
#[get("/v1/audit-records")]
async fn list_audit_records(caller: Caller<AuditRead>, db: Db, query: Query<AuditQuery>) -> Result<Reply, Error> {
    let page = PageRequest::new(query.value.cursor.as_deref(), query.value.limit, query.filters)?;
    let rows = store::list_visible(&mut *db.read().await?, &caller.scope, query.value.target_id, &page).await?;
    Reply::page(&page.page(rows, |row| Position::at(row.at, row.id), AuditRecord::from))
}
