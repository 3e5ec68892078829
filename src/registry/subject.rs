//! Reference to a person or family of the registry in a request.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

/// Reference to a person or a family of the registry. Exactly one of the two ids is required.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "one_subject"))]
pub struct ReferralSubject {
    /// Id of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<Uuid>,
    /// Id of the family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub family_id: Option<Uuid>,
}

fn one_subject(subject: &ReferralSubject) -> Result<(), ValidationError> {
    if subject.person_id.is_some() == subject.family_id.is_some() {
        return Err(ValidationError::new("one_of"));
    }
    Ok(())
}
