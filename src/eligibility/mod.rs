//! Eligibility checks: which programmes a family or person is likely eligible for, and why. Rules are data; results are three-valued and
//! always advice.

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
mod store;
pub mod trial;
mod values;
pub mod visibility;
