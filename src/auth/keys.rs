//! The service's keys, in one file with mode 0600: token signing, encryption of identity numbers, the blind index, and the hash
//! of client secrets. A running server reloads a changed file, so a rotation needs no restart.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use aws_lc_rs::{hmac, rand};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};

use super::sealing::Sealer;

/// Maximum published signing keys: the current one, and the previous or next one.
const MAX_PUBLISHED: usize = 2;
/// Time between publishing a new key and signing with it, so that cached key sets contain it.
const LEAD_TIME: TimeDelta = TimeDelta::minutes(2);

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key file {0} cannot be read or written: {1}")]
    File(PathBuf, std::io::Error),
    #[error("the keys are not valid: {0}")]
    Invalid(String),
}

/// The key file; also the content of `SLRT_KEYS`.
#[derive(Clone, Serialize, Deserialize)]
pub struct KeyFile {
    signing: Vec<SigningEntry>,
    sealing: Vec<SealingEntry>,
    index_key: String,
    secret_key: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct SigningEntry {
    kid: String,
    created_at: DateTime<Utc>,
    pkcs8: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct SealingEntry {
    pub id: u8,
    pub key: String,
}

impl KeyFile {
    pub fn generate(now: DateTime<Utc>) -> Result<Self, KeyError> {
        Ok(Self {
            signing: vec![SigningEntry::generate(now)?],
            sealing: vec![SealingEntry { id: 1, key: random_text()? }],
            index_key: random_text()?,
            secret_key: random_text()?,
        })
    }

    /// Adds a signing key and deletes all but the latest two.
    pub fn rotate_signing(&mut self, now: DateTime<Utc>) -> Result<(), KeyError> {
        self.signing.push(SigningEntry::generate(now)?);
        let surplus = self.signing.len().saturating_sub(MAX_PUBLISHED);
        self.signing.drain(..surplus);
        Ok(())
    }

    /// Adds an encryption key. Values encrypted with older keys can still be decrypted.
    pub fn rotate_sealing(&mut self) -> Result<(), KeyError> {
        let id = self.sealing.iter().map(|s| s.id).max().unwrap_or(0).checked_add(1);
        let id = id.ok_or_else(|| KeyError::Invalid("no sealing key id is available".to_owned()))?;
        self.sealing.push(SealingEntry { id, key: random_text()? });
        Ok(())
    }

    pub fn kids(&self) -> Vec<&str> {
        self.signing.iter().map(|s| s.kid.as_str()).collect()
    }

    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let text = std::fs::read_to_string(path).map_err(|e| KeyError::File(path.to_owned(), e))?;
        Self::parse(&text)
    }

    pub fn parse(text: &str) -> Result<Self, KeyError> {
        // The parser's message could contain a key.
        serde_json::from_str(text).map_err(|e| KeyError::Invalid(format!("line {}, column {}", e.line(), e.column())))
    }

    /// Replaces the file atomically.
    pub fn write(&self, path: &Path) -> Result<(), KeyError> {
        let fail = |e| KeyError::File(path.to_owned(), e);
        let temporary = path.with_extension(format!("{}.new", std::process::id()));
        let text = serde_json::to_string_pretty(self).map_err(|e| KeyError::Invalid(e.to_string()))?;
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&temporary)
            .map_err(fail)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fail)?;
        std::fs::rename(&temporary, path).map_err(fail)
    }

    pub fn read_or_generate(path: &Path, now: DateTime<Utc>) -> Result<Self, KeyError> {
        if path.exists() {
            return Self::read(path);
        }
        let file = Self::generate(now)?;
        file.write(path)?;
        Ok(file)
    }
}

impl SigningEntry {
    fn generate(now: DateTime<Utc>) -> Result<Self, KeyError> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rand::SystemRandom::new())
            .map_err(|_| KeyError::Invalid("a signing key could not be generated".to_owned()))?;
        let mut kid = [0; 8];
        rand::fill(&mut kid).map_err(|_| KeyError::Invalid("no random bytes".to_owned()))?;
        Ok(Self {
            kid: BASE64_URL_SAFE_NO_PAD.encode(kid),
            created_at: now,
            pkcs8: BASE64_STANDARD.encode(document.as_ref()),
        })
    }
}

/// 256 random bits as text.
pub fn random_text() -> Result<String, KeyError> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| KeyError::Invalid("no random bytes".to_owned()))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

pub struct SigningKey {
    pub kid: String,
    pub created_at: DateTime<Utc>,
    pub encoding: EncodingKey,
    pub decoding: DecodingKey,
    /// Uncompressed point without its leading byte 4: x, then y.
    pub point: Vec<u8>,
}

/// The keys, ready for use.
pub struct KeyRing {
    pub signing: Vec<SigningKey>,
    pub sealer: Sealer,
    secrets: hmac::Key,
    links: hmac::Key,
    requests: hmac::Key,
}

impl KeyRing {
    pub fn load(file: &KeyFile) -> Result<Self, KeyError> {
        let signing = file.signing.iter().map(load_signing).collect::<Result<Vec<_>, _>>()?;
        if signing.is_empty() {
            return Err(KeyError::Invalid("there is no signing key".to_owned()));
        }
        let secrets = hmac::Key::new(hmac::HMAC_SHA256, &decode(&file.secret_key)?);
        // A derived key for links: a tag for one purpose is not valid for another.
        let links = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&secrets, b"slrt signed links 1").as_ref());
        let requests = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&secrets, b"slrt request fingerprints 1").as_ref());
        let sealer = Sealer::load(&file.sealing, &decode(&file.index_key)?)?;
        Ok(Self { signing, sealer, secrets, links, requests })
    }

    /// The newest key that has been published long enough; otherwise the oldest.
    pub fn signer(&self, now: DateTime<Utc>) -> Option<&SigningKey> {
        self.signing.iter().rev().find(|k| k.created_at + LEAD_TIME <= now).or(self.signing.first())
    }

    pub fn by_kid(&self, kid: &str) -> Option<&SigningKey> {
        self.signing.iter().find(|k| k.kid == kid)
    }

    /// Signature of a link that works without a token.
    pub fn sign_link(&self, what: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(&self.links, what.as_bytes()))
    }

    pub fn link_matches(&self, what: &str, signature: &str) -> bool {
        let tag = BASE64_URL_SAFE_NO_PAD.decode(signature);
        tag.is_ok_and(|tag| hmac::verify(&self.links, what.as_bytes(), &tag).is_ok())
    }

    /// Keyed fingerprint of a request: without the key, a guessed body cannot be confirmed with it.
    pub fn fingerprint(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.requests);
        for part in parts {
            context.update(&part.len().to_be_bytes());
            context.update(part);
        }
        let mut out = [0; 32];
        out.copy_from_slice(context.sign().as_ref());
        out
    }

    pub fn hash_secret(&self, secret: &str) -> Vec<u8> {
        hmac::sign(&self.secrets, secret.as_bytes()).as_ref().to_vec()
    }

    pub fn secret_matches(&self, secret: &str, hash: &[u8]) -> bool {
        hmac::verify(&self.secrets, secret.as_bytes(), hash).is_ok()
    }
}

pub fn decode(text: &str) -> Result<Vec<u8>, KeyError> {
    let bytes = BASE64_URL_SAFE_NO_PAD
        .decode(text.trim_end_matches('='))
        .map_err(|_| KeyError::Invalid("a key is not base64url".to_owned()))?;
    if bytes.len() < 32 {
        return Err(KeyError::Invalid("a key is shorter than 256 bits".to_owned()));
    }
    Ok(bytes)
}

fn load_signing(entry: &SigningEntry) -> Result<SigningKey, KeyError> {
    let invalid = || KeyError::Invalid(format!("signing key {} cannot be read", entry.kid));
    let pkcs8 = BASE64_STANDARD.decode(&entry.pkcs8).map_err(|_| invalid())?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).map_err(|_| invalid())?;
    let public = pair.public_key().as_ref();
    Ok(SigningKey {
        kid: entry.kid.clone(),
        created_at: entry.created_at,
        encoding: EncodingKey::from_ec_der(&pkcs8),
        decoding: DecodingKey::from_ec_der(public),
        point: public.get(1..65).ok_or_else(invalid)?.to_vec(),
    })
}

/// The current key ring and its source.
pub struct Keys {
    source: Option<PathBuf>,
    current: RwLock<(Arc<KeyRing>, Option<SystemTime>)>,
}

impl Keys {
    pub fn fixed(file: &KeyFile) -> Result<Self, KeyError> {
        Ok(Self { source: None, current: RwLock::new((Arc::new(KeyRing::load(file)?), None)) })
    }

    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let ring = KeyRing::load(&KeyFile::read(path)?)?;
        Ok(Self { source: Some(path.to_owned()), current: RwLock::new((Arc::new(ring), modified(path))) })
    }

    pub fn ring(&self) -> Arc<KeyRing> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Reloads a changed file. If it cannot be read, the old keys stay in use.
    pub fn refresh(&self) {
        let Some(path) = &self.source else { return };
        let seen = modified(path);
        if self.current.read().unwrap_or_else(PoisonError::into_inner).1 == seen {
            return;
        }
        match KeyFile::read(path).and_then(|file| KeyRing::load(&file)) {
            Ok(ring) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = (Arc::new(ring), seen);
                tracing::info!("keys reloaded");
            }
            Err(error) => tracing::error!(%error, "changed key file is invalid, keeping the old keys"),
        }
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|m| m.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_depends_on_the_key_and_on_each_part() {
        let ring = || KeyRing::load(&KeyFile::generate(Utc::now()).unwrap()).unwrap();
        let one = ring();
        assert_eq!(one.fingerprint(&[b"a", b"b"]), one.fingerprint(&[b"a", b"b"]));
        assert_ne!(one.fingerprint(&[b"a", b"b"]), one.fingerprint(&[b"ab", b""]));
        assert_ne!(one.fingerprint(&[b"a", b"b"]), ring().fingerprint(&[b"a", b"b"]));
    }

    #[test]
    fn two_keys_are_published_and_the_new_one_signs_after_its_lead_time() {
        let start = Utc::now();
        let mut file = KeyFile::generate(start).unwrap();
        let first = file.kids()[0].to_owned();
        file.rotate_signing(start + TimeDelta::hours(1)).unwrap();
        let ring = KeyRing::load(&file).unwrap();
        assert_eq!(ring.signing.len(), 2);
        assert_eq!(ring.signer(start + TimeDelta::hours(1)).unwrap().kid, first);
        assert_ne!(ring.signer(start + TimeDelta::hours(2)).unwrap().kid, first);
        file.rotate_signing(start + TimeDelta::hours(3)).unwrap();
        assert!(!file.kids().contains(&first.as_str()));
    }
}
