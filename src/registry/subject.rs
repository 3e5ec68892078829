//! Names a person or a family of the registry in a request.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

/// A person or a family of the registry: exactly one of the two.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "one_subject"))]
pub struct ReferralSubject {
    /// Id of a person in the registry.
    pub person_id: Option<Uuid>,
    /// Id of a family in the registry.
    #[schema(nullable, example = json!(null))]
    pub family_id: Option<Uuid>,
}

fn one_subject(subject: &ReferralSubject) -> Result<(), ValidationError> {
    if subject.person_id.is_some() == subject.family_id.is_some() {
        return Err(ValidationError::new("one_of"));
    }
    Ok(())
}
