//! Many drafts in one request: one transaction, one result for each, and nothing at all when that was asked for.

use serde::{Deserialize, Serialize};
use serde_json::json as object;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::actions::{self, Drafted};
use super::api::{CreateReferral, Referral, fault};
use crate::error::Error;
use crate::http::json::parse_value;
use crate::http::problem::{Draft, Problem};
use crate::http::problem_table::Code;
use crate::http::reply::Reply;
use crate::transaction::Tx;

/// Up to 200 drafts at once, such as one need that goes to several services.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "batch_fits"))]
pub struct ReferralBatch {
    /// The need that all of them share, unless an item names its own. Made by the client (UUIDv7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need_id: Option<Uuid>,
    /// The drafts; each is judged by itself.
    #[validate(length(min = 1, max = 200, code = "too_many"))]
    #[schema(value_type = Vec<CreateReferral>, min_items = 1, max_items = 200)]
    pub items: Vec<serde_json::Value>,
}

fn batch_fits(input: &ReferralBatch) -> Result<(), ValidationError> {
    if input.need_id.is_some_and(|id| id.get_version_num() != 7) {
        return fault("not_uuid_v7", "/need_id");
    }
    Ok(())
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReferralBatchQuery {
    /// All or nothing: one failing item undoes the rest, which then show 424.
    #[serde(default)]
    #[param(default = false)]
    pub atomic: bool,
    /// Judge everything, write nothing.
    #[serde(default)]
    #[param(default = false)]
    pub dry_run: bool,
}

/// What became of a batch.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReferralBatchResult {
    /// One result an item, in order.
    pub items: Vec<ReferralBatchItem>,
}

/// What became of one draft.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReferralBatchItem {
    /// Place in the request, from 0.
    #[schema(example = 0)]
    pub index: usize,
    /// The status it would have had alone.
    #[schema(example = 201)]
    pub status: u16,
    /// The referral, if it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Referral>,
    /// What is wrong, if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub problem: Option<Problem>,
}

pub async fn create_all(tx: &mut Tx, query: ReferralBatchQuery, batch: ReferralBatch) -> Result<Reply, Error> {
    let need_id = batch.need_id;
    let mut items = Vec::with_capacity(batch.items.len());
    for (index, mut value) in batch.items.into_iter().enumerate() {
        if let (Some(need_id), Some(fields)) = (need_id, value.as_object_mut()) {
            fields.entry("need_id").or_insert_with(|| object!(need_id));
        }
        let outcome = match parse_value::<CreateReferral>(value) {
            Ok(input) => tx.attempt(async move |tx: &mut Tx| actions::create(tx, input).await).await,
            Err(error) => Err(error),
        };
        items.push(match outcome {
            Ok(Drafted::New(made)) => ReferralBatchItem { index, status: 201, resource: Some(made), problem: None },
            Ok(Drafted::Known(made)) => ReferralBatchItem { index, status: 200, resource: Some(made), problem: None },
            // A fault of the service is no result of an item: the whole request fails and can be sent again.
            Err(error) if error.code.row().status >= 500 => return Err(error),
            Err(error) => failed(tx, index, error),
        });
    }
    let undone = query.atomic && items.iter().any(|item| item.problem.is_some());
    if undone {
        for item in items.iter_mut().filter(|item| item.problem.is_none()) {
            *item = failed(tx, item.index, Error::new(Code::BatchUndone));
        }
    }
    let nothing = undone || query.dry_run || items.iter().all(|item| item.status != 201);
    let reply = Reply::multi_status(&ReferralBatchResult { items })?;
    Ok(if nothing { reply.unchanged() } else { reply })
}

fn failed(tx: &Tx, index: usize, error: Error) -> ReferralBatchItem {
    let problem = Draft::from(&error).problem("/v1/referrals/batch", &tx.context);
    ReferralBatchItem { index, status: problem.status, resource: None, problem: Some(problem) }
}
