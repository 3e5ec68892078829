//! Photos and papers on complaints, referrals and registry proposals. An attachment is visible exactly to whoever may see its parent, arrives in
//! pieces that survive a cut line and a killed process, and is shown only after its content proved to be what was said.

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
