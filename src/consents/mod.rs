//! Why somebody's data may be used, and for what: consent and the other lawful bases of UU 27/2022. A withdrawal closes
//! its purpose on the person's own row, so that no reading has to ask for it.

pub mod actions;
pub mod api;
pub mod model;
pub mod purposes;
pub mod routes;
mod store;
pub mod transitions;
