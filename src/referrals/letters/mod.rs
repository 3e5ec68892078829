//! Letters of recommendation (`surat rekomendasi`): a citizen carries one to whoever was asked to help, and anybody can
//! check on a public page whether it is genuine. The page tells nothing of the person; the letter goes only to those who
//! may see its referral.

pub mod actions;
pub mod api;
mod code;
pub mod model;
mod page;
mod pdf;
pub mod routes;
mod store;

pub use page::configure as configure_page;
