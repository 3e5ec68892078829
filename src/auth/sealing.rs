//! Encrypts identity numbers at rest: AES-256-GCM, bound to the row, with a keyed (blind) index for look-ups. A database dump
//! contains no NIK.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hmac, rand};
use uuid::Uuid;

use super::keys::{KeyError, SealingEntry, decode};
use crate::error::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityKind {
    Nik,
    FamilyCard,
    /// The content of a registry proposal.
    Proposal,
}

impl IdentityKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nik => "nik",
            Self::FamilyCard => "family_card",
            Self::Proposal => "proposal",
        }
    }
}

pub struct Sealer {
    keys: Vec<(u8, LessSafeKey)>,
    index: hmac::Key,
}

impl Sealer {
    pub fn load(entries: &[SealingEntry], index_key: &[u8]) -> Result<Self, KeyError> {
        let mut keys = entries
            .iter()
            .map(|entry| {
                let bytes = decode(&entry.key)?;
                let key = UnboundKey::new(&AES_256_GCM, &bytes)
                    .map_err(|_| KeyError::Invalid(format!("sealing key {} does not have 256 bits", entry.id)))?;
                Ok((entry.id, LessSafeKey::new(key)))
            })
            .collect::<Result<Vec<_>, KeyError>>()?;
        keys.sort_by_key(|(id, _)| *id);
        if keys.is_empty() {
            return Err(KeyError::Invalid("there is no sealing key".to_owned()));
        }
        Ok(Self { keys, index: hmac::Key::new(hmac::HMAC_SHA256, index_key) })
    }

    /// Returns key id, nonce, ciphertext and tag. The row's id is authenticated, so a value copied to another row cannot be
    /// decrypted.
    pub fn seal(&self, kind: IdentityKind, row: Uuid, number: &str) -> Result<Vec<u8>, Error> {
        self.seal_bytes(&bound_to(kind, row), number.as_bytes())
    }

    /// Like `seal`, for any bytes, bound to the context given in `place`.
    pub fn seal_bytes(&self, place: &[u8], bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let fault = || Error::internal("encryption failed");
        let (id, key) = self.keys.last().ok_or_else(fault)?;
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| fault())?;
        let mut text = bytes.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut text)
            .map_err(|_| fault())?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + text.len());
        sealed.push(*id);
        sealed.extend_from_slice(&nonce);
        sealed.append(&mut text);
        Ok(sealed)
    }

    pub fn open(&self, kind: IdentityKind, row: Uuid, sealed: &[u8]) -> Result<String, Error> {
        let text = self.open_bytes(&bound_to(kind, row), sealed)?;
        String::from_utf8(text).map_err(|_| Error::internal("an encrypted value cannot be decrypted"))
    }

    pub fn open_bytes(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let fault = || Error::internal("an encrypted value cannot be decrypted");
        let (id, rest) = sealed.split_first().ok_or_else(fault)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(fault)?;
        let (_, key) = self.keys.iter().find(|(k, _)| k == id).ok_or_else(fault)?;
        let mut text = text.to_vec();
        let plain = key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(place), &mut text)
            .map_err(|_| fault())?;
        Ok(plain.to_vec())
    }

    /// Keyed hash of a file's digest, to recognize the same file. Keyed, so that a reader of the database cannot test guesses
    /// about a small file.
    pub fn file_hash(&self, digest: &[u8; 32]) -> String {
        let mut context = hmac::Context::with_key(&self.index);
        context.update(b"file:");
        context.update(digest);
        hex(context.sign().as_ref())
    }

    pub fn blind_index(&self, kind: IdentityKind, number: &str) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.index);
        context.update(kind.as_str().as_bytes());
        context.update(b":");
        context.update(number.as_bytes());
        context.sign().as_ref().to_vec()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bound_to(kind: IdentityKind, row: Uuid) -> Vec<u8> {
    [kind.as_str().as_bytes(), row.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::keys::random_text;

    fn sealer() -> Sealer {
        Sealer::load(&[SealingEntry { id: 1, key: random_text().unwrap() }], &[7; 32]).unwrap()
    }

    #[test]
    fn an_encrypted_number_can_be_decrypted_only_for_its_own_row() {
        let (sealer, row) = (sealer(), Uuid::now_v7());
        let sealed = sealer.seal(IdentityKind::Nik, row, "3204051203909001").unwrap();
        assert_eq!(sealer.open(IdentityKind::Nik, row, &sealed).unwrap(), "3204051203909001");
        assert!(sealer.open(IdentityKind::Nik, Uuid::now_v7(), &sealed).is_err());
        assert!(sealer.open(IdentityKind::FamilyCard, row, &sealed).is_err());
        let mut tampered = sealed.clone();
        *tampered.last_mut().unwrap() ^= 1;
        assert!(sealer.open(IdentityKind::Nik, row, &tampered).is_err());
        assert!(sealer.open(IdentityKind::Nik, row, &[]).is_err());
    }

    #[test]
    fn a_number_encrypted_with_an_older_key_can_be_decrypted() {
        let (one, two) = (random_text().unwrap(), random_text().unwrap());
        let entry = |id, key: &str| SealingEntry { id, key: key.to_owned() };
        let row = Uuid::now_v7();
        let old = Sealer::load(&[entry(1, &one)], &[7; 32]).unwrap();
        let sealed = old.seal(IdentityKind::Nik, row, "3204051203909001").unwrap();
        let new = Sealer::load(&[entry(2, &two), entry(1, &one)], &[7; 32]).unwrap();
        assert_eq!(new.open(IdentityKind::Nik, row, &sealed).unwrap(), "3204051203909001");
        assert_eq!(new.seal(IdentityKind::Nik, row, "x").unwrap()[0], 2);
    }

    #[test]
    fn the_blind_index_differs_by_kind() {
        let sealer = sealer();
        assert_ne!(sealer.blind_index(IdentityKind::Nik, "1"), sealer.blind_index(IdentityKind::FamilyCard, "1"));
    }
}
