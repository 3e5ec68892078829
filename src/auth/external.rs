//! Issuers that the operator trusts. Key sets are fetched only from the configured URL; `jku` and `x5u` are ignored.
//!
//! A key set is refreshed when it is old, so that a key that the issuer withdraws is refused soon after. It is fetched in the
//! background, one fetch at a time for each issuer: a request waits for it only if its key is not known yet. If the key server is
//! slow or down, the last valid keys stay in use for a limited time.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use tokio::sync::{Notify, Semaphore};

use crate::error::chain;

/// Minimum time between two fetches that a failure or an unknown key triggers.
const COOL_DOWN: TimeDelta = TimeDelta::seconds(30);
/// Failed refreshes after which the keys are no longer used.
const REFRESHES_MISSED: i32 = 12;
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
const KEY_SET_LIMIT: usize = 256 * 1024;
/// Maximum requests that wait for the key set of one issuer. More of them would block other callers.
const WAITING: usize = 16;

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("the key set cannot be fetched")]
    Http(#[source] reqwest::Error),
    #[error("the key set is larger than {KEY_SET_LIMIT} bytes")]
    TooLarge,
    #[error("the response is not a key set")]
    NoKeySet,
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error.without_url())
    }
}

#[derive(Clone)]
pub struct ExternalKey {
    pub algorithm: Algorithm,
    pub decoding: DecodingKey,
    /// Of the key set that it comes from.
    pub generation: u64,
}

struct Issuer {
    name: String,
    jwks_url: String,
    http: reqwest::Client,
    refresh: TimeDelta,
    state: Mutex<State>,
    /// A fetch has ended.
    fetched: Notify,
    waiting: Semaphore,
}

#[derive(Default)]
struct State {
    keys: HashMap<String, (Algorithm, DecodingKey)>,
    /// Number of key sets fetched.
    generation: u64,
    good_at: Option<DateTime<Utc>>,
    tried_at: Option<DateTime<Utc>>,
    fetching: bool,
}

impl State {
    fn age(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        self.good_at.map(|at| now - at)
    }

    fn may_fetch(&self, now: DateTime<Utc>) -> bool {
        !self.fetching && self.tried_at.is_none_or(|at| now - at >= COOL_DOWN)
    }
}

#[derive(Default)]
pub struct TrustedIssuers(HashMap<String, Arc<Issuer>>);

impl TrustedIssuers {
    /// From pairs of issuer and URL of its key set, which is fetched every `refresh` seconds.
    pub fn new(pairs: &[(String, String)], refresh: NonZeroU32) -> Self {
        let http = reqwest::Client::builder()
            .timeout(FETCH_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap_or_default();
        let issuer = |(name, url): &(String, String)| {
            let issuer = Issuer {
                name: name.clone(),
                jwks_url: url.clone(),
                http: http.clone(),
                refresh: TimeDelta::seconds(refresh.get().into()),
                state: Mutex::default(),
                fetched: Notify::new(),
                waiting: Semaphore::new(WAITING),
            };
            (name.clone(), Arc::new(issuer))
        };
        Self(pairs.iter().map(issuer).collect())
    }

    /// The key, if the issuer is trusted and its current key set has a key with this id.
    pub async fn key(&self, issuer: &str, kid: &str, now: DateTime<Utc>) -> Option<ExternalKey> {
        self.0.get(issuer)?.key(kid, now).await
    }

    /// Whether this is still the key set of the issuer, and not too old.
    pub fn is_current(&self, issuer: &str, generation: u64, now: DateTime<Utc>) -> bool {
        self.0.get(issuer).is_some_and(|issuer| {
            let state = issuer.state();
            state.generation == generation && state.age(now).is_some_and(|age| age < issuer.max_age())
        })
    }

    /// Fetches each key set that is due, so that a withdrawn key is refused without waiting for a request. Ends when all fetches end.
    pub async fn refresh_due(&self, now: DateTime<Utc>) {
        let due = self.0.values().filter_map(|issuer| {
            let mut state = issuer.state();
            let due = state.age(now).is_some_and(|age| age >= issuer.refresh) && state.may_fetch(now);
            due.then(|| issuer.begin(&mut state, now))
        });
        let fetches: Vec<_> = due.collect();
        futures_util::future::join_all(fetches.into_iter().map(Fetch::run)).await;
    }
}

impl Issuer {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Maximum age of a key set that cannot be refreshed.
    fn max_age(&self) -> TimeDelta {
        self.refresh * REFRESHES_MISSED
    }

    async fn key(self: &Arc<Self>, kid: &str, now: DateTime<Utc>) -> Option<ExternalKey> {
        let ended = self.fetched.notified();
        tokio::pin!(ended);
        // Enabled before the state is read, so that a fetch that ends in between is not missed.
        ended.as_mut().enable();
        {
            let mut state = self.state();
            let age = state.age(now);
            if age.is_none_or(|age| age >= self.refresh) && state.may_fetch(now) {
                self.begin(&mut state, now).spawn();
            }
            if age.is_some_and(|age| age < self.max_age()) {
                if let Some(key) = found(&state, kid) {
                    return Some(key);
                }
                if state.may_fetch(now) {
                    self.begin(&mut state, now).spawn();
                }
            }
            if !state.fetching {
                return None;
            }
        }
        let _place = self.waiting.try_acquire().ok()?;
        ended.await;
        let state = self.state();
        state.age(now).filter(|age| *age < self.max_age())?;
        found(&state, kid)
    }

    fn begin(self: &Arc<Self>, state: &mut State, now: DateTime<Utc>) -> Fetch {
        state.fetching = true;
        state.tried_at = Some(now);
        Fetch { issuer: Arc::clone(self), now }
    }

    async fn fetch(&self) -> Result<HashMap<String, (Algorithm, DecodingKey)>, FetchError> {
        #[derive(Deserialize)]
        struct KeySet {
            keys: Vec<serde_json::Value>,
        }
        let mut response = self.http.get(&self.jwks_url).send().await?.error_for_status()?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > KEY_SET_LIMIT {
                return Err(FetchError::TooLarge);
            }
        }
        let set: KeySet = serde_json::from_slice(&body).map_err(|_| FetchError::NoKeySet)?;
        // One by one: one unsupported key must not invalidate the others.
        let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        Ok(keys.filter_map(|key| supported_key(&key)).collect())
    }
}

/// A fetch in progress. When it ends, also if its task is dropped, the waiting requests continue.
struct Fetch {
    issuer: Arc<Issuer>,
    now: DateTime<Utc>,
}

impl Fetch {
    fn spawn(self) {
        tokio::spawn(self.run());
    }

    async fn run(self) {
        match self.issuer.fetch().await {
            Ok(keys) => {
                let mut state = self.issuer.state();
                state.keys = keys;
                state.generation += 1;
                state.good_at = Some(self.now);
            }
            Err(error) => {
                let error = chain(&error);
                tracing::warn!(issuer = %self.issuer.name, error, "failed to fetch the key set of a trusted issuer; the previous one stays in use");
            }
        }
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.issuer.state().fetching = false;
        self.issuer.fetched.notify_waiters();
    }
}

fn found(state: &State, kid: &str) -> Option<ExternalKey> {
    let (algorithm, decoding) = state.keys.get(kid)?.clone();
    Some(ExternalKey { algorithm, decoding, generation: state.generation })
}

/// Selects signature keys of the four supported algorithms. A key without `alg` is ignored.
fn supported_key(jwk: &Jwk) -> Option<(String, (Algorithm, DecodingKey))> {
    let algorithm = match jwk.common.key_algorithm? {
        KeyAlgorithm::RS256 => Algorithm::RS256,
        KeyAlgorithm::PS256 => Algorithm::PS256,
        KeyAlgorithm::ES256 => Algorithm::ES256,
        KeyAlgorithm::EdDSA => Algorithm::EdDSA,
        _ => return None,
    };
    let decoding = DecodingKey::from_jwk(jwk).ok()?;
    Some((jwk.common.key_id.clone()?, (algorithm, decoding)))
}
