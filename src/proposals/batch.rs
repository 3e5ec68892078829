//! Many proposals in one request: one transaction, one result for each, and nothing at all when that was asked for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::actions::{self, Submitted};
use super::api::{RegistryProposal, SubmitRegistryProposal};
use crate::complaints::api_lists::BatchQuery;
use crate::error::Error;
use crate::http::json::parse_value;
use crate::http::problem::{Draft, Problem};
use crate::http::problem_table::Code;
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
    let mut items = Vec::with_capacity(batch.items.len());
    for (index, value) in batch.items.into_iter().enumerate() {
        let outcome = match parse_value::<SubmitRegistryProposal>(value) {
            Ok(input) => tx.attempt(async move |tx: &mut Tx| actions::submit(tx, input).await).await,
            Err(error) => Err(error),
        };
        let taken = |status, made: Box<RegistryProposal>| RegistryProposalBatchItem {
            index,
            status,
            resource: Some(*made),
            problem: None,
        };
        items.push(match outcome {
            Ok(Submitted::New(made)) => taken(201, made),
            Ok(Submitted::Known(made)) => taken(200, made),
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
    let reply = Reply::multi_status(&RegistryProposalBatchResult { items })?;
    Ok(if nothing { reply.unchanged() } else { reply })
}

fn failed(tx: &Tx, index: usize, error: Error) -> RegistryProposalBatchItem {
    let problem = Draft::from(&error).problem("/v1/registry-proposals/batch", &tx.context);
    RegistryProposalBatchItem { index, status: problem.status, resource: None, problem: Some(problem) }
}
