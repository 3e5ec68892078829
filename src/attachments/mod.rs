//! Photos and documents attached to complaints, referrals and registry proposals. Access to an attachment follows its parent.
//! The content arrives in chunks, so an upload survives a lost connection or a killed process, and it is shown only after it
//! has been validated.

pub mod actions;
pub mod api;
mod content;
mod images;
mod links;
pub mod model;
mod parents;
pub mod routes;
mod routes_of_parents;
mod routes_upload;
pub mod storage;
mod store;
mod upload;
pub mod work;
