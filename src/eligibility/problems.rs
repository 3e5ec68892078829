//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    RULE_VERSION_BEGUN = "rule-version-begun", 409,
        "Versi aturan tidak dapat ditarik", "The rule version cannot be withdrawn",
        "Hanya versi yang belum berlaku yang dapat ditarik. Tambahkan versi baru untuk menggantikan versi ini.", "Only a version that is not yet in force can be withdrawn. Add a new version to replace this one.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    ("fact_unknown", Texts { id: "Tidak ada fakta dengan nama ini", en: "No fact has this name" }),
    ("fact_wrong_kind", Texts { id: "Jenis nilai fakta keliru", en: "The value has the wrong type for this fact" }),
    (
        "person_required",
        Texts {
            id: "Fakta tentang orang memerlukan nik atau person_id",
            en: "A fact about a person needs nik or person_id",
        },
    ),
    ("rule_not_object", Texts { id: "Simpul aturan harus berupa objek", en: "A rule node must be an object" }),
    (
        "rule_node_unknown",
        Texts {
            id: "Simpul aturan harus salah satu dari: all, any, not, atau field dengan op dan value",
            en: "A rule node must be one of: all, any, not, or field with op and value",
        },
    ),
    (
        "rule_node_ambiguous",
        Texts {
            id: "Simpul aturan hanya boleh salah satu dari: all, any, not, atau field dengan op dan value",
            en: "A rule node may be only one of: all, any, not, or field with op and value",
        },
    ),
    ("rule_key_unknown", Texts { id: "Kunci ini tidak boleh dipakai di sini", en: "This key is not allowed here" }),
    (
        "rule_group_not_array",
        Texts {
            id: "all dan any harus memuat larik simpul aturan",
            en: "all and any must contain an array of rule nodes",
        },
    ),
    (
        "rule_group_empty",
        Texts {
            id: "Kelompok harus memuat sedikitnya satu simpul aturan",
            en: "The group must contain at least one rule node",
        },
    ),
    (
        "rule_too_deep",
        Texts { id: "Pohon aturan bersarang lebih dari 32 tingkat", en: "The rule tree is more than 32 levels deep" },
    ),
    (
        "rule_too_large",
        Texts { id: "Pohon aturan memuat lebih dari 500 simpul", en: "The rule tree has more than 500 nodes" },
    ),
    (
        "rule_field_missing",
        Texts { id: "Syarat harus menyebut faktanya (field)", en: "A condition must name its fact (field)" },
    ),
    ("rule_field_unknown", Texts { id: "Tidak ada fakta dengan nama ini", en: "No fact has this name" }),
    (
        "rule_operator_missing",
        Texts { id: "Syarat harus menyebut operatornya (op)", en: "A condition must have an operator (op)" },
    ),
    ("rule_operator_unknown", Texts { id: "Operator ini tidak ada", en: "The operator does not exist" }),
    (
        "rule_operator_unfit",
        Texts {
            id: "Operator ini tidak dapat dipakai untuk fakta tersebut",
            en: "The operator cannot be used with this fact",
        },
    ),
    (
        "rule_value_missing",
        Texts { id: "Syarat harus memuat nilai (value)", en: "A condition must have a value (value)" },
    ),
    (
        "rule_value_type",
        Texts {
            id: "Jenis nilai tidak sesuai dengan fakta dan operatornya",
            en: "The type of the value does not fit the fact and the operator",
        },
    ),
    ("rule_value_empty", Texts { id: "Nilai atau daftarnya kosong", en: "The value is blank or an empty list" }),
    (
        "rule_value_too_long",
        Texts { id: "Daftar memuat lebih dari 200 nilai", en: "The list has more than 200 values" },
    ),
    ("rule_range_reversed", Texts { id: "Rentang berakhir sebelum dimulai", en: "The range ends before it starts" }),
    (
        "first_day_taken",
        Texts {
            id: "Sudah ada versi lain yang mulai pada tanggal ini",
            en: "Another version already starts on this date",
        },
    ),
    (
        "differs",
        Texts {
            id: "Nilai berbeda dari nilai pada program nasionalnya",
            en: "The value differs from that of the national programme",
        },
    ),
];
