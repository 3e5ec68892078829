//! Valid values of each fact: a number within bounds or a code of a list. The bounds are those of the registry; facts that an officer
//! states are validated with the same bounds.

use serde_json::{Number, Value};

use super::facts::{FactId, Kind};
use crate::error::FieldError;
use crate::identity_numbers::holds_identity_number;
use crate::regions::RegionCode;
use crate::registry::model::{
    CookingFuel, DisabilitySeverity, DisabilityType, DwellingTenure, FloorMaterial, IdentityStatus, IncomeClass,
    JknStatus, LightingSource, MaritalStatus, OccupationClass, RelationToHead, RoofMaterial, SchoolLevel, Sex,
    SocialCriterion, ToiletFacility, WallMaterial, WaterSource, ppks_codes,
};

const VILLAGE_KINDS: [&str; 3] = ["desa", "kelurahan", "desa_adat"];

/// Minimum and maximum of a number.
pub const fn range(fact: FactId) -> Option<(i64, i64)> {
    use FactId as F;
    match fact {
        F::FamilyDecile => Some((1, 10)),
        F::FamilyWelfarePercentile => Some((1, 100)),
        F::SubjectAge => Some((0, 130)),
        F::DwellingFloorAreaM2 | F::DwellingFloorAreaPerCapitaM2 => Some((0, 10_000)),
        F::DwellingPowerVa => Some((0, 200_000)),
        // All other numbers count the members of a family.
        other if matches!(other.meta().kind, Kind::Int | Kind::Number) => Some((0, 100)),
        _ => None,
    }
}

/// The list of codes, if the fact has one.
pub fn codes(fact: FactId) -> Option<Vec<&'static str>> {
    use FactId as F;
    macro_rules! of {
        ($Codes:ident) => {
            $Codes::ALL.iter().map(|code| code.as_str()).collect()
        };
    }
    Some(match fact {
        F::FamilyIncomeClass => of!(IncomeClass),
        F::SubjectIdentityStatus => of!(IdentityStatus),
        F::SubjectSex => of!(Sex),
        F::SubjectRelation => of!(RelationToHead),
        F::SubjectMaritalStatus => of!(MaritalStatus),
        F::SubjectSchoolLevel => of!(SchoolLevel),
        F::SubjectOccupationClass => of!(OccupationClass),
        F::SubjectJknStatus => of!(JknStatus),
        F::SubjectDisabilityType => of!(DisabilityType),
        F::SubjectDisabilitySeverity => of!(DisabilitySeverity),
        F::SubjectPpksCodes => ppks_codes().collect(),
        F::SubjectCriteria => of!(SocialCriterion),
        F::DwellingTenure => of!(DwellingTenure),
        F::DwellingFloorMaterial => of!(FloorMaterial),
        F::DwellingWallMaterial => of!(WallMaterial),
        F::DwellingRoofMaterial => of!(RoofMaterial),
        F::DwellingWaterSource => of!(WaterSource),
        F::DwellingToilet => of!(ToiletFacility),
        F::DwellingCookingFuel => of!(CookingFuel),
        F::DwellingLightingSource => of!(LightingSource),
        F::RegionVillageKind => VILLAGE_KINDS.to_vec(),
        _ => return None,
    })
}

/// Validates a value that has the right kind. Codes of programmes are not validated here, because that needs the database.
pub fn validate(fact: FactId, value: &Value, pointer: &str) -> Vec<FieldError> {
    if holds_identity_number(value) {
        return vec![FieldError::new(pointer, "contains_identity_number")];
    }
    let text_fault = |text: &str| match (fact, codes(fact)) {
        _ if text.trim().is_empty() => None,
        (FactId::RegionCode, _) if RegionCode::parse(text).is_none() => Some("unknown_region"),
        (_, Some(codes)) if !codes.contains(&text) => Some("unknown_value"),
        _ => None,
    };
    match value {
        Value::Number(number) => {
            range(fact).and_then(|bounds| validate_number(number, bounds, pointer)).into_iter().collect()
        }
        Value::String(text) => text_fault(text).map(|code| FieldError::new(pointer, code)).into_iter().collect(),
        Value::Array(items) => {
            let of_item = |(index, item): (usize, &Value)| {
                let code = text_fault(item.as_str().unwrap_or_default())?;
                Some(FieldError::new(format!("{pointer}/{index}"), code))
            };
            items.iter().enumerate().filter_map(of_item).collect()
        }
        _ => Vec::new(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "the bounds are small numbers")]
fn validate_number(number: &Number, (minimum, maximum): (i64, i64), pointer: &str) -> Option<FieldError> {
    let value = number.as_f64()?;
    if value < minimum as f64 {
        return Some(FieldError::below(pointer, "too_small", minimum));
    }
    (value > maximum as f64).then(|| FieldError::above(pointer, "too_large", maximum))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_number_has_bounds_and_every_text_but_three_has_a_list() {
        let free = [FactId::FamilyProgramsActive, FactId::DwellingPlnCustomerId, FactId::RegionCode];
        for fact in FactId::ALL.iter().copied() {
            match fact.meta().kind {
                Kind::Int | Kind::Number => assert!(range(fact).is_some(), "{}", fact.name()),
                Kind::Text | Kind::List => assert_ne!(codes(fact).is_some(), free.contains(&fact), "{}", fact.name()),
                Kind::Bool => assert!(range(fact).is_none() && codes(fact).is_none(), "{}", fact.name()),
            }
        }
    }

    #[test]
    fn a_value_outside_its_bounds_or_list_is_reported_with_its_pointer() {
        let found = |fact, value: Value| -> Vec<(String, &str)> {
            validate(fact, &value, "/at").into_iter().map(|fault| (fault.pointer, fault.code)).collect()
        };
        let at = |pointer: &str, code| vec![(pointer.to_owned(), code)];
        assert_eq!(found(FactId::FamilyDecile, json!(11)), at("/at", "too_large"));
        assert_eq!(found(FactId::FamilyCountAge06, json!(-1)), at("/at", "too_small"));
        assert_eq!(found(FactId::DwellingFloorAreaM2, json!(-0.5)), at("/at", "too_small"));
        assert_eq!(found(FactId::SubjectSex, json!("unknown")), at("/at", "unknown_value"));
        assert_eq!(found(FactId::SubjectPpksCodes, json!(["PPKS-11", "PPKS-99"])), at("/at/1", "unknown_value"));
        assert_eq!(found(FactId::RegionCode, json!("99.99")), at("/at", "unknown_region"));
        assert_eq!(
            found(FactId::DwellingPlnCustomerId, json!("3204051203909001")),
            at("/at", "contains_identity_number")
        );
        for (fact, value) in [
            (FactId::FamilyDecile, json!(10)),
            (FactId::FamilyDecile, Value::Null),
            (FactId::SubjectSex, json!("")),
            (FactId::SubjectCriteria, json!([])),
            (FactId::DwellingPlnCustomerId, json!("990000000001")),
        ] {
            assert_eq!(found(fact, value), []);
        }
    }
}
