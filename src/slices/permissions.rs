//! All permissions under one name, for code above the slices.

#![expect(ambiguous_glob_reexports, reason = "each module also has its list `ALL`, which is not used from here")]

pub use crate::audit::permissions::*;
pub use crate::auth::permissions::*;
pub use crate::complaints::permissions::*;
pub use crate::directory::permissions::*;
pub use crate::eligibility::permissions::*;
pub use crate::events::permissions::*;
pub use crate::referrals::permissions::*;
pub use crate::registry::permissions::*;
