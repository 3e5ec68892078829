//! Statements on families and persons. Functions named `.._of_visible` have no scope of their own: the caller must have
//! checked that the family is visible.

pub mod changes;
mod entry;
mod families;
pub mod households;
pub mod listing;
mod persons;
mod sets;

pub use entry::*;
pub use families::*;
pub use persons::*;
pub use sets::*;
