//! The rights of a registered person: purpose limits, the subject export, erasure.

pub mod erasure;
pub mod limits;
pub mod subject_export;
