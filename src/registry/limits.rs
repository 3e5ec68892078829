//! For which purposes a person's data may not be used. The limits stand on the person's own row and come with it.

use uuid::Uuid;

use super::model::IdentityStatus;
use super::rows::{Household, PersonRow};
use super::store;
use crate::auth::caller::AccessPurpose;
use crate::consents::purposes;
use crate::error::Error;
use crate::http::problem_table::Code;
use crate::transaction::Tx;

/// Stands for a name that is not shown.
const WITHHELD: &str = "***";

impl PersonRow {
    pub fn is_restricted(&self) -> bool {
        purposes::is_restricted(&self.limited_purposes)
    }

    /// May this person's data be opened for this purpose?
    pub fn require_open_for(&self, purpose: AccessPurpose) -> Result<(), Error> {
        purposes::require(purpose, [self.limited_purposes.as_slice()])
    }

    /// What remains to be seen and used of somebody whose processing is restricted: that there is somebody.
    pub fn withheld(self) -> Self {
        Self {
            full_name: WITHHELD.to_owned(),
            nik_sealed: None,
            identity_status: IdentityStatus::Unknown,
            birth_date: None,
            marital_status: None,
            school_level: None,
            school_enrolled: None,
            occupation_class: None,
            disability_type: None,
            disability_severity: None,
            chronic_illness: None,
            pregnant_or_postpartum: None,
            jkn_status: None,
            has_kip: None,
            orphan: None,
            ppks_codes: Vec::new(),
            attributes: serde_json::Value::Object(serde_json::Map::new()),
            ..self
        }
    }
}

impl Household {
    /// May the data of everybody in the family be opened for this purpose?
    pub fn require_open_for(&self, purpose: AccessPurpose) -> Result<(), Error> {
        purposes::require(purpose, self.members.iter().map(|m| m.limited_purposes.as_slice()))
    }

    /// For use in a decision: what is restricted counts as unknown, and a restricted subject is not decided on.
    pub fn usable_for(mut self, subject: Option<Uuid>) -> Result<Self, Error> {
        let restricted = |m: &PersonRow| m.is_restricted() && subject.is_none_or(|id| id == m.id);
        let barred = match subject {
            Some(_) => self.members.iter().any(restricted),
            None => !self.members.is_empty() && self.members.iter().all(PersonRow::is_restricted),
        };
        if barred {
            return Err(Error::new(Code::ProcessingRestricted));
        }
        let seen = |m: PersonRow| if m.is_restricted() { m.withheld() } else { m };
        self.members = self.members.into_iter().map(seen).collect();
        Ok(self)
    }
}

/// Sets or lifts one limit of a person, or of everybody in a family.
pub async fn set(tx: &mut Tx, family_id: Uuid, person_id: Option<Uuid>, limit: &str, on: bool) -> Result<(), Error> {
    let now = tx.now;
    Ok(store::set_limit(&mut tx.conn, family_id, person_id, limit, on, now).await?)
}

/// The limits of the person, or of each in the family. The subject was found within the caller's regions.
pub async fn of(tx: &mut Tx, family_id: Uuid, person_id: Option<Uuid>) -> Result<Vec<Vec<String>>, Error> {
    Ok(store::list_limits_of_visible(&mut tx.conn, family_id, person_id).await?)
}

pub async fn require_unrestricted(tx: &mut Tx, family_id: Uuid, person_id: Option<Uuid>) -> Result<(), Error> {
    let limits = of(tx, family_id, person_id).await?;
    if limits.iter().any(|limits| purposes::is_restricted(limits)) {
        return Err(Error::new(Code::ProcessingRestricted));
    }
    Ok(())
}
