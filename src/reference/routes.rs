//! Reading the catalogue: public and cacheable.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::catalogue::{Catalogue, ReferenceList};
use crate::error::Error;
use crate::http::path::Path;
use crate::http::reply::Reply;

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_reference).service(get_reference_list);
}

/// The catalogue.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReferenceIndex {
    /// The lists there are.
    pub items: Vec<ReferenceEntry>,
}

/// A list in the catalogue.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReferenceEntry {
    /// Name of the list.
    #[schema(example = "sectors")]
    pub name: String,
    /// How many codes it has.
    #[schema(example = 13)]
    pub count: usize,
    /// Is it a state machine with edges?
    #[schema(example = false)]
    pub state_machine: bool,
}

/// List the code lists
///
/// Every code list and state machine of the service.
#[utoipa::path(
    tag = "Reference",
    responses((status = 200, description = "The catalogue", body = ReferenceIndex)),
    security(())
)]
#[get("/v1/reference")]
async fn list_reference(catalogue: web::Data<Catalogue>) -> Result<Reply, Error> {
    let items = catalogue
        .lists
        .iter()
        .map(|list| ReferenceEntry {
            name: list.name.clone(),
            count: list.items.len(),
            state_machine: list.edges.is_some(),
        })
        .collect();
    Reply::public(&ReferenceIndex { items })
}

/// Read a code list
///
/// The codes of one list with labels in Indonesian and English; for a state machine also its edges, the permission
/// each needs and what it must carry.
#[utoipa::path(
    tag = "Reference",
    responses((status = 200, description = "The list", body = ReferenceList)),
    security(())
)]
#[get("/v1/reference/{list}")]
async fn get_reference_list(catalogue: web::Data<Catalogue>, list: Path<String>) -> Result<Reply, Error> {
    let found = catalogue.lists.iter().find(|l| l.name == *list).ok_or_else(Error::not_found)?;
    Reply::public(found)
}
