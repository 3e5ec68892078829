//! The 91,599 administrative regions. They are part of the release and held in memory. Never join them by name. A region
//! contains another if its code is a dotted prefix of the other's code.

pub mod directory;
pub mod model;
pub mod place;
pub mod routes;
pub mod scope;

pub use model::{AreaCode, RegionCode};
pub use place::Place;
pub use scope::{RegionScope, Unscoped, regency};
