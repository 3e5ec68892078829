//! The part of the page that tells where the person lived and what was changed of the record.

use serde_json::Value;

use super::export::SubjectExport;
use super::paper::{Page, day, label, moment, place};
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
        let undone = merger.undone_at.map_or_else(String::new, |at| format!("; dibatalkan {}", moment(at)));
        out.text("p", &format!("Data ganda digabungkan {} oleh {}{undone}.", moment(merger.merged_at), merger.actor));
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
                    let said = |of: &Option<Value>| value(&field.field, of.as_ref());
                    format!("{}: {} → {}", name(&field.field), said(from), said(to))
                }
            })
            .collect();
        out.row(&[&moment(change.at), &change.actor, action(&change.action), &fields.join("; ")]);
    }
    out.end_table();
}

/// In words where the value is a code.
fn value(field: &str, of: Option<&Value>) -> String {
    let each = |items: Vec<&Value>| {
        let words: Vec<String> = items.into_iter().map(|item| value(field, Some(item))).collect();
        words.join(", ")
    };
    match of {
        None | Some(Value::Null) => "kosong".to_owned(),
        Some(Value::Bool(yes)) => super::paper::yes(*yes).to_owned(),
        Some(Value::String(text)) => words_of(field, text).map_or_else(|| text.clone(), str::to_owned),
        Some(Value::Array(items)) => each(items.iter().collect()),
        Some(Value::Object(fields)) => each(fields.values().filter(|v| !v.is_null()).collect()),
        Some(other) => other.to_string(),
    }
}

fn words_of(field: &str, code: &str) -> Option<&'static str> {
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

/// The last part of a field's name in Indonesian; a name that is not here reads as it stands in the interface.
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
    fn a_change_reads_as_people_say_it() {
        assert_eq!(value("jkn_status", Some(&json!("active"))), "Aktif");
        assert_eq!(value("full_name", Some(&json!("Siti"))), "Siti");
        assert_eq!(value("programs", Some(&json!({ "program_code": "PKH", "until": null }))), "PKH");
        assert_eq!(value("orphan", Some(&json!(true))), "Ya");
        assert_eq!((value("nik", None).as_str(), name("has_kip").as_str()), ("kosong", "KIP"));
    }
}
