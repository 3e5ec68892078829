//! Code lists and state machines, from which a front end can build menus and buttons. They are derived from the types that the
//! handlers use, so the two cannot differ.

pub mod catalogue;
pub mod routes;
