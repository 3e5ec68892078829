//! Lawful bases for using the data of a person or family: consent and the other bases of UU 27/2022. A withdrawal closes its purpose
//! on the person's own row, so a read needs no query for consents.

pub mod actions;
pub mod api;
pub mod model;
pub mod purposes;
pub mod routes;
mod store;
pub mod transitions;
