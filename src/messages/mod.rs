//! Messages to reporters at each visible step of a complaint. A message is enqueued in the transaction of the step, then
//! rendered and delivered by background work with a lease, so that two processes do not send it twice. Anonymous reporters and
//! reporters without a telephone get no message.

pub mod actions;
pub mod api;
mod gateway;
pub mod model;
pub mod routes;
mod routes_templates;
mod rules;
mod store;
pub mod work;

pub use gateway::Gateway;
pub use store::{MessageRow, insert};
