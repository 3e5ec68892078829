//! Settings from environment variables.

use crate::Fallible;

pub fn number(name: &str, default: usize) -> Fallible<usize> {
    Ok(std::env::var(name).map_or(Ok(default), |text| text.parse())?)
}
