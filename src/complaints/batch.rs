//! Many complaints in one request: one transaction, one result for each, and nothing at all when that was asked for.

use super::actions::{self, Submitted};
use super::api::SubmitComplaint;
use super::api_lists::{BatchQuery, ComplaintBatch, ComplaintBatchItem, ComplaintBatchResult};
use crate::error::Error;
use crate::http::json::parse_value;
use crate::http::problem::Draft;
use crate::http::problem_table::Code;
use crate::http::reply::Reply;
use crate::transaction::Tx;

pub async fn submit_all(tx: &mut Tx, query: BatchQuery, batch: ComplaintBatch) -> Result<Reply, Error> {
    let mut items = Vec::with_capacity(batch.items.len());
    for (index, value) in batch.items.into_iter().enumerate() {
        let outcome = match parse_value::<SubmitComplaint>(value) {
            Ok(input) => tx.attempt(async move |tx: &mut Tx| actions::submit(tx, input).await).await,
            Err(error) => Err(error),
        };
        items.push(match outcome {
            Ok(Submitted::New(made)) => ComplaintBatchItem { index, status: 201, resource: Some(made), problem: None },
            Ok(Submitted::Known(made)) => {
                ComplaintBatchItem { index, status: 200, resource: Some(made), problem: None }
            }
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
    let reply = Reply::multi_status(&ComplaintBatchResult { items })?;
    Ok(if nothing { reply.unchanged() } else { reply })
}

fn failed(tx: &Tx, index: usize, error: Error) -> ComplaintBatchItem {
    let problem = Draft::from(&error).problem("/v1/complaints/batch", &tx.context);
    ComplaintBatchItem { index, status: problem.status, resource: None, problem: Some(problem) }
}
