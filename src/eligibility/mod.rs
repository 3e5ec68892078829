//! What a family or a person should get, and why: rules as data, answers in three values, always advice.

pub mod actions;
pub mod answer;
pub mod api;
pub mod api_many;
pub mod api_objections;
pub mod api_programs;
mod batch;
pub mod cache;
pub mod derive;
pub mod evaluate;
mod explain;
pub mod facts;
pub mod model;
pub mod objections;
mod pages;
mod programs;
mod reference;
pub mod routes;
mod routes_objections;
mod routes_programs;
pub mod rules;
pub mod run;
pub mod sight;
mod store;
pub mod trial;
mod values;
