//! Access tokens (RFC 9068): issued with ES256, and validated against a fixed list of algorithms, the issuer, the audience and
//! the type (RFC 8725).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::caller::Actor;
use super::external::TrustedIssuers;
use super::keys::Keys;
use super::permission::Permissions;
use crate::error::Error;
use crate::http::json::sha256;
use crate::regions::RegionScope;

pub const LIFETIME_SECONDS: i64 = 15 * 60;
const LEEWAY_SECONDS: u64 = 30;
const CACHED_TOKENS: usize = 4096;

#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: Audience,
    pub sub: String,
    pub client_id: String,
    pub iat: i64,
    pub exp: i64,
    pub jti: String,
    #[serde(default)]
    pub scope: String,
    #[serde(default)]
    pub slrt_regions: Vec<String>,
    pub slrt_org: Option<Uuid>,
    #[serde(default)]
    pub slrt_roles: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Why a token is refused; for the log, not for the caller.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TokenFault {
    #[error("no token")]
    Missing,
    #[error("not a bearer token")]
    NotBearer,
    #[error("token refused: {0}")]
    Refused(String),
}

pub struct Tokens {
    issuer: String,
    audience: String,
    keys: Arc<Keys>,
    external: TrustedIssuers,
    verified: Cache<[u8; 32], Verified>,
}

/// A verified token.
#[derive(Clone)]
struct Verified {
    actor: Arc<Actor>,
    expires: i64,
    by: VerifiedBy,
}

/// The key that verified a token. If it is withdrawn, the token is no longer valid.
#[derive(Clone)]
enum VerifiedBy {
    Own { kid: String },
    External { issuer: String, generation: u64 },
}

impl Tokens {
    pub fn new(issuer: String, audience: String, keys: Arc<Keys>, external: TrustedIssuers) -> Self {
        Self { issuer, audience, keys, external, verified: Cache::new(CACHED_TOKENS) }
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    pub fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }

    pub fn issue(&self, actor: &Actor, now: DateTime<Utc>) -> Result<String, Error> {
        let ring = self.keys.ring();
        let key = ring.signer(now).ok_or_else(|| Error::internal("no signing key"))?;
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: Audience::One(self.audience.clone()),
            sub: actor.subject.clone(),
            client_id: actor.client_id.clone(),
            iat: now.timestamp(),
            exp: now.timestamp() + LIFETIME_SECONDS,
            jti: Uuid::now_v7().to_string(),
            scope: actor.permissions.to_scope(),
            slrt_regions: actor.scope.codes(),
            slrt_org: actor.organization_id,
            slrt_roles: actor.roles.clone(),
        };
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(key.kid.clone());
        jsonwebtoken::encode(&header, &claims, &key.encoding).map_err(Error::internal)
    }

    pub async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Arc<Actor>, TokenFault> {
        let fingerprint = sha256(token.as_bytes());
        if let Some(known) = self.verified.get(&fingerprint) {
            if now.timestamp() <= known.expires && self.still_valid(&known.by, now) {
                return Ok(known.actor);
            }
            self.verified.remove(&fingerprint);
        }
        let (claims, by) = self.decode(token, now).await?;
        let actor = Arc::new(Actor {
            client_id: claims.client_id,
            subject: claims.sub,
            organization_id: claims.slrt_org,
            scope: RegionScope::from_codes(&claims.slrt_regions),
            permissions: Permissions::from_scope(&claims.scope),
            roles: claims.slrt_roles,
        });
        self.verified.insert(fingerprint, Verified { actor: actor.clone(), expires: claims.exp, by });
        Ok(actor)
    }

    fn still_valid(&self, by: &VerifiedBy, now: DateTime<Utc>) -> bool {
        match by {
            VerifiedBy::Own { kid } => self.keys.ring().by_kid(kid).is_some(),
            VerifiedBy::External { issuer, generation } => self.external.is_current(issuer, *generation, now),
        }
    }

    /// Background work: reads a changed key file, and fetches the key sets of other issuers that are due.
    pub async fn refresh_keys(&self, now: DateTime<Utc>) {
        self.keys.refresh();
        self.external.refresh_due(now).await;
    }

    async fn decode(&self, token: &str, now: DateTime<Utc>) -> Result<(Claims, VerifiedBy), TokenFault> {
        let refused = |why: &str| TokenFault::Refused(why.to_owned());
        let header = jsonwebtoken::decode_header(token).map_err(|e| refused(&e.to_string()))?;
        let typ = header.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
        if typ != "at+jwt" && typ != "application/at+jwt" {
            return Err(refused("type is not at+jwt"));
        }
        let kid = header.kid.as_deref().ok_or_else(|| refused("no kid"))?;
        let own = self.keys.ring();
        let (claims, by) = match own.by_kid(kid) {
            Some(key) => {
                let claims = decode_with(token, &key.decoding, Algorithm::ES256, &self.issuer, &self.audience)?;
                (claims, VerifiedBy::Own { kid: kid.to_owned() })
            }
            None => {
                let issuer = unverified_issuer(token).ok_or_else(|| refused("no issuer"))?;
                let key = self.external.key(&issuer, kid, now).await.ok_or_else(|| refused("unknown key"))?;
                if key.algorithm != header.alg {
                    return Err(refused("the algorithm does not match the key"));
                }
                let claims = decode_with(token, &key.decoding, key.algorithm, &issuer, &self.audience)?;
                (claims, VerifiedBy::External { issuer, generation: key.generation })
            }
        };
        // The library uses the system clock; the service's own clock decides here.
        let leeway = i64::try_from(LEEWAY_SECONDS).unwrap_or(0);
        if claims.exp + leeway < now.timestamp() || claims.iat > now.timestamp() + leeway {
            return Err(refused("expired or not yet valid"));
        }
        Ok((claims, by))
    }
}

fn decode_with(
    token: &str,
    key: &DecodingKey,
    algorithm: Algorithm,
    issuer: &str,
    audience: &str,
) -> Result<Claims, TokenFault> {
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    // Without this, a token without `aud` or `iss` would be valid.
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.validate_exp = false;
    validation.leeway = LEEWAY_SECONDS;
    validation.validate_nbf = true;
    jsonwebtoken::decode::<Claims>(token, key, &validation)
        .map(|data| data.claims)
        .map_err(|e| TokenFault::Refused(e.to_string()))
}

/// Used only to select the issuer's keys; the signature is verified with them afterwards.
fn unverified_issuer(token: &str) -> Option<String> {
    use base64::Engine as _;
    #[derive(Deserialize)]
    struct Issuer {
        iss: String,
    }
    let payload = token.split('.').nth(1)?;
    let bytes = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice::<Issuer>(&bytes).ok().map(|i| i.iss)
}
