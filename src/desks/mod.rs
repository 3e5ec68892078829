//! Desks, who works there, and which village is covered by whom. A desk belongs to an organization of the directory; an
//! officer is given no region that whoever enters them does not cover, and what a token then allows is what the client and
//! the officer's roles have in common.

pub mod actions;
pub mod api;
pub mod coverage;
pub mod model;
pub mod routes;
mod routes_coverage;
mod routes_staff;
pub mod staff;
pub mod staff_api;
mod store;
