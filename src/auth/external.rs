//! Keys of other issuers that the operator has configured. A key set is fetched only from the configured URL and cached; an
//! unknown key id triggers a new fetch, with a cool-down. `jku` and `x5u` are ignored.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey};
use tokio::sync::Mutex;

const COOL_DOWN: Duration = Duration::from_secs(30);
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
const KEY_SET_LIMIT: usize = 256 * 1024;

#[derive(Clone)]
pub struct ExternalKey {
    pub algorithm: Algorithm,
    pub decoding: DecodingKey,
}

struct Issuer {
    jwks_url: String,
    state: Mutex<IssuerState>,
}

#[derive(Default)]
struct IssuerState {
    keys: HashMap<String, ExternalKey>,
    fetched: Option<Instant>,
}

#[derive(Default)]
pub struct TrustedIssuers {
    issuers: HashMap<String, Issuer>,
    http: reqwest::Client,
}

impl TrustedIssuers {
    /// From pairs of issuer and URL of its key set.
    pub fn new(pairs: &[(String, String)]) -> Self {
        let issuer = |url: &String| Issuer { jwks_url: url.clone(), state: Mutex::default() };
        let http = reqwest::Client::builder()
            .timeout(FETCH_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap_or_default();
        Self { issuers: pairs.iter().map(|(name, url)| (name.clone(), issuer(url))).collect(), http }
    }

    pub async fn key(&self, issuer: &str, kid: &str) -> Option<ExternalKey> {
        let issuer = self.issuers.get(issuer)?;
        let mut state = issuer.state.lock().await;
        if let Some(key) = state.keys.get(kid) {
            return Some(key.clone());
        }
        if state.fetched.is_some_and(|at| at.elapsed() < COOL_DOWN) {
            return None;
        }
        state.fetched = Some(Instant::now());
        match self.fetch(&issuer.jwks_url).await {
            Ok(keys) => state.keys = keys,
            Err(error) => tracing::warn!(%error, "failed to fetch the key set of an issuer"),
        }
        state.keys.get(kid).cloned()
    }

    async fn fetch(&self, url: &str) -> Result<HashMap<String, ExternalKey>, reqwest::Error> {
        let mut response = self.http.get(url).send().await?.error_for_status()?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > KEY_SET_LIMIT {
                return Ok(HashMap::new());
            }
        }
        let set: JwkSet = serde_json::from_slice(&body).unwrap_or(JwkSet { keys: Vec::new() });
        Ok(set.keys.iter().filter_map(supported_key).collect())
    }
}

/// Selects signature keys of the four supported algorithms. A key without `alg` is ignored.
fn supported_key(jwk: &Jwk) -> Option<(String, ExternalKey)> {
    let algorithm = match jwk.common.key_algorithm? {
        KeyAlgorithm::RS256 => Algorithm::RS256,
        KeyAlgorithm::PS256 => Algorithm::PS256,
        KeyAlgorithm::ES256 => Algorithm::ES256,
        KeyAlgorithm::EdDSA => Algorithm::EdDSA,
        _ => return None,
    };
    let decoding = DecodingKey::from_jwk(jwk).ok()?;
    Some((jwk.common.key_id.clone()?, ExternalKey { algorithm, decoding }))
}
