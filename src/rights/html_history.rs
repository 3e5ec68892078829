//! The part of the page that tells where the person lived and what was changed of the record.

use serde_json::Value;

use super::export::SubjectExport;
use super::paper::{Page, day, label, moment, place};

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
                (from, to) => format!("{}: {} → {}", name(&field.field), value(from.as_ref()), value(to.as_ref())),
            })
            .collect();
        out.row(&[&moment(change.at), &change.actor, action(&change.action), &fields.join("; ")]);
    }
    out.end_table();
}

fn value(of: Option<&Value>) -> String {
    match of {
        None | Some(Value::Null) => "kosong".to_owned(),
        Some(Value::Bool(yes)) => super::paper::yes(*yes).to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().map(|item| value(Some(item))).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
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
        other => return other.replace(['_', '.'], " "),
    };
    known.to_owned()
}
