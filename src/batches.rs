//! Many new things in one request: one transaction, one result for each, and nothing at all when that was asked for.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::error::Code;
use crate::error::Error;
use crate::http::json::parse_value;
use crate::http::problem::{Draft, Problem};
use crate::http::reply::Reply;
use crate::transaction::Tx;

#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchQuery {
    /// All or nothing: one failing item undoes the rest, which then show 424.
    #[serde(default)]
    #[param(default = false)]
    pub atomic: bool,
    /// Judge everything, write nothing.
    #[serde(default)]
    #[param(default = false)]
    pub dry_run: bool,
}

/// What became of one item: the status it would have had alone, with the thing or with what is wrong.
pub struct Made<T> {
    pub index: usize,
    pub status: u16,
    pub resource: Option<T>,
    pub problem: Option<Problem>,
}

impl<T> Made<T> {
    fn failed(tx: &Tx, path: &str, index: usize, error: &Error) -> Self {
        let problem = Draft::from(error).problem(path, &tx.context);
        Self { index, status: problem.status, resource: None, problem: Some(problem) }
    }
}

/// Makes each of `items` with `make`, which gives 201 for a new thing and 200 for one that was known. `path` is the
/// operation's, and `result` puts what became of them into its words.
pub async fn make_all<I, T, R>(
    tx: &mut Tx,
    path: &str,
    query: BatchQuery,
    items: Vec<Value>,
    make: impl AsyncFn(&mut Tx, I) -> Result<(u16, T), Error>,
    result: impl FnOnce(Vec<Made<T>>) -> R,
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
            Ok((status, made)) => Made { index, status, resource: Some(made), problem: None },
            // A fault of the service is no result of an item: the whole request fails and can be sent again.
            Err(error) if error.code.row().status >= 500 => return Err(error),
            Err(error) => Made::failed(tx, path, index, &error),
        });
    }
    let undone = query.atomic && all.iter().any(|item| item.problem.is_some());
    if undone {
        for item in all.iter_mut().filter(|item| item.problem.is_none()) {
            *item = Made::failed(tx, path, item.index, &Error::new(Code::BATCH_UNDONE));
        }
    }
    let nothing = undone || query.dry_run || all.iter().all(|item| item.status != 201);
    let reply = Reply::multi_status(&result(all))?;
    Ok(if nothing { reply.unchanged() } else { reply })
}
