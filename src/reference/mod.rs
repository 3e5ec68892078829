//! Code lists and state machines, so that a front end can draw its menus and buttons. The lists are made from the
//! types that the handlers use, so they cannot disagree.

pub mod catalogue;
pub mod routes;
