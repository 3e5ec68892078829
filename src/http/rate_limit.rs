//! A quota per client, so that one integrator's loop does not become everybody's outage.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    Client(String),
    /// Before a caller is known: the token endpoint and everything public.
    Address(IpAddr),
    /// A reference number that somebody tries with a code.
    Reference(String),
}

pub struct Limiter {
    limiter: RateLimiter<Key, DefaultKeyedStateStore<Key>, DefaultClock, StateInformationMiddleware>,
    per_minute: u32,
}

/// The outcome, with what the `RateLimit` headers say.
pub struct Verdict {
    pub allowed: bool,
    pub policy: String,
    pub state: String,
    pub retry_after: u64,
}

impl Limiter {
    pub fn new(per_minute: NonZeroU32) -> Self {
        let limiter = RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware::<StateInformationMiddleware>();
        Self { limiter, per_minute: per_minute.get() }
    }

    pub fn check(&self, key: &Key) -> Verdict {
        let policy = format!("\"default\";q={};w=60", self.per_minute);
        match self.limiter.check_key(key) {
            Ok(snapshot) => {
                let left = snapshot.remaining_burst_capacity();
                Verdict { allowed: true, policy, state: format!("\"default\";r={left}"), retry_after: 0 }
            }
            Err(denied) => {
                let wait = denied.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
                Verdict { allowed: false, policy, state: format!("\"default\";r=0;t={wait}"), retry_after: wait }
            }
        }
    }

    /// Forgets keys whose quota is full again, so that the table does not grow with the number of addresses ever seen.
    pub fn sweep(&self) {
        self.limiter.retain_recent();
    }
}
