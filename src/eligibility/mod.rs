//! What a family or a person should get, and why: rules as data, answers in three values, always advice.

pub mod actions;
pub mod answer;
pub mod api;
pub mod cache;
pub mod derive;
pub mod evaluate;
pub mod facts;
pub mod model;
mod reference;
pub mod routes;
pub mod rules;
mod store;
