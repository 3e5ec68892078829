//! Synthetic people and what is shown with them. Never in production.

pub mod people;
