//! State machine of a consent. Pure.

use super::model::ConsentAction as A;
use super::model::ConsentStatus::{self as S, *};
use crate::auth::Permission as P;
use crate::state_machine::{Edge, Target};

pub const EDGES: &[Edge<S, A>] = &[
    Edge {
        action: A::Record,
        from: &[],
        to: Target::State(Active),
        by: Some(P::RegistryWrite),
        carries: &["subject", "purpose", "given_on"],
        offered: true,
    },
    // Also from `expired`: the withdrawal closes the purpose, an expiry does not.
    Edge {
        action: A::Withdraw,
        from: &[Active, Expired],
        to: Target::State(Withdrawn),
        by: Some(P::RegistryWrite),
        carries: &["method"],
        offered: true,
    },
    Edge { action: A::Expire, from: &[Active], to: Target::State(Expired), by: None, carries: &[], offered: true },
];
