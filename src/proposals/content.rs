//! The personal data of a proposal, stored encrypted in its row.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::auth::sealing::{IdentityKind, Sealer};
use crate::db::stored;
use crate::error::Error;
use crate::registry::people::api::CreateFamily;
use crate::registry::people::correct::PersonCorrection;

/// A proposed family: parsed as for creating one, and stored as it was sent.
#[derive(Debug, Clone)]
pub struct ProposedFamily {
    pub sent: Value,
    pub family: CreateFamily,
}

impl<'de> Deserialize<'de> for ProposedFamily {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let sent = Value::deserialize(deserializer)?;
        let family = CreateFamily::deserialize(&sent).map_err(serde::de::Error::custom)?;
        Ok(Self { sent, family })
    }
}

#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    pub full_name: String,
    pub family: Option<Value>,
    pub changes: Option<PersonCorrection>,
}

impl Content {
    pub fn seal(&self, sealer: &Sealer, row: Uuid) -> Result<Vec<u8>, Error> {
        let text = serde_json::to_string(self).map_err(Error::internal)?;
        sealer.seal(IdentityKind::Proposal, row, &text)
    }

    pub fn open(sealer: &Sealer, row: Uuid, sealed: &[u8]) -> Result<Self, Error> {
        let text = sealer.open(IdentityKind::Proposal, row, sealed)?;
        stored::read_text(text.as_bytes(), "registry_proposals.content_sealed", row)
    }

    /// Names of the proposed fields, without their values.
    pub fn fields(&self) -> Vec<String> {
        let changes = self.changes.as_ref().and_then(|c| serde_json::to_value(c).ok());
        let given = changes.or_else(|| self.family.clone()).unwrap_or_default();
        let names = given.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        names.map(|(name, _)| name.clone()).collect()
    }
}
