//! Many proposals in one request.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::actions;
use super::api::{RegistryProposal, SubmitRegistryProposal};
use crate::batches::{self, BatchQuery, ItemResult};
use crate::error::Error;
use crate::http::problem::Problem;
use crate::http::reply::Reply;
use crate::transaction::Tx;

/// Up to 1,000 proposals in one request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RegistryProposalBatch {
    /// The proposals. Each one is validated independently of the others.
    #[validate(length(min = 1, max = 1000, code = "too_many"))]
    #[schema(value_type = Vec<SubmitRegistryProposal>, min_items = 1, max_items = 1000)]
    pub items: Vec<serde_json::Value>,
}

/// Result of a batch.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RegistryProposalBatchResult {
    /// One result per item, in the order of the request.
    pub items: Vec<RegistryProposalBatchItem>,
}

/// Result of one item of a batch.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RegistryProposalBatchItem {
    /// Index of the item in the request, from 0.
    #[schema(example = 0)]
    pub index: usize,
    /// HTTP status that the item would have as a single request.
    #[schema(example = 201)]
    pub status: u16,
    /// The proposal, if the item succeeded.
    pub resource: Option<RegistryProposal>,
    /// The problem, if the item failed.
    #[schema(nullable, example = json!(null))]
    pub problem: Option<Problem>,
}

pub async fn submit_all(tx: &mut Tx, query: BatchQuery, batch: RegistryProposalBatch) -> Result<Reply, Error> {
    let submit = async |tx: &mut Tx, input| actions::submit(tx, input).await;
    let item = |ItemResult { index, status, resource, problem }| RegistryProposalBatchItem {
        index,
        status,
        resource,
        problem,
    };
    batches::create_all(tx, "/v1/registry-proposals/batch", query, batch.items, submit, |made| {
        RegistryProposalBatchResult { items: made.into_iter().map(item).collect() }
    })
    .await
}
