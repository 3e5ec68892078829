//! Request and response types of imports.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{ImportKind, OnConflict, OnFault};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Kind of the rows. `organizations` and `services` also need `directory:write`.
    #[param(inline)]
    pub kind: ImportKind,
    /// What to do with a row that already exists: `skip` it (default), `update` it with the cells that are filled (counted as
    /// `unchanged` if nothing differs), or `fail` the file.
    #[param(inline)]
    pub on_conflict: Option<OnConflict>,
    /// What to do with invalid rows: `refuse` the whole file (default) or `skip` those rows.
    #[param(inline)]
    pub on_fault: Option<OnFault>,
    /// Only validate the file; write nothing.
    pub dry_run: Option<bool>,
}

/// The column sets of all kinds of file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportKinds {
    /// One entry for each kind.
    pub items: Vec<ImportColumns>,
}

/// The column set of one kind of file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportColumns {
    /// Kind of the rows.
    pub kind: ImportKind,
    /// Path of the template to download.
    #[schema(example = "/v1/imports/templates/persons")]
    pub template: String,
    /// The columns. A file may omit those that are not required, and may have them in any order.
    pub columns: Vec<ImportColumn>,
}

/// A column of a file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportColumn {
    /// Name of the column in the CSV header, and of the field in NDJSON.
    #[schema(example = "full_name")]
    pub name: String,
    /// Whether every row must fill this column.
    #[schema(example = true)]
    pub required: bool,
    /// Content and format of the column.
    #[schema(example = "Name as on identity documents")]
    pub about: String,
    /// A fictitious example value.
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
