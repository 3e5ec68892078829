//! Batch creation: many items in one request and one transaction, with one result per item, optionally all or nothing.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::error::Code;
use crate::error::Error;
use crate::http::created::Created;
use crate::http::json::parse_value;
use crate::http::problem::{Draft, Problem};
use crate::http::reply::Reply;
use crate::transaction::Tx;

#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchQuery {
    /// All or nothing: if one item fails, no item is stored, and the other items get the status 424.
    #[serde(default)]
    #[param(default = false)]
    pub atomic: bool,
    /// Validates all items and stores none.
    #[serde(default)]
    #[param(default = false)]
    pub dry_run: bool,
}

/// Result of one item: the HTTP status that it would have had in a request of its own, with the resource or the
/// problem.
pub struct ItemResult<T> {
    pub index: usize,
    pub status: u16,
    pub resource: Option<T>,
    pub problem: Option<Problem>,
}

impl<T> ItemResult<T> {
    fn failed(tx: &Tx, path: &str, index: usize, error: &Error) -> Self {
        let problem = Draft::from(error).problem(path, &tx.context);
        Self { index, status: problem.status, resource: None, problem: Some(problem) }
    }
}

/// Creates each of `items` with `make`. `path` is the path of the operation; `result` converts the item results to the
/// response type.
pub async fn create_all<I, T, R>(
    tx: &mut Tx,
    path: &str,
    query: BatchQuery,
    items: Vec<Value>,
    make: impl AsyncFn(&mut Tx, I) -> Result<Created<T>, Error>,
    result: impl FnOnce(Vec<ItemResult<T>>) -> R,
) -> Result<Reply, Error>
where
    I: DeserializeOwned + ToSchema + Validate + 'static,
    R: Serialize,
{
    let mut all = Vec::with_capacity(items.len());
    for (index, value) in items.into_iter().enumerate() {
        let outcome = match parse_value::<I>(value) {
            Ok(input) => tx.attempt(async |tx: &mut Tx| make(tx, input).await).await,
            Err(error) => Err(error),
        };
        all.push(match outcome {
            Ok(made) => ItemResult { index, status: made.status(), resource: Some(made.into_record()), problem: None },
            // An internal error is not the result of one item: the whole request fails, so that the client can retry
            // it.
            Err(error) if error.code.row().status >= 500 => return Err(error),
            Err(error) => ItemResult::failed(tx, path, index, &error),
        });
    }
    let rolled_back = query.atomic && all.iter().any(|item| item.problem.is_some());
    if rolled_back {
        for item in all.iter_mut().filter(|item| item.problem.is_none()) {
            *item = ItemResult::failed(tx, path, item.index, &Error::new(Code::BATCH_UNDONE));
        }
    }
    let no_change = rolled_back || query.dry_run || all.iter().all(|item| item.status != 201);
    let reply = Reply::multi_status(&result(all))?;
    Ok(if no_change { reply.unchanged() } else { reply })
}
