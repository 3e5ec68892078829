//! What the environment sets of a bench.

use crate::Fallible;

pub fn number(name: &str, default: usize) -> Fallible<usize> {
    Ok(std::env::var(name).map_or(Ok(default), |text| text.parse())?)
}
