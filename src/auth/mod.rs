//! Authentication and authorization. A permission is part of a handler's type; a region scope is part of every read.

pub mod bearer;
pub mod caller;
pub mod clients;
pub mod external;
pub mod keys;
pub mod permission;
pub mod permissions;
pub mod problems;
pub mod roles;
pub mod routes;
pub mod sealing;
pub mod tokens;

pub use caller::{Actor, Caller};
pub use permission::Permission;
