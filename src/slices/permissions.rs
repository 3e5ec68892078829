//! All permissions under one name, for code above the slices.

pub use crate::audit::permissions::AUDIT_READ;
pub use crate::auth::permissions::{
    ACCESS_ADMIN, CASES_READ, CASES_RESTRICTED, CASES_WRITE, OPERATOR_ASSERT, PII_REVEAL, STATS_READ,
};
pub use crate::complaints::permissions::{
    COMPLAINTS_APPROVE, COMPLAINTS_HANDLE, COMPLAINTS_NOTE, COMPLAINTS_READ, COMPLAINTS_SUBMIT, COMPLAINTS_TRANSFER,
};
pub use crate::directory::permissions::DIRECTORY_WRITE;
pub use crate::eligibility::permissions::{ELIGIBILITY_CHECK, PROGRAMS_WRITE};
pub use crate::events::permissions::{EVENTS_READ, WEBHOOKS_MANAGE};
pub use crate::referrals::permissions::{REFERRALS_CORRECT, REFERRALS_READ, REFERRALS_RESPOND, REFERRALS_SEND};
pub use crate::registry::permissions::{REGISTRY_IMPORT, REGISTRY_READ, REGISTRY_WRITE};
