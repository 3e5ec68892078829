//! The rights of whoever the data is about (UU 27/2022): to see all that is held and who opened it, to have it corrected,
//! restricted and erased. Each request has a deadline and an answer.

pub mod actions;
pub mod api;
mod erase;
mod export;
mod html;
mod html_cases;
mod html_history;
pub mod model;
mod paper;
pub mod routes;
mod routes_persons;
mod store;
pub mod transitions;
