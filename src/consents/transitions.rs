//! State machine of a consent. Pure.

use super::model::ConsentAction as A;
use super::model::ConsentStatus::{self as S, *};
use crate::state_machine::{Edge, Target};

pub const EDGES: &[Edge<S, A>] = &[
    Edge {
        action: A::Record,
        from: &[],
        to: Target::State(Active),
        by: Some(crate::registry::permissions::REGISTRY_WRITE),
        carries: &["subject", "purpose", "given_on"],
        offered: true,
    },
    // Also from `expired`: the withdrawal closes the purpose, an expiry does not.
    Edge {
        action: A::Withdraw,
        from: &[Active, Expired],
        to: Target::State(Withdrawn),
        by: Some(crate::registry::permissions::REGISTRY_WRITE),
        carries: &["method"],
        offered: true,
    },
    Edge { action: A::Expire, from: &[Active], to: Target::State(Expired), by: None, carries: &[], offered: true },
];
