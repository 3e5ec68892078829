//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    RULE_VERSION_BEGUN = "rule-version-begun", 409,
        "Versi aturan tidak dapat ditarik", "The rule version cannot be withdrawn",
        "Hanya versi yang belum berlaku yang dapat ditarik.", "Only a version that has not begun can be withdrawn.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    ("fact_unknown", Texts { id: "Tidak ada fakta dengan nama ini", en: "No fact has this name" }),
    ("fact_wrong_kind", Texts { id: "Jenis nilai fakta keliru", en: "The value is not of this fact's kind" }),
    (
        "person_required",
        Texts {
            id: "Fakta tentang orang memerlukan nik atau person_id",
            en: "A fact about a person needs nik or person_id",
        },
    ),
    ("rule_not_object", Texts { id: "Simpul aturan harus berupa objek", en: "A rule node is an object" }),
    (
        "rule_node_unknown",
        Texts {
            id: "Simpul aturan ialah all, any, not, atau field dengan op dan value",
            en: "A rule node is one of: all, any, not, or field with op and value",
        },
    ),
    (
        "rule_node_ambiguous",
        Texts {
            id: "Simpul aturan hanya boleh satu dari all, any, not, atau field dengan op dan value",
            en: "A rule node is only one of: all, any, not, or field with op and value",
        },
    ),
    ("rule_key_unknown", Texts { id: "Kunci ini tidak dikenal di sini", en: "This key has no meaning here" }),
    (
        "rule_group_not_array",
        Texts { id: "all dan any memuat larik simpul aturan", en: "all and any take an array of rule nodes" },
    ),
    (
        "rule_group_empty",
        Texts { id: "Kelompok kosong tidak memutuskan apa pun", en: "An empty group decides nothing" },
    ),
    (
        "rule_too_deep",
        Texts { id: "Pohon aturan bersarang lebih dari 32 tingkat", en: "The tree is nested more than 32 levels deep" },
    ),
    (
        "rule_too_large",
        Texts { id: "Pohon aturan memuat lebih dari 500 simpul", en: "The tree has more than 500 nodes" },
    ),
    (
        "rule_field_missing",
        Texts {
            id: "Syarat harus menyebut fakta yang ditanyakan (field)",
            en: "A condition names the fact it asks about (field)",
        },
    ),
    ("rule_field_unknown", Texts { id: "Tidak ada fakta dengan nama ini", en: "No fact has this name" }),
    (
        "rule_operator_missing",
        Texts { id: "Syarat harus menyebut operatornya (op)", en: "A condition names its operator (op)" },
    ),
    ("rule_operator_unknown", Texts { id: "Operator ini tidak ada", en: "There is no such operator" }),
    (
        "rule_operator_unfit",
        Texts {
            id: "Operator ini tidak berlaku untuk fakta tersebut",
            en: "The operator has no meaning for this fact",
        },
    ),
    ("rule_value_missing", Texts { id: "Syarat harus memuat nilai (value)", en: "A condition has a value" }),
    (
        "rule_value_type",
        Texts {
            id: "Jenis nilai tidak sesuai dengan fakta dan operatornya",
            en: "The value is not of the type that fact and operator ask for",
        },
    ),
    ("rule_value_empty", Texts { id: "Nilai kosong", en: "The value is blank or an empty list" }),
    (
        "rule_value_too_long",
        Texts { id: "Daftar memuat lebih dari 200 nilai", en: "The list has more than 200 values" },
    ),
    ("rule_range_reversed", Texts { id: "Rentang berakhir sebelum dimulai", en: "The range ends before it begins" }),
    (
        "first_day_taken",
        Texts { id: "Sudah ada versi yang mulai pada hari ini", en: "Another version begins on that day" },
    ),
    ("differs", Texts { id: "Berbeda dari program nasionalnya", en: "It differs from the national programme's" }),
];
