//! Database access for the directory.

mod defaults;
mod organizations;
mod places;
mod services;
mod sets;

pub use self::defaults::*;
pub use self::organizations::*;
pub use self::places::*;
pub use self::services::*;
pub use self::sets::*;
