//! SQL statements for names, searches and mergers.

pub mod mergers;
pub mod names;
pub mod search;
