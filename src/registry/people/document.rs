//! A person and a family as JSON documents with all fields that can change. A merge patch (RFC 7396) is applied to a
//! document, and two documents are compared to find the fields that changed.

use serde_json::{Map, Value, json};

use crate::error::{Error, FieldError};
use crate::registry::people::viewer::mask;
use crate::registry::rows::{DwellingRow, FamilyRow, PersonRow};

pub type Document = Map<String, Value>;

fn object(value: Value) -> Document {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// The person; `nik` is the decrypted number.
pub fn person(row: &PersonRow, nik: Option<&str>) -> Result<Document, Error> {
    let facts = row.attributes()?;
    Ok(object(json!({
        "relation_to_head": row.relation_to_head,
        "nik": nik,
        "identity_status": row.identity_status,
        "full_name": row.full_name,
        "birth_date": row.birth_date,
        "sex": row.sex,
        "marital_status": row.marital_status,
        "school_level": row.school_level,
        "school_enrolled": row.school_enrolled,
        "occupation_class": row.occupation_class,
        "disability_type": row.disability_type,
        "disability_severity": row.disability_severity,
        "chronic_illness": row.chronic_illness,
        "pregnant_or_postpartum": row.pregnant_or_postpartum,
        "jkn_status": row.jkn_status,
        "has_kip": row.has_kip,
        "orphan": row.orphan,
        "sktm": facts.sktm,
        "village_head_certified": facts.village_head_certified,
        "assessment_recommended": facts.assessment_recommended,
        "criteria": facts.criteria,
        "ppks_codes": facts.ppks_known.then_some(&row.ppks_codes),
    })))
}

/// The person with the fields that change with the family, the region or the standing.
pub fn whole_person(row: &PersonRow, nik: Option<&str>) -> Result<Document, Error> {
    let mut document = person(row, nik)?;
    document.extend(object(json!({
        "family_id": row.family_id,
        "region_code": row.region_code,
        "standing": row.standing,
        "ended_on": row.ended_on,
        "merged_into": row.merged_into,
    })));
    Ok(document)
}

/// The family with its dwelling; `card` is the decrypted number.
pub fn family(row: &FamilyRow, dwelling: Option<&DwellingRow>, card: Option<&str>) -> Result<Document, Error> {
    let facts = row.attributes()?;
    Ok(object(json!({
        "family_card_no": card,
        "region_code": row.region_code,
        "address": row.address,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "dwelling": dwelling.map(home),
        "attributes": {
            "disaster_victim": facts.disaster_victim,
            "breadwinner_laid_off": facts.breadwinner_laid_off,
            "lost_livelihood": facts.lost_livelihood,
            "extreme_poor": facts.extreme_poor,
            "prior_housing_aid": facts.prior_housing_aid,
            "income_class": facts.income_class,
        },
        "assets": row.assets()?,
    })))
}

/// The part of the family's document that is the dwelling.
pub fn dwelling(row: &DwellingRow) -> Document {
    object(json!({ "dwelling": home(row) }))
}

fn home(row: &DwellingRow) -> Value {
    json!({
        "tenure": row.tenure,
        "land_title": row.land_title,
        "floor_material": row.floor_material,
        "wall_material": row.wall_material,
        "roof_material": row.roof_material,
        "floor_area_m2": row.floor_area_m2,
        "wall_or_roof_dangerous": row.wall_or_roof_dangerous,
        "habitable": row.habitable,
        "water_source": row.water_source,
        "toilet": row.toilet,
        "cooking_fuel": row.cooking_fuel,
        "lighting_source": row.lighting_source,
        "power_va": row.power_va,
        "pln_customer_id": row.pln_customer_id,
    })
}

/// The document after the patch: `null` clears a value. A field that the document does not have is a fault.
pub fn patched(document: &Document, patch: &Document) -> Result<Value, Error> {
    let unknown = patch.keys().filter(|name| !document.contains_key(*name));
    let faults: Vec<FieldError> = unknown
        .map(|name| FieldError::new(format!("/{}", name.replace('~', "~0").replace('/', "~1")), "unknown_field"))
        .collect();
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let mut merged = document.clone();
    merge(&mut merged, patch);
    Ok(Value::Object(merged))
}

fn merge(target: &mut Document, patch: &Document) {
    for (name, value) in patch {
        match value {
            Value::Object(inner) => {
                let mut below = match target.remove(name) {
                    Some(Value::Object(fields)) => fields,
                    _ => Map::new(),
                };
                merge(&mut below, inner);
                target.insert(name.clone(), Value::Object(below));
            }
            other => {
                target.insert(name.clone(), other.clone());
            }
        }
    }
}

/// Fields that differ, each with the old and the new value. Identity numbers are masked.
pub fn differences(before: &Document, after: &Document) -> Document {
    let mut found = Map::new();
    for (name, now) in after {
        let was = before.get(name).unwrap_or(&Value::Null);
        if was == now {
            continue;
        }
        match (was, now) {
            (Value::Object(a), Value::Object(b)) => {
                for (inner, pair) in differences(a, b) {
                    found.insert(format!("{name}.{inner}"), pair);
                }
            }
            (Value::Null, Value::Object(b)) => {
                for (inner, pair) in differences(&Map::new(), b) {
                    found.insert(format!("{name}.{inner}"), pair);
                }
            }
            _ => {
                let show = |value: &Value| match (name.as_str(), value) {
                    ("nik" | "family_card_no" | "pln_customer_id", Value::String(number)) => json!(mask(number)),
                    _ => value.clone(),
                };
                found.insert(name.clone(), json!({ "from": show(was), "to": show(now) }));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_patch_follows_rfc_7396() {
        let document = object(json!({ "a": 1, "b": { "c": 2, "d": 3 }, "e": [1, 2], "f": null }));
        let patch = object(json!({ "a": null, "b": { "c": 9 }, "e": [3], "f": { "g": 1 } }));
        let expected = json!({ "a": null, "b": { "c": 9, "d": 3 }, "e": [3], "f": { "g": 1 } });
        assert_eq!(patched(&document, &patch).unwrap(), expected);
        let fault = patched(&document, &object(json!({ "x": 1 }))).unwrap_err();
        assert_eq!((fault.fields[0].pointer.as_str(), fault.fields[0].code), ("/x", "unknown_field"));
    }

    #[test]
    fn a_difference_names_the_field_and_masks_a_number() {
        let before = object(json!({ "nik": null, "full_name": "A", "dwelling": { "power_va": 450, "toilet": null } }));
        let after = object(
            json!({ "nik": "3204051203809001", "full_name": "A", "dwelling": { "power_va": 900, "toilet": null } }),
        );
        let found = differences(&before, &after);
        let mut names: Vec<&String> = found.keys().collect();
        names.sort();
        assert_eq!(names, ["dwelling.power_va", "nik"]);
        assert_eq!(found["nik"], json!({ "from": null, "to": format!("{}01", "*".repeat(14)) }));
    }
}
