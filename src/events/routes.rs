//! Endpoint of the event feed.

use actix_web::get;
use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::order::{self, ChangeWindow, Found, Order, Streams};
use super::store::{self, EventRow};
use crate::auth::Caller;
use crate::db::Db;
use crate::error::Error;
use crate::events::permissions::EventsRead;
use crate::http::page::PageRequest;
use crate::http::query::Query;
use crate::http::reply::Reply;

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_events);
}

/// An event of a complaint, a referral or a registry entry.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Id of the event; unique, also when the event is delivered more than once.
    pub id: Uuid,
    /// Event type: `<resource>.<what happened>`.
    #[serde(rename = "type")]
    #[schema(example = "referral.accepted")]
    pub type_: String,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Kind of the resource.
    #[schema(example = "referral")]
    pub subject_kind: String,
    /// Id of the resource.
    pub subject_id: Uuid,
    /// Region of the resource.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Ids, states and times; never personal data.
    #[schema(value_type = EventData)]
    pub data: serde_json::Value,
}

/// What happened, in ids, states and times. Which fields there are depends on the type of the event; more may be added.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the contract's; each slice writes the fields of its own events")]
struct EventData {
    /// The state before; null where the thing is new.
    #[schema(example = "requested")]
    from: Option<String>,
    /// The state after.
    #[schema(example = "accepted")]
    to: Option<String>,
    /// The state, where it did not change.
    status: Option<String>,
    /// Version of the thing after the change.
    #[schema(example = 3)]
    version: Option<i32>,
    /// The complaint that it belongs to.
    complaint_id: Option<Uuid>,
    /// The service that a referral goes to.
    service_id: Option<Uuid>,
    /// The referral that it belongs to.
    referral_id: Option<Uuid>,
    /// The family.
    family_id: Option<Uuid>,
    /// The person.
    person_id: Option<Uuid>,
    /// The welfare status that is new.
    welfare_status_id: Option<Uuid>,
    /// Where the welfare decile moved: `up` or `down`.
    direction: Option<String>,
    /// The programme.
    program_code: Option<String>,
    /// Code of a programme that changed.
    code: Option<String>,
    /// What changed of a programme.
    what: Option<String>,
    /// The kind of the job, the attachment, the proposal or the request.
    kind: Option<String>,
    /// The kind of thing that an attachment belongs to.
    parent_kind: Option<String>,
    /// The thing that an attachment belongs to.
    parent_id: Option<Uuid>,
    /// What a consent is for.
    purpose: Option<String>,
    /// The lawful basis of a consent.
    lawful_basis: Option<String>,
    /// What a visit came to.
    result: Option<String>,
    /// The deadline that was missed: `first_response` or `resolution`.
    clock: Option<String>,
    /// The deadline.
    due_at: Option<DateTime<Utc>>,
    /// When a referral on hold is to be looked at again.
    review_at: Option<DateTime<Utc>>,
    /// The escalation level.
    level: Option<i16>,
    /// How often a target was reminded.
    reminders: Option<i16>,
    /// What a job counted, by kind of result.
    counts: Option<std::collections::BTreeMap<String, i64>>,
    /// How many rows of a job had faults.
    problems: Option<i64>,
}

impl From<EventRow> for Event {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id,
            type_: row.type_,
            occurred_at: row.occurred_at,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            region_code: row.region_code,
            data: row.data,
        }
    }
}

/// A page of the event feed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    /// Events in the order in which they were committed.
    pub items: Vec<Event>,
    /// Send it as `after` with the next request, also when there were no new events.
    #[schema(example = "AAGTqY0K3d8AZJk3rJQAcp4Jb0mE7wAAAAAAAAAAAA")]
    pub next_cursor: String,
    /// True if more events can be read now.
    pub has_more: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// The `next_cursor` of the last page. Absent: start with the oldest stored event.
    #[serde(rename = "after")]
    #[param(rename = "after")]
    pub cursor: Option<String>,
    /// Only events of this type.
    #[serde(rename = "type")]
    #[param(rename = "type", example = "referral.accepted")]
    pub type_: Option<String>,
    /// Maximum events per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// Read the event feed
///
/// Returns every change of state within the caller's regions or addressed to its organization, at least once and in a stable
/// order. Events are stored for 90 days. A cursor that is older, or from before a restore of the database, gets 410 `cursor-expired`
/// with `resync_cursor`. Store `next_cursor` and send it as `after` with the next request: no later commit can
/// appear before it.
#[utoipa::path(
    tag = "Events",
    params(EventQuery),
    responses((status = 200, description = "A page of events", body = EventPage)),
    security(("oauth2" = ["events:read"]))
)]
#[get("/v1/events")]
async fn list_events(caller: Caller<EventsRead>, db: Db, query: Query<EventQuery>) -> Result<Reply, Error> {
    let page = PageRequest::new(query.value.cursor.as_deref(), query.value.limit, query.filters)?;
    let (scope, organization, type_) = (&caller.scope, caller.organization_id, query.value.type_.as_deref());
    let mut conn = db.read().await?;
    let order = Order::read_latest(&mut conn).await?;
    let after = order::start(&mut conn, order, &page, None).await?;
    let read = async |conn: &mut AsyncPgConnection, window: ChangeWindow| {
        Ok(store::list_visible(conn, scope, organization, type_, &window).await?)
    };
    let key = |row: &EventRow| (Found::In(row.change_id), row.id);
    let streams = Streams::of(scope, organization);
    let found = order::read_after(&mut conn, &streams, order, after, page.limit, read, key).await?;
    // After the last page the cursor moves past all changes, also those of others, so that the next read does not scan them again.
    Reply::ok(&EventPage {
        next_cursor: page.cursor(found.next),
        has_more: found.has_more,
        items: found.rows.into_iter().map(Event::from).collect(),
    })
}
