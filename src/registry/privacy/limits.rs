//! Purpose limits: the purposes for which a person's data must not be used. They are a column of the person's row.

use std::borrow::Cow;
use std::collections::HashSet;

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use crate::auth::caller::AccessPurpose;
use crate::error::Error;
use crate::purposes;
use crate::regions::Unscoped;
use crate::registry::model::IdentityStatus;
use crate::registry::people::history;
use crate::registry::people::store;
use crate::registry::rows::{Household, PersonRow};
use crate::transaction::Tx;

/// Placeholder for a masked name.
const WITHHELD: &str = "***";

impl PersonRow {
    pub fn is_restricted(&self) -> bool {
        purposes::is_restricted(&self.limited_purposes)
    }

    /// Checks that this person's data may be read for this purpose.
    pub fn require_open_for(&self, purpose: AccessPurpose) -> Result<(), Error> {
        purposes::require(purpose, [self.limited_purposes.as_slice()])
    }

    /// The row of a person whose processing is restricted, without personal data: it shows only that the person exists.
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
    /// Checks that the data of all members may be read for this purpose.
    pub fn require_open_for(&self, purpose: AccessPurpose) -> Result<(), Error> {
        purposes::require(purpose, self.members.iter().map(|m| m.limited_purposes.as_slice()))
    }

    /// The household for use in a decision. Restricted data counts as unknown; a restricted subject gives 403
    /// `processing-restricted`. With a purpose, all persons whose data is shown must allow that purpose.
    pub fn usable_for(mut self, subject: Option<Uuid>, purpose: Option<AccessPurpose>) -> Result<Self, Error> {
        let restricted = |m: &PersonRow| m.is_restricted() && subject.is_none_or(|id| id == m.id);
        let barred = match subject {
            Some(_) => self.members.iter().any(restricted),
            None => !self.members.is_empty() && self.members.iter().all(PersonRow::is_restricted),
        };
        if barred {
            return Err(Error::new(crate::purposes::problems::PROCESSING_RESTRICTED));
        }
        if let Some(purpose) = purpose {
            let shown = |m: &&PersonRow| !m.is_restricted() && subject.is_none_or(|id| id == m.id);
            let limits = self.members.iter().filter(shown).map(|m| m.limited_purposes.as_slice());
            purposes::require(purpose, limits)?;
        }
        let seen = |m: PersonRow| if m.is_restricted() { m.withheld() } else { m };
        self.members = self.members.into_iter().map(seen).collect();
        Ok(self)
    }
}

/// The usable part of many households. Omits a household whose members are all restricted.
pub fn usable(homes: &[Household]) -> Vec<Cow<'_, Household>> {
    let seen = |home| {
        let home: &Household = home;
        if home.members.iter().any(PersonRow::is_restricted) {
            return home.clone().usable_for(None, None).ok().map(Cow::Owned);
        }
        Some(Cow::Borrowed(home))
    };
    homes.iter().filter_map(seen).collect()
}

/// Sets or lifts one limit of a person, or of all members of a family.
pub async fn set(tx: &mut Tx, family_id: Uuid, person_id: Option<Uuid>, limit: &str, on: bool) -> Result<(), Error> {
    let now = tx.now;
    if on && person_id.is_none() {
        // Lock the family: a concurrent insert of a member either finishes first, or sees the limit.
        let scope = tx.actor.scope.clone();
        store::list_family_places(&mut tx.conn, &scope, &[family_id], true).await?;
    }
    if store::set_limit(&mut tx.conn, family_id, person_id, limit, on, now).await? == 0 {
        return Ok(());
    }
    let (kind, id) = person_id.map_or(("family", family_id), |id| ("person", id));
    let action = if on { "limit" } else { "lift-limit" };
    history::record_fields(tx, kind, id, family_id, action, &["limited_purposes"]).await
}

/// The limits of the person, or of each member of the family. The subject must be visible to the caller.
pub async fn of(tx: &mut Tx, family_id: Uuid, person_id: Option<Uuid>) -> Result<Vec<Vec<String>>, Error> {
    Ok(store::list_limits_of_visible(&mut tx.conn, family_id, person_id).await?)
}

/// Checks that data about these persons and families, in any region, may be read for this purpose.
pub async fn require_open(
    conn: &mut AsyncPgConnection,
    person_ids: &[Uuid],
    family_ids: &[Uuid],
    purpose: AccessPurpose,
) -> Result<(), Error> {
    if person_ids.is_empty() && family_ids.is_empty() {
        return Ok(());
    }
    let why = Unscoped::FollowUpOfScopedAction;
    let limits = store::list_limits_of_subjects(conn, why, person_ids, family_ids).await?;
    purposes::require(purpose, limits.iter().map(|(_, limits)| limits.as_slice()))
}

/// The families in which a member restricted processing, or withdrew consent for this purpose.
pub async fn list_closed(
    conn: &mut AsyncPgConnection,
    family_ids: &[Uuid],
    purpose: Option<AccessPurpose>,
) -> Result<HashSet<Uuid>, Error> {
    let why = Unscoped::FollowUpOfScopedAction;
    let limits = store::list_limits_of_subjects(conn, why, &[], family_ids).await?;
    let closed = |limits: &[String]| match purpose {
        Some(purpose) => purposes::require(purpose, [limits]).is_err(),
        None => purposes::is_restricted(limits),
    };
    Ok(limits.into_iter().filter(|(_, limits)| closed(limits)).map(|(family, _)| family).collect())
}

/// The registry data that a file contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Persons, except those whose processing is restricted.
    Persons,
    /// Identifying household columns, where all members allow the purpose.
    Households,
}

/// True if a person in the file has since restricted processing, withdrawn consent for this purpose or been erased. The access records
/// with this trace id name the persons in the file.
pub async fn is_closed_since(
    conn: &mut AsyncPgConnection,
    pass: Uuid,
    shown: Shown,
    purpose: AccessPurpose,
) -> Result<bool, Error> {
    let persons = shown == Shown::Persons;
    let open_anyway = purposes::basis_of(purpose).is_some_and(|basis| basis.while_restricted);
    let mut closing = vec![purpose.as_str()];
    if persons || !open_anyway {
        closing.push(purposes::RESTRICTED);
    }
    let (why, trace) = (Unscoped::SubjectRights, pass.simple().to_string());
    Ok(store::has_access_to_limited_person(conn, why, &trace, &closing, persons).await?)
}

pub async fn require_unrestricted(tx: &mut Tx, family_id: Uuid, person_id: Option<Uuid>) -> Result<(), Error> {
    let limits = of(tx, family_id, person_id).await?;
    if limits.iter().any(|limits| purposes::is_restricted(limits)) {
        return Err(Error::new(crate::purposes::problems::PROCESSING_RESTRICTED));
    }
    Ok(())
}
