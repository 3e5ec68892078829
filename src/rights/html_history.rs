//! HTML sections for residences and for changes of the record.

use serde_json::Value;

use super::export::SubjectExport;
use super::html_page::{Page, day, label, place, time};
use crate::db::text_enum::CodeList;
use crate::registry::model::{
    DisabilitySeverity, DisabilityType, IdentityStatus, JknStatus, MaritalStatus, OccupationClass, RelationToHead,
    SchoolLevel, Sex, Standing,
};

pub(super) fn residences(out: &mut Page, export: &SubjectExport) {
    if export.residences.is_empty() {
        return;
    }
    out.section("Tempat tinggal di lembaga");
    out.head(&["Jenis", "Nama", "Wilayah", "Sejak", "Sampai"]);
    for stay in &export.residences {
        let name = stay.facility_name.as_deref().unwrap_or_default();
        let until = stay.until.map_or_else(|| "Sekarang".to_owned(), day);
        out.row(&[label(stay.kind), name, &place(&stay.region_code), &day(stay.since), &until]);
    }
    out.end_table();
}

pub(super) fn history(out: &mut Page, export: &SubjectExport) {
    out.section("Perubahan data");
    if export.history.is_empty() && export.mergers.is_empty() {
        return out.quiet("Data ini belum pernah diubah.");
    }
    for merger in &export.mergers {
        let undone = merger.undone_at.map_or_else(String::new, |at| format!("; dibatalkan {}", time(at)));
        out.text("p", &format!("Data ganda digabungkan {} oleh {}{undone}.", time(merger.merged_at), merger.actor));
    }
    if export.history.is_empty() {
        return;
    }
    out.head(&["Waktu", "Oleh", "Perubahan", "Isian"]);
    for change in &export.history {
        let fields: Vec<String> = change
            .fields
            .iter()
            .map(|field| match (&field.from, &field.to) {
                (None, None) => name(&field.field),
                (from, to) => {
                    let text = |part: &Option<Value>| value(&field.field, part.as_ref());
                    format!("{}: {} → {}", name(&field.field), text(from), text(to))
                }
            })
            .collect();
        out.row(&[&time(change.at), &change.actor, action(&change.action), &fields.join("; ")]);
    }
    out.end_table();
}

/// The value as text; a code as its Indonesian label.
fn value(field: &str, json: Option<&Value>) -> String {
    let each = |items: Vec<&Value>| {
        let texts: Vec<String> = items.into_iter().map(|item| value(field, Some(item))).collect();
        texts.join(", ")
    };
    match json {
        None | Some(Value::Null) => "kosong".to_owned(),
        Some(Value::Bool(flag)) => super::html_page::yes_no(*flag).to_owned(),
        Some(Value::String(text)) => label_of(field, text).map_or_else(|| text.clone(), str::to_owned),
        Some(Value::Array(items)) => each(items.iter().collect()),
        Some(Value::Object(fields)) => each(fields.values().filter(|v| !v.is_null()).collect()),
        Some(other) => other.to_string(),
    }
}

fn label_of(field: &str, code: &str) -> Option<&'static str> {
    fn of<T: CodeList + std::fmt::Display + std::str::FromStr>(code: &str) -> Option<&'static str> {
        code.parse::<T>().ok().map(label)
    }
    match field {
        "sex" => of::<Sex>(code),
        "identity_status" => of::<IdentityStatus>(code),
        "relation_to_head" => of::<RelationToHead>(code),
        "marital_status" => of::<MaritalStatus>(code),
        "school_level" => of::<SchoolLevel>(code),
        "occupation_class" => of::<OccupationClass>(code),
        "disability_type" => of::<DisabilityType>(code),
        "disability_severity" => of::<DisabilitySeverity>(code),
        "jkn_status" => of::<JknStatus>(code),
        "standing" => of::<Standing>(code),
        _ => None,
    }
}

fn action(code: &str) -> &str {
    match code {
        "create" => "Dicatat",
        "update" => "Diubah",
        "correct" => "Diperbaiki",
        "move" => "Pindah keluarga",
        "relocate" => "Pindah wilayah",
        "split" => "Keluarga dipisah",
        "merge" | "merge-into" | "take-in" => "Digabungkan",
        "undo-merge" => "Penggabungan dibatalkan",
        "change-head" | "become-head" => "Kepala keluarga berganti",
        "record-death" => "Meninggal dicatat",
        "remove" => "Dikeluarkan dari data",
        "reinstate" => "Dimasukkan kembali",
        "add-residence" | "end-residence" => "Tempat tinggal di lembaga",
        "add-welfare-status" => "Peringkat kesejahteraan ditambahkan",
        "dispute-upheld" => "Sanggahan diterima",
        "limit" => "Pemrosesan dibatasi",
        "lift-limit" => "Pembatasan dicabut",
        "erase" => "Dihapus",
        other => other,
    }
}

/// The name of a field in Indonesian. A name that is not in the list is shown as in the API, with spaces.
fn name(field: &str) -> String {
    let known = match field {
        "full_name" => "nama",
        "nik" => "NIK",
        "family_card_no" => "nomor kartu keluarga",
        "birth_date" => "tanggal lahir",
        "sex" => "jenis kelamin",
        "identity_status" => "status identitas",
        "relation_to_head" => "hubungan dengan kepala keluarga",
        "marital_status" => "status perkawinan",
        "school_level" => "jenjang sekolah",
        "school_enrolled" => "masih bersekolah",
        "occupation_class" => "pekerjaan",
        "disability_type" => "disabilitas",
        "disability_severity" => "tingkat disabilitas",
        "chronic_illness" => "penyakit kronis",
        "pregnant_or_postpartum" => "hamil atau nifas",
        "jkn_status" => "kepesertaan JKN",
        "has_kip" => "KIP",
        "orphan" => "yatim atau piatu",
        "sktm" => "SKTM",
        "criteria" => "kriteria sosial",
        "ppks_codes" => "kategori PPKS",
        "address" => "alamat",
        "region_code" => "wilayah",
        "latitude" | "longitude" => "titik lokasi",
        "family_id" => "keluarga",
        "standing" => "keadaan",
        "ended_on" => "tanggal berakhir",
        "programs" => "program",
        "shocks" => "musibah",
        "welfare_status" => "peringkat kesejahteraan",
        "limited_purposes" => "pembatasan pemrosesan",
        "members" => "anggota",
        "assets" => "harta",
        "attributes" => "keadaan keluarga",
        "dwelling" => "rumah",
        other => return other.replace(['_', '.'], " "),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_is_shown_with_labels() {
        assert_eq!(value("jkn_status", Some(&json!("active"))), "Aktif");
        assert_eq!(value("full_name", Some(&json!("Siti"))), "Siti");
        assert_eq!(value("programs", Some(&json!({ "program_code": "PKH", "until": null }))), "PKH");
        assert_eq!(value("orphan", Some(&json!(true))), "Ya");
        assert_eq!((value("nik", None).as_str(), name("has_kip").as_str()), ("kosong", "KIP"));
    }
}
