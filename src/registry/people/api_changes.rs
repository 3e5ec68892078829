//! Request bodies that change an existing family or person.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::http::text::ShortText;
use crate::registry::model::{RelationToHead, RemovalReason, ShockKind};
use crate::registry::people::api::{CreateFamily, CreateMember, FamilyCardDigits};
use crate::registry::people::document::Document;

/// A merge patch (RFC 7396) is validated after it is applied, so the body itself accepts any document.
macro_rules! merge_patch {
    ($(#[doc = $about:literal])+ $Name:ident of $Whole:ty, without $left_out:expr, $example:tt) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Deserialize)]
        #[serde(transparent)]
        pub struct $Name(pub Document);

        impl Validate for $Name {
            fn validate(&self) -> Result<(), ValidationErrors> {
                Ok(())
            }
        }

        impl PartialSchema for $Name {
            fn schema() -> RefOr<Schema> {
                let RefOr::T(Schema::Object(mut object)) = <$Whole>::schema() else {
                    return ObjectBuilder::new().into();
                };
                object.required.clear();
                for name in $left_out {
                    object.properties.shift_remove(name);
                }
                object.description = Some(concat!($($about),+).trim().to_owned());
                object.example = Some(serde_json::json!($example));
                object.examples = Vec::new();
                RefOr::T(Schema::Object(object))
            }
        }

        impl ToSchema for $Name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($Name).into()
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                <$Whole>::schemas(schemas);
            }
        }
    };
}

merge_patch!(
    /// Changes to a person: an absent field stays as it is, `null` clears the value.
    PatchPerson of CreateMember, without ["id", "programs"],
    { "jkn_status": "active", "school_enrolled": true, "nik": "3204054505159001", "identity_status": "verified" }
);
merge_patch!(
    /// Changes to a family: an absent field stays as it is, `null` clears the value.
    PatchFamily of CreateFamily, without ["id", "programs", "welfare_status", "members"],
    { "address": "Kp. Cikalang RT 03 RW 05", "dwelling": { "power_va": 900 }, "assets": { "motorcycles": 1 } }
);

/// The death of a person.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "died_on": "2026-11-01" }))]
pub struct RecordDeath {
    /// Day of death.
    pub died_on: NaiveDate,
    /// Member who becomes head of the family: required when the head dies and others remain.
    pub new_head_id: Option<Uuid>,
}

/// The removal of a person from the registry.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "moved_abroad", "removed_on": "2026-11-01" }))]
pub struct RemovePerson {
    /// Reason for the removal.
    pub reason: RemovalReason,
    /// Day of the removal; today when absent.
    pub removed_on: Option<NaiveDate>,
    /// Member who becomes head of the family: required when the head leaves and others remain.
    pub new_head_id: Option<Uuid>,
}

/// The move of a person: into an existing family (`family_id`) or into a new one (`new_family`). Exactly one of the two
/// is required.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "new_family": { "region_code": "32.04.05.2001", "address": "Kp. Cikalang RT 04 RW 05" }, "moved_on": "2026-11-01",
}))]
pub struct MovePerson {
    /// The family that the person joins.
    pub family_id: Option<Uuid>,
    /// A new family with the person as its only member and head.
    pub new_family: Option<NewHome>,
    /// Relation to the head of the family that the person joins; required with `family_id`.
    pub relation_to_head: Option<RelationToHead>,
    /// Day of the move; today when absent.
    pub moved_on: Option<NaiveDate>,
    /// Member who becomes head of the former family: required when its head leaves and others remain.
    pub new_head_id: Option<Uuid>,
}

/// A new family whose members are already in the registry.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHome {
    /// Id chosen by the client (UUIDv7); the service generates one when absent.
    #[schema(example = json!(null))]
    pub id: Option<Uuid>,
    /// Village in which the new family lives (`PP.KK.CC.DDDD`).
    #[schema(pattern = r"^\d{2}\.\d{2}\.\d{2}\.\d{4}$", example = "32.04.05.2001")]
    pub region_code: String,
    /// Address within the village.
    pub address: Option<ShortText>,
    /// Number of the family card (KK), if one was already issued.
    #[schema(example = json!(null))]
    pub family_card_no: Option<FamilyCardDigits>,
}

/// A person and the person's relation to the head of the family.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberRelation {
    /// The person.
    pub person_id: Uuid,
    /// Relation to the head.
    pub relation_to_head: RelationToHead,
}

/// The split of a family: some of its members form a new family.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "new_family": { "region_code": "32.04.05.2001" },
    "members": [{ "person_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9f", "relation_to_head": "head" }],
}))]
pub struct SplitFamily {
    /// The new family.
    pub new_family: NewHome,
    /// Members who leave for the new family. Exactly one is its head. At least one member stays behind.
    #[schema(min_items = 1, max_items = 40)]
    pub members: Vec<MemberRelation>,
    /// Member who becomes head of the former family: required when its head leaves.
    pub new_head_id: Option<Uuid>,
}

/// The merger of another family into this one.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "family_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d91",
    "members": [{ "person_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9f", "relation_to_head": "parent" }],
}))]
pub struct MergeFamilies {
    /// The family that is merged into this one.
    pub family_id: Uuid,
    /// All members of that family, each with the relation to the head of the family that remains.
    #[schema(max_items = 40)]
    pub members: Vec<MemberRelation>,
}

/// A change of the head of a family.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "person_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9f", "former_head_relation": "spouse" }))]
pub struct ChangeHead {
    /// The member who becomes head.
    pub person_id: Uuid,
    /// Relation of the former head to the new one.
    pub former_head_relation: RelationToHead,
}

/// A new programme participation of the family or one of its members.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "program_code": "PKH", "since": "2026-10-01" }))]
pub struct AddProgram {
    /// Code of the programme.
    pub program_code: String,
    /// The member who participates; absent when the whole family participates.
    pub person_id: Option<Uuid>,
    /// First day, if known.
    pub since: Option<NaiveDate>,
}

/// The end of a programme participation.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "participation_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8da0", "until": "2026-12-31" }))]
pub struct EndProgram {
    /// Id of the participation, from `programs` of the family.
    pub participation_id: Uuid,
    /// Last day.
    pub until: NaiveDate,
}

/// A shock that hit the family, for example a disaster or a layoff.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "kind": "disaster", "happened_on": "2026-10-03" }))]
pub struct AddShock {
    /// Kind of shock.
    pub kind: ShockKind,
    /// The day on which it happened or began.
    pub happened_on: NaiveDate,
    /// Note. In responses only when personal data is revealed.
    pub note: Option<ShortText>,
}

/// The end of a shock.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "shock_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8da1", "until": "2026-12-31" }))]
pub struct EndShock {
    /// Id of the shock, from `shocks` of the family.
    pub shock_id: Uuid,
    /// The day on which the family had recovered.
    pub until: NaiveDate,
}
