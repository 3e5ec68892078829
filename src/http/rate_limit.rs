//! Quotas, so that one client in a loop does not block all others.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use quick_cache::sync::Cache;

use super::json::sha256;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    Client(String),
    /// For requests without a known caller: the token endpoint and public endpoints.
    Address(IpAddr),
    /// A reference number, in public requests that must match it with a code.
    Reference(String),
}

impl Key {
    /// A client that has an IPv6 network of its own can use any address in it.
    pub fn of_address(address: IpAddr) -> Self {
        Self::Address(network_of(address))
    }
}

fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
    }
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

/// Maximum stored failed sign-ins. The oldest are evicted first.
const REMEMBERED: usize = 20_000;

/// Address and hash of the client id. The id itself can be of any length.
type SignIn = (IpAddr, [u8; 32]);

/// Quota of failed sign-ins for each address and client id: a wrong secret in one office, or an attacker elsewhere, does not lock
/// out the client at another address. A success does not count.
pub struct FailedSignIns {
    /// Time at which the quota is full again.
    made_good: Cache<SignIn, Instant>,
    each: Duration,
    at_once: u32,
}

impl FailedSignIns {
    pub fn new(per_minute: NonZeroU32) -> Self {
        let each = Duration::from_secs(60) / per_minute.get();
        Self { made_good: Cache::new(REMEMBERED), each, at_once: per_minute.get() }
    }

    fn key(address: IpAddr, client_id: &str) -> SignIn {
        (network_of(address), sha256(client_id.as_bytes()))
    }

    /// Seconds until the next attempt is allowed, if this one is refused.
    pub fn refused(&self, address: IpAddr, client_id: &str, now: Instant) -> Option<u64> {
        let made_good = self.made_good.get(&Self::key(address, client_id))?;
        let owed = made_good.saturating_duration_since(now);
        let wait = owed.checked_sub(self.each * (self.at_once - 1)).filter(|wait| !wait.is_zero())?;
        Some(wait.as_secs() + 1)
    }

    pub fn record(&self, address: IpAddr, client_id: &str, now: Instant) {
        let key = Self::key(address, client_id);
        let made_good = self.made_good.get(&key).unwrap_or(now).max(now);
        self.made_good.insert(key, made_good + self.each);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_sign_ins_have_a_quota_that_fills_up_again() {
        let failures = FailedSignIns::new(NonZeroU32::new(3).unwrap());
        let (here, there): (IpAddr, IpAddr) = ("203.0.113.7".parse().unwrap(), "203.0.113.8".parse().unwrap());
        let start = Instant::now();
        for _ in 0..3 {
            assert_eq!(failures.refused(here, "desk", start), None);
            failures.record(here, "desk", start);
        }
        assert_eq!(failures.refused(here, "desk", start), Some(21));
        assert_eq!(failures.refused(here, "other", start), None);
        assert_eq!(failures.refused(there, "desk", start), None);
        let later = start + Duration::from_secs(20);
        assert_eq!(failures.refused(here, "desk", later), None);
        failures.record(here, "desk", later);
        assert!(failures.refused(here, "desk", later).is_some());
        assert_eq!(failures.refused(here, "desk", start + Duration::from_secs(3600)), None);
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_a_quota() {
        let key = |text: &str| Key::of_address(text.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_ne!(key("203.0.113.7"), key("203.0.113.8"));
    }
}
