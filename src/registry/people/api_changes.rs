//! Bodies of what changes a family or a person that stands in the registry.

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

/// A merge patch (RFC 7396) is judged as what comes of it, so it is taken as it is.
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
    /// What is to be changed of a person: a field that is absent stays, `null` takes its value away.
    PatchPerson of CreateMember, without ["id", "programs"],
    { "jkn_status": "active", "school_enrolled": true, "nik": "3204054505159001", "identity_status": "verified" }
);
merge_patch!(
    /// What is to be changed of a family: a field that is absent stays, `null` takes its value away.
    PatchFamily of CreateFamily, without ["id", "programs", "welfare_status", "members"],
    { "address": "Kp. Cikalang RT 03 RW 05", "dwelling": { "power_va": 900 }, "assets": { "motorcycles": 1 } }
);

/// Somebody's death.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "died_on": "2026-11-01" }))]
pub struct RecordDeath {
    /// Day of death.
    pub died_on: NaiveDate,
    /// Who is head of the family from now on: needed when the head dies and others remain.
    pub new_head_id: Option<Uuid>,
}

/// Why somebody no longer belongs in the registry.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "moved_abroad", "removed_on": "2026-11-01" }))]
pub struct RemovePerson {
    /// Why.
    pub reason: RemovalReason,
    /// From which day on; today when absent.
    pub removed_on: Option<NaiveDate>,
    /// Who is head of the family from now on: needed when the head leaves and others remain.
    pub new_head_id: Option<Uuid>,
}

/// Where somebody lives from now on: in a family that is known, or in a new one.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "new_family": { "region_code": "32.04.05.2001", "address": "Kp. Cikalang RT 04 RW 05" }, "moved_on": "2026-11-01",
}))]
pub struct MovePerson {
    /// The family that takes the person in.
    pub family_id: Option<Uuid>,
    /// A family of one that is made for the person, who becomes its head.
    pub new_family: Option<NewHome>,
    /// Relation to the head of the family that takes the person in.
    pub relation_to_head: Option<RelationToHead>,
    /// Day of the move; today when absent.
    pub moved_on: Option<NaiveDate>,
    /// Who is head of the family left behind: needed when its head leaves and others remain.
    pub new_head_id: Option<Uuid>,
}

/// A family that is made of people who are known.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHome {
    /// Id made by the client (UUIDv7); the service makes one when absent.
    #[schema(example = json!(null))]
    pub id: Option<Uuid>,
    /// Village (`PP.KK.CC.DDDD`).
    #[schema(pattern = r"^\d{2}\.\d{2}\.\d{2}\.\d{4}$", example = "32.04.05.2001")]
    pub region_code: String,
    /// Address within the village.
    pub address: Option<ShortText>,
    /// Number of the family card, if there is one already.
    #[schema(example = json!(null))]
    pub family_card_no: Option<FamilyCardDigits>,
}

/// A person of a family, and what the person is in it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberRelation {
    /// The person.
    pub person_id: Uuid,
    /// Relation to the head.
    pub relation_to_head: RelationToHead,
}

/// A family that comes apart: some of its members make a new one.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "new_family": { "region_code": "32.04.05.2001" },
    "members": [{ "person_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9f", "relation_to_head": "head" }],
}))]
pub struct SplitFamily {
    /// Where the new family lives.
    pub new_family: NewHome,
    /// Who goes, among them exactly one head. At least one member stays.
    #[schema(min_items = 1, max_items = 40)]
    pub members: Vec<MemberRelation>,
    /// Who is head of the family left behind: needed when its head goes.
    pub new_head_id: Option<Uuid>,
}

/// A family that takes another one in.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "family_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d91",
    "members": [{ "person_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9f", "relation_to_head": "parent" }],
}))]
pub struct MergeFamilies {
    /// The family that is taken in.
    pub family_id: Uuid,
    /// Everybody who lives in it, with the relation to the head of the family that remains.
    #[schema(max_items = 40)]
    pub members: Vec<MemberRelation>,
}

/// Who is head of the family from now on.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "person_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9f", "former_head_relation": "spouse" }))]
pub struct ChangeHead {
    /// The member who becomes head.
    pub person_id: Uuid,
    /// Relation of the former head to the new one.
    pub former_head_relation: RelationToHead,
}

/// A programme that the family, or one of its members, is in from now on.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "program_code": "PKH", "since": "2026-10-01" }))]
pub struct AddProgram {
    /// Code of the programme.
    pub program_code: String,
    /// The member it is for; absent when it is for the whole family.
    pub person_id: Option<Uuid>,
    /// First day, if known.
    pub since: Option<NaiveDate>,
}

/// A participation that ends.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "participation_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8da0", "until": "2026-12-31" }))]
pub struct EndProgram {
    /// Id of the participation, as the family shows it.
    pub participation_id: Uuid,
    /// Last day.
    pub until: NaiveDate,
}

/// Something that struck the family.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "kind": "disaster", "happened_on": "2026-10-03" }))]
pub struct AddShock {
    /// What it was.
    pub kind: ShockKind,
    /// The day on which it happened or began.
    pub happened_on: NaiveDate,
    /// Words that go with it. Shown only when personal data is revealed.
    pub note: Option<ShortText>,
}

/// A shock that is overcome.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "shock_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8da1", "until": "2026-12-31" }))]
pub struct EndShock {
    /// Id of the entry, as the family shows it.
    pub shock_id: Uuid,
    /// The day on which it was overcome.
    pub until: NaiveDate,
}
