//! The 91,599 administrative regions. They are part of the release, held in memory and never joined by name; a region
//! contains another exactly when its code is a dotted prefix.

pub mod directory;
pub mod model;
pub mod place;
pub mod routes;
pub mod scope;

pub use model::{AreaCode, RegionCode};
pub use place::Place;
pub use scope::{RegionScope, Unscoped};
