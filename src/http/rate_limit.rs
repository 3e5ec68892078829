//! Rate limit per client, so that one client in a loop does not block all others.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    Client(String),
    /// For requests without a known caller: the token endpoint and public endpoints.
    Address(IpAddr),
    /// A reference number, in public requests that must match it with a code.
    Reference(String),
}

pub struct Limiter {
    limiter: RateLimiter<Key, DefaultKeyedStateStore<Key>, DefaultClock, StateInformationMiddleware>,
    per_minute: u32,
}

/// The result, with the values of the `RateLimit` headers.
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

    /// Removes keys whose quota is full again, so that the table does not grow without limit.
    pub fn sweep(&self) {
        self.limiter.retain_recent();
    }
}
