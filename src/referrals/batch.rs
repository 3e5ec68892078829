//! Many drafts in one request.

use serde::{Deserialize, Serialize};
use serde_json::json as object;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::actions::{self, Drafted};
use super::api::{CreateReferral, Referral, fault};
use crate::batches::{self, BatchQuery, Made};
use crate::error::Error;
use crate::http::problem::Problem;
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

pub async fn create_all(tx: &mut Tx, query: BatchQuery, batch: ReferralBatch) -> Result<Reply, Error> {
    let mut drafts = batch.items;
    if let Some(need_id) = batch.need_id {
        for fields in drafts.iter_mut().filter_map(|draft| draft.as_object_mut()) {
            fields.entry("need_id").or_insert_with(|| object!(need_id));
        }
    }
    let create = async |tx: &mut Tx, input| {
        Ok(match actions::create(tx, input).await? {
            Drafted::New(made) => (201, made),
            Drafted::Known(made) => (200, made),
        })
    };
    let item = |Made { index, status, resource, problem }| ReferralBatchItem { index, status, resource, problem };
    batches::make_all(tx, "/v1/referrals/batch", query, drafts, create, |made| ReferralBatchResult {
        items: made.into_iter().map(item).collect(),
    })
    .await
}
