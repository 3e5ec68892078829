//! Access records for revealed personal data. A read has no transaction of its own, so the record is written before the
//! response. If it cannot be written, there is no response.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::store::{self, AuditRow};
use crate::auth::Actor;
use crate::auth::caller::AccessPurpose;
use crate::clock::Clock;
use crate::error::Error;
use crate::http::request_context::RequestContext;

/// Time and trace id of a reveal.
pub struct AccessLog {
    pub now: DateTime<Utc>,
    trace_id: String,
}

/// The revealed resource.
pub struct Revealed<'a> {
    pub kind: &'static str,
    pub id: Uuid,
    pub region_code: &'a str,
}

impl AccessLog {
    pub async fn record(
        &self,
        conn: &mut AsyncPgConnection,
        actor: &Actor,
        purpose: AccessPurpose,
        targets: &[Revealed<'_>],
    ) -> Result<(), Error> {
        let rows: Vec<AuditRow> = targets
            .iter()
            .map(|target| AuditRow {
                id: Uuid::now_v7(),
                at: self.now,
                client_id: actor.client_id.clone(),
                actor: actor.subject.clone(),
                action: format!("{}.reveal", target.kind),
                target_kind: target.kind.to_owned(),
                target_id: Some(target.id),
                region_code: Some(target.region_code.to_owned()),
                organization_id: actor.organization_id,
                purpose: Some(purpose.as_str().to_owned()),
                trace_id: self.trace_id.clone(),
            })
            .collect();
        Ok(store::insert(conn, &rows).await?)
    }
}

impl FromRequest for AccessLog {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let clock = request.app_data::<web::Data<Clock>>();
        ready(
            clock
                .map(|clock| Self { now: clock.now(), trace_id: RequestContext::of(request).trace_id })
                .ok_or_else(|| Error::internal("the application state is incomplete")),
        )
    }
}
