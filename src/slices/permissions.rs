//! All permissions under one name, for code above the slices.

pub use crate::audit::permissions::{AUDIT_READ};
pub use crate::auth::permissions::{CASES_READ, CASES_WRITE, CASES_RESTRICTED, STATS_READ, PII_REVEAL, OPERATOR_ASSERT, ACCESS_ADMIN};
pub use crate::complaints::permissions::{COMPLAINTS_SUBMIT, COMPLAINTS_READ, COMPLAINTS_HANDLE, COMPLAINTS_TRANSFER, COMPLAINTS_NOTE, COMPLAINTS_APPROVE};
pub use crate::directory::permissions::{DIRECTORY_WRITE};
pub use crate::eligibility::permissions::{ELIGIBILITY_CHECK, PROGRAMS_WRITE};
pub use crate::events::permissions::{EVENTS_READ, WEBHOOKS_MANAGE};
pub use crate::referrals::permissions::{REFERRALS_READ, REFERRALS_SEND, REFERRALS_RESPOND, REFERRALS_CORRECT};
pub use crate::registry::permissions::{REGISTRY_READ, REGISTRY_WRITE, REGISTRY_IMPORT};
