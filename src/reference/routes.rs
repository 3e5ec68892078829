//! Endpoints of the catalogue: public and cacheable.

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
    /// The available lists.
    pub items: Vec<ReferenceEntry>,
}

/// A list in the catalogue.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReferenceEntry {
    /// Name of the list.
    #[schema(example = "sectors")]
    pub name: String,
    /// Number of codes.
    #[schema(example = 13)]
    pub count: usize,
    /// Whether the list is a state machine with edges.
    #[schema(example = false)]
    pub state_machine: bool,
}

/// List the code lists
///
/// Returns the names of all code lists and state machines.
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
/// Returns the codes of one list with labels in Indonesian and English. For a state machine also its edges, with the required
/// permission and the required fields of the body.
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
