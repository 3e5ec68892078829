//! Identity numbers at rest: AES-256-GCM bound to the row they stand on, and a keyed index to find them by. A dump of
//! the database names no NIK.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hmac, rand};
use uuid::Uuid;

use super::keys::{KeyError, SealingEntry, decode};
use crate::error::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityKind {
    Nik,
    FamilyCard,
    /// What a registry proposal says of whom.
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

    /// Key id, nonce, ciphertext and tag. The row's id is bound in, so that a value moved to another row does not open.
    pub fn seal(&self, kind: IdentityKind, row: Uuid, number: &str) -> Result<Vec<u8>, Error> {
        self.seal_bytes(&bound_to(kind, row), number.as_bytes())
    }

    /// The same for any bytes, bound to the place where they stand.
    pub fn seal_bytes(&self, place: &[u8], bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let fault = || Error::internal("sealing failed");
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
        String::from_utf8(text).map_err(|_| Error::internal("a sealed value does not open"))
    }

    pub fn open_bytes(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let fault = || Error::internal("a sealed value does not open");
        let (id, rest) = sealed.split_first().ok_or_else(fault)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(fault)?;
        let (_, key) = self.keys.iter().find(|(k, _)| k == id).ok_or_else(fault)?;
        let mut text = text.to_vec();
        let plain = key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(place), &mut text)
            .map_err(|_| fault())?;
        Ok(plain.to_vec())
    }

    /// Tells a file again by its digest. Keyed, so that whoever reads it can confirm no guess at what stood in a small one.
    pub fn file_mark(&self, digest: &[u8; 32]) -> String {
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
    fn a_sealed_number_opens_on_its_own_row_only() {
        let (sealer, row) = (sealer(), Uuid::now_v7());
        let sealed = sealer.seal(IdentityKind::Nik, row, "3204051203909001").unwrap();
        assert_eq!(sealer.open(IdentityKind::Nik, row, &sealed).unwrap(), "3204051203909001");
        assert!(sealer.open(IdentityKind::Nik, Uuid::now_v7(), &sealed).is_err());
        assert!(sealer.open(IdentityKind::FamilyCard, row, &sealed).is_err());
        let mut touched = sealed.clone();
        *touched.last_mut().unwrap() ^= 1;
        assert!(sealer.open(IdentityKind::Nik, row, &touched).is_err());
        assert!(sealer.open(IdentityKind::Nik, row, &[]).is_err());
    }

    #[test]
    fn a_number_sealed_under_an_older_key_still_opens() {
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
    fn the_blind_index_keeps_kinds_apart() {
        let sealer = sealer();
        assert_ne!(sealer.blind_index(IdentityKind::Nik, "1"), sealer.blind_index(IdentityKind::FamilyCard, "1"));
    }
}
