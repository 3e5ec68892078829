//! Statements on families and persons. `.._of_visible` reads what belongs to a family that the caller was shown to see.

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
