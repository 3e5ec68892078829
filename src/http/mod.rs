//! HTTP code without domain rules, shared by all slices: problems, bodies, queries, pages, versions, limits and headers.

pub mod canonical;
pub mod client_address;
pub mod contract;
mod contract_completion;
mod contract_examples;
mod contract_shapes;
pub mod created;
pub mod docs;
pub mod etag;
pub mod fallback;
pub mod json;
pub mod outbound;
pub mod page;
pub mod patch;
pub mod path;
pub mod problem;
pub mod query;
pub mod rate_limit;
pub mod reply;
pub mod request_context;
pub mod text;
