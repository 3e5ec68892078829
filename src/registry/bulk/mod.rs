//! Bulk writes: imports, synthetic families for the demo and for benchmarks, and the name index.

pub mod backfill;
pub mod load;
pub(in crate::registry) mod store;
pub mod synthetic;
