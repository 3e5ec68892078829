//! Submission of many complaints in one request.

use super::actions;
use super::api_lists::{ComplaintBatch, ComplaintBatchItem, ComplaintBatchResult};
use crate::batches::{self, BatchQuery, ItemResult};
use crate::error::Error;
use crate::http::reply::Reply;
use crate::transaction::Tx;

pub async fn submit_all(tx: &mut Tx, query: BatchQuery, batch: ComplaintBatch) -> Result<Reply, Error> {
    let submit = async |tx: &mut Tx, input| actions::submit(tx, input).await;
    let item =
        |ItemResult { index, status, resource, problem }| ComplaintBatchItem { index, status, resource, problem };
    batches::create_all(tx, "/v1/complaints/batch", query, batch.items, submit, |made| ComplaintBatchResult {
        items: made.into_iter().map(item).collect(),
    })
    .await
}
