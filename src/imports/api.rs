//! Imports as the wire shows them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{ImportKind, OnConflict, OnFault};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// What the rows are. `organizations` and `services` need `directory:write` besides.
    #[param(inline)]
    pub kind: ImportKind,
    /// What to do with a row that is there already: `skip` (default), `update` it with the cells that are filled (`unchanged` when they say nothing new), or `fail` the file.
    #[param(inline)]
    pub on_conflict: Option<OnConflict>,
    /// What to do when rows are at fault: `refuse` the whole file (default) or `skip` those rows.
    #[param(inline)]
    pub on_fault: Option<OnFault>,
    /// Judge only and write nothing.
    pub dry_run: Option<bool>,
}

/// The column sets of all kinds of file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportKinds {
    /// One entry for each kind.
    pub items: Vec<ImportColumns>,
}

/// The column set of a kind of file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportColumns {
    /// What the rows are.
    pub kind: ImportKind,
    /// Address of a template to download.
    #[schema(example = "/v1/imports/templates/persons")]
    pub template: String,
    /// The columns; a file may leave out those that are not required, and have them in any order.
    pub columns: Vec<ImportColumn>,
}

/// A column of a file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportColumn {
    /// Its name in the header, and in NDJSON the field's name.
    #[schema(example = "full_name")]
    pub name: String,
    /// Must every row fill it?
    #[schema(example = true)]
    pub required: bool,
    /// What stands in it.
    #[schema(example = "Name as in the papers")]
    pub about: String,
    /// An invented value.
    #[schema(example = "Asep Hidayat")]
    pub example: String,
}

impl ImportColumns {
    pub fn of(kind: ImportKind) -> Self {
        let columns = kind.columns().iter().map(|c| ImportColumn {
            name: c.name.to_owned(),
            required: c.required,
            about: c.about.to_owned(),
            example: c.example.to_owned(),
        });
        Self { kind, template: format!("/v1/imports/templates/{kind}"), columns: columns.collect() }
    }
}
