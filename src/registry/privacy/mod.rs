//! Rights of a data subject in the registry: purpose limits, subject export, erasure.

pub mod erasure;
pub mod limits;
pub mod subject_export;
