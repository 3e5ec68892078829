//! Rights of data subjects (UU 27/2022): access to all stored data and to the records of who opened it, correction, restriction and
//! erasure. Each request has a deadline and an answer.

pub mod actions;
pub mod api;
mod erase;
mod export;
mod html;
mod html_cases;
mod html_history;
mod html_page;
pub mod model;
pub mod routes;
mod routes_persons;
mod store;
pub mod transitions;
