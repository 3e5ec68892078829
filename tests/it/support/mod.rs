//! The test harness: a temporary cluster for the run, a database and a server for each test, a client that knows the contract.

pub mod cluster;
pub mod contract;
pub mod http;
pub mod machine;
pub mod resources;
pub mod server;
pub mod world;

pub use http::{Answer, Session};
pub use server::TestServer;
pub use world::World;
