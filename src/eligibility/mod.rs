//! What a family or a person should get, and why: rules as data, answers in three values, always advice.

pub mod evaluate;
pub mod facts;
pub mod rules;
