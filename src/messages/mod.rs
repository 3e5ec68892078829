//! Messages to reporters at each visible step of a complaint. A message is enqueued in the transaction of the step, then
//! rendered and delivered by background work with a lease, so that two processes do not send it twice. Anonymous reporters and
//! reporters without a telephone get no message.

pub mod actions;
pub mod api;
pub mod config;
mod gateway;
pub mod model;
pub mod problems;
pub mod routes;
mod routes_templates;
mod rules;
mod store;
pub mod work;

use std::time::Duration;

use crate::background::Work;
use crate::reference::catalogue::Catalogue;
use crate::slice::Slice;

pub const SLICE: Slice = Slice {
    examples: &[include_str!("examples.json")],
    tags: &[("Messages", "Messages to reporters: wording, delivery and receipts.")],
    routes: routes::configure,
    codes,
    problems: problems::ALL,
    fields: problems::FIELDS,
    work: &[
        Work { name: "messages", every: Duration::from_secs(2), run: |context| Box::pin(work::send_due(context)) },
        Work {
            name: "old messages",
            every: Duration::from_secs(3600),
            run: |context| Box::pin(work::delete_expired(context)),
        },
    ],
    ..Slice::new("messages")
};

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes::<model::MessageReceiptStatus>("message-receipt-statuses")
        .codes::<model::MessageAttemptOutcome>("message-attempt-outcomes")
}

pub use gateway::Gateway;
