//! Recommendation letters (`surat rekomendasi`): a citizen takes one to the target of a referral, and any person can
//! check on a public page whether it is genuine. The page shows no personal data; only callers who may see the referral
//! can read the letter.

pub mod actions;
pub mod api;
mod code;
pub mod model;
mod page;
mod pdf;
pub mod routes;
mod store;

pub use page::configure as configure_page;
