//! The access purposes and the lawful basis of each, read from a data file of the release, and the check of a purpose against
//! the limits of a person. No I/O.

pub mod model;
pub mod problems;
pub mod withdrawn;

use crate::reference::catalogue::Catalogue;
use crate::slice::{Slice, schema};

pub const SLICE: Slice =
    Slice { codes, problems: problems::ALL, schemas: || vec![schema::<AccessPurpose>()], ..Slice::new("purposes") };

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes_with::<AccessPurpose>("access-purposes", DATA, "access_purposes")
        .codes::<model::LawfulBasis>("lawful-bases")
}

use std::sync::LazyLock;

use serde::Deserialize;

use self::model::LawfulBasis;
use crate::auth::caller::AccessPurpose;
use crate::error::Error;

/// The entry in a person's limits while processing is restricted (UU 27/2022).
pub const RESTRICTED: &str = "restricted";

pub const DATA: &str = include_str!("../../reference/access-purposes.json");

/// The lawful basis of a purpose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PurposeBasis {
    pub code: AccessPurpose,
    pub lawful_basis: LawfulBasis,
    pub legal_reference: String,
    pub while_restricted: bool,
}

#[derive(Deserialize)]
struct File {
    access_purposes: Vec<PurposeBasis>,
}

static BASES: LazyLock<Vec<PurposeBasis>> =
    LazyLock::new(|| serde_json::from_str::<File>(DATA).map(|file| file.access_purposes).unwrap_or_default());

pub fn basis_of(purpose: AccessPurpose) -> Option<&'static PurposeBasis> {
    BASES.iter().find(|basis| basis.code == purpose)
}

pub fn is_restricted(limits: &[String]) -> bool {
    limits.iter().any(|limit| limit == RESTRICTED)
}

/// Checks that the data of persons with these limits may be read for this purpose. Needs no query: the limits are columns of the row.
pub fn require<'a>(purpose: AccessPurpose, limits: impl IntoIterator<Item = &'a [String]>) -> Result<(), Error> {
    let exempt = basis_of(purpose).is_some_and(|basis| basis.while_restricted);
    for limits in limits {
        if is_restricted(limits) && !exempt {
            return Err(Error::new(crate::purposes::problems::PROCESSING_RESTRICTED));
        }
        if limits.iter().any(|limit| limit == purpose.as_str()) {
            return Err(Error::new(crate::purposes::problems::CONSENT_WITHDRAWN));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_has_a_lawful_basis() {
        for &purpose in AccessPurpose::ALL {
            let basis = basis_of(purpose).unwrap_or_else(|| panic!("{purpose} has no basis"));
            assert!(!basis.legal_reference.is_empty());
            assert_ne!(basis.lawful_basis, LawfulBasis::Consent, "{purpose}: a reveal would require proof of consent");
        }
    }

    #[test]
    fn a_restriction_exempts_emergencies_legal_claims_and_the_subjects_own_request() {
        let limits = [RESTRICTED.to_owned()];
        let is_allowed = |p: &&AccessPurpose| require(**p, [limits.as_slice()]).is_ok();
        let exempt: Vec<AccessPurpose> = AccessPurpose::ALL.iter().filter(is_allowed).copied().collect();
        assert_eq!(exempt, [AccessPurpose::SubjectRequest, AccessPurpose::LegalClaim, AccessPurpose::Emergency]);
    }

    #[test]
    fn a_withdrawn_consent_blocks_only_its_purpose() {
        let limits = ["referral".to_owned()];
        let refused = require(AccessPurpose::Referral, [limits.as_slice()]).unwrap_err();
        assert_eq!(refused.code, crate::purposes::problems::CONSENT_WITHDRAWN);
        assert!(require(AccessPurpose::Verification, [limits.as_slice()]).is_ok());
        assert!(require(AccessPurpose::Referral, [[].as_slice()]).is_ok());
    }
}
