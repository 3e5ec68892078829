//! Many proposals in one request.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::actions::{self, Submitted};
use super::api::{RegistryProposal, SubmitRegistryProposal};
use crate::batches::{self, BatchQuery, Made};
use crate::error::Error;
use crate::http::problem::Problem;
use crate::http::reply::Reply;
use crate::transaction::Tx;

/// Up to 1,000 proposals at once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RegistryProposalBatch {
    /// The proposals; each is judged by itself.
    #[validate(length(min = 1, max = 1000, code = "too_many"))]
    #[schema(value_type = Vec<SubmitRegistryProposal>, min_items = 1, max_items = 1000)]
    pub items: Vec<serde_json::Value>,
}

/// What became of a batch.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RegistryProposalBatchResult {
    /// One result an item, in order.
    pub items: Vec<RegistryProposalBatchItem>,
}

/// What became of one item.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RegistryProposalBatchItem {
    /// Place in the request, from 0.
    #[schema(example = 0)]
    pub index: usize,
    /// The status it would have had alone.
    #[schema(example = 201)]
    pub status: u16,
    /// The proposal, if it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<RegistryProposal>,
    /// What is wrong, if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub problem: Option<Problem>,
}

pub async fn submit_all(tx: &mut Tx, query: BatchQuery, batch: RegistryProposalBatch) -> Result<Reply, Error> {
    let submit = async |tx: &mut Tx, input| {
        Ok(match actions::submit(tx, input).await? {
            Submitted::New(made) => (201, *made),
            Submitted::Known(made) => (200, *made),
        })
    };
    let item =
        |Made { index, status, resource, problem }| RegistryProposalBatchItem { index, status, resource, problem };
    batches::make_all(tx, "/v1/registry-proposals/batch", query, batch.items, submit, |made| {
        RegistryProposalBatchResult { items: made.into_iter().map(item).collect() }
    })
    .await
}
