//! How a slice describes itself: the composition root is a list of these.

use actix_web::web;
use serde_json::Value;
use utoipa::{PartialSchema, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::Permission;
use crate::background::Work;
use crate::error::Code;
use crate::error::field_codes::FieldCode;
use crate::events::EventType;
use crate::jobs::run::Runner;
use crate::reference::catalogue::Catalogue;

#[derive(Debug, Clone, Copy)]
pub struct Slice {
    pub name: &'static str,
    /// Tags of the contract: name and description, in the order of the contract.
    pub tags: &'static [(&'static str, &'static str)],
    /// Examples of the contract, recorded by `postman/record.mjs`.
    pub examples: &'static [&'static str],
    /// Schemas that only parameters use, by name.
    pub schemas: fn() -> Vec<(String, Value)>,
    /// Operations of the contract.
    pub routes: fn(&mut ServiceConfig),
    /// Pages for people, outside the contract.
    pub pages: fn(&mut web::ServiceConfig),
    /// Code lists and state machines under `/v1/reference`.
    pub codes: fn(Catalogue) -> Catalogue,
    pub permissions: &'static [Permission],
    pub problems: &'static [Code],
    /// Codes of faults in one field.
    pub fields: &'static [FieldCode],
    pub events: &'static [EventType],
    /// Kinds of jobs, each with the function that does them.
    pub jobs: &'static [Runner],
    pub work: &'static [Work],
}

impl Slice {
    /// A slice that declares nothing yet, to be completed with `..Slice::new(name)`.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            tags: &[],
            examples: &[],
            schemas: Vec::new,
            routes: |_| {},
            pages: |_| {},
            codes: |catalogue| catalogue,
            permissions: &[],
            problems: &[],
            fields: &[],
            events: &[],
            jobs: &[],
            work: &[],
        }
    }
}

/// A schema for `Slice::schemas`.
pub fn schema<T: ToSchema>() -> (String, Value) {
    schema_as::<T>(&T::name())
}

/// A schema for `Slice::schemas` under another name than its type's.
pub fn schema_as<T: PartialSchema>(name: &str) -> (String, Value) {
    (name.to_owned(), serde_json::to_value(T::schema()).unwrap_or_default())
}
