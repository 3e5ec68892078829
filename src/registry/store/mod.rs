//! The registry's statements. `.._of_visible` reads what belongs to a family that the caller was shown to see.

pub mod changes;
mod entry;
mod families;
pub mod households;
pub mod listing;
pub mod mergers;
mod names;
mod persons;
pub mod residences;
pub mod search;
mod sets;
mod welfare;

pub use self::entry::*;
pub use self::families::*;
pub use self::names::*;
pub use self::persons::*;
pub use self::sets::*;
pub use self::welfare::*;
