//! Many rows at once: what imports write, synthetic families for the demo and for benchmarks, and the index of names.

pub mod backfill;
pub mod load;
pub(in crate::registry) mod store;
pub mod synthetic;
