//! What each slice gives to the contract besides its handlers: recorded examples, and schemas that only parameters use.

use serde_json::Value;
use utoipa::ToSchema;

use crate::auth::caller::AccessPurpose;
use crate::imports::model::{OnConflict, OnFault};
use crate::queues::api::WorkOrder;
use crate::queues::rules::Side;
use crate::referrals::model::ReferralDirection;
use crate::rights::api::ExportFormat;
use crate::service_levels::model::SlaFilter;

/// Recorded by `postman/record.mjs`, which writes these files.
pub const EXAMPLES: &[&str] = &[
    include_str!("examples.json"),
    include_str!("attachments/examples.json"),
    include_str!("audit/examples.json"),
    include_str!("auth/examples.json"),
    include_str!("complaints/examples.json"),
    include_str!("consents/examples.json"),
    include_str!("desks/examples.json"),
    include_str!("directory/examples.json"),
    include_str!("eligibility/examples.json"),
    include_str!("events/examples.json"),
    include_str!("http/examples.json"),
    include_str!("imports/examples.json"),
    include_str!("jobs/examples.json"),
    include_str!("letters/examples.json"),
    include_str!("messages/examples.json"),
    include_str!("proposals/examples.json"),
    include_str!("queues/examples.json"),
    include_str!("reference/examples.json"),
    include_str!("referrals/examples.json"),
    include_str!("regions/examples.json"),
    include_str!("registry/examples.json"),
    include_str!("rights/examples.json"),
    include_str!("service_levels/examples.json"),
    include_str!("sync/examples.json"),
];

/// Schemas of parameters, by name.
pub fn schemas() -> Vec<(String, Value)> {
    vec![
        schema::<AccessPurpose>(),
        schema::<OnConflict>(),
        schema::<OnFault>(),
        schema::<WorkOrder>(),
        schema::<ReferralDirection>(),
        schema::<ExportFormat>(),
        schema::<SlaFilter>(),
        (
            "ReferralQueueSide".to_owned(),
            serde_json::to_value(<Side as utoipa::PartialSchema>::schema()).unwrap_or_default(),
        ),
    ]
}

fn schema<T: ToSchema>() -> (String, Value) {
    (T::name().into_owned(), serde_json::to_value(T::schema()).unwrap_or_default())
}
