//! Faults of single fields: code and sentences in both languages. Codes of one slice are declared in the slice's `problems.rs`;
//! those that any slice uses, here. An undeclared code is a mistake in the code and reads as `invalid`.

use std::sync::OnceLock;

use super::problem::Texts;

pub type FieldCode = (&'static str, Texts);

static ALL: OnceLock<Vec<FieldCode>> = OnceLock::new();

const SHARED: &[FieldCode] = &[
    ("invalid", Texts { id: "Nilai tidak sah", en: "The value is not valid" }),
    ("exists_already", Texts { id: "Sudah ada", en: "It is there already" }),
    ("erased", Texts { id: "Data orang ini sudah dihapus", en: "The data of this person was erased" }),
    ("required", Texts { id: "Wajib diisi", en: "This field is required" }),
    ("type", Texts { id: "Jenis nilai keliru", en: "The value has the wrong type" }),
    ("unknown_field", Texts { id: "Isian tidak dikenal", en: "This field is not known" }),
    ("unknown_value", Texts { id: "Nilai tidak ada dalam daftar", en: "The value is not in the list" }),
    ("too_short", Texts { id: "Terlalu pendek", en: "Too short" }),
    ("too_long", Texts { id: "Terlalu panjang", en: "Too long" }),
    ("too_few", Texts { id: "Terlalu sedikit", en: "Too few items" }),
    ("too_many", Texts { id: "Terlalu banyak", en: "Too many items" }),
    ("too_small", Texts { id: "Terlalu kecil", en: "Too small" }),
    ("too_large", Texts { id: "Terlalu besar", en: "Too large" }),
    ("format", Texts { id: "Bentuk nilai keliru", en: "The value has the wrong form" }),
    ("unknown_region", Texts { id: "Kode wilayah tidak ada", en: "The region code does not exist" }),
    (
        "region_too_wide",
        Texts { id: "Kode harus sampai tingkat kecamatan atau desa", en: "The code must name a district or a village" },
    ),
    (
        "village_required",
        Texts { id: "Kode harus sampai tingkat desa atau kelurahan", en: "The code must name a village" },
    ),
    ("repeated", Texts { id: "Nilai berulang dalam permintaan ini", en: "The value is repeated in this request" }),
    (
        "contains_identity_number",
        Texts {
            id: "Nilai ini tidak boleh memuat NIK atau nomor KK",
            en: "The value may not contain a NIK or a family card number",
        },
    ),
    ("too_deep", Texts { id: "Bersarang terlalu dalam", en: "Nested too deep" }),
    ("without_letters", Texts { id: "Nama harus memuat huruf", en: "A name has letters" }),
    ("one_of", Texts { id: "Isi tepat satu dari pilihan", en: "Give exactly one of the choices" }),
    (
        "unknown_person",
        Texts { id: "Orang tidak ditemukan dalam wilayah Anda", en: "No such person within your regions" },
    ),
    (
        "unknown_family",
        Texts { id: "Keluarga tidak ditemukan dalam wilayah Anda", en: "No such family within your regions" },
    ),
    (
        "unknown_complaint",
        Texts { id: "Pengaduan tidak ditemukan dalam wilayah Anda", en: "No such complaint within your regions" },
    ),
    ("itself", Texts { id: "Tidak boleh menunjuk dirinya sendiri", en: "It may not point to itself" }),
    ("unknown_organization", Texts { id: "Organisasi tidak ada", en: "No such organization" }),
    ("unknown_program", Texts { id: "Program tidak ada", en: "No such programme" }),
    (
        "unknown_officer",
        Texts { id: "Petugas tidak ada dalam organisasi Anda", en: "No such officer in your organization" },
    ),
    ("out_of_range", Texts { id: "Di luar rentang yang diizinkan", en: "Outside the allowed range" }),
    ("in_the_future", Texts { id: "Tanggal belum terjadi", en: "The date lies in the future" }),
    ("ends_before_it_begins", Texts { id: "Akhir mendahului awal", en: "It ends before it begins" }),
    ("in_the_past", Texts { id: "Waktu sudah lewat", en: "The time has passed" }),
    ("not_uuid_v7", Texts { id: "Id harus UUID versi 7", en: "The id must be a UUID of version 7" }),
    ("text_required", Texts { id: "Alasan other memerlukan penjelasan", en: "The reason other needs an explanation" }),
];

/// Adds the codes of the slices. Called by the composition root; later calls change nothing.
pub fn install(of_slices: impl Iterator<Item = FieldCode>) {
    ALL.get_or_init(|| SHARED.iter().copied().chain(of_slices).collect());
}

fn find(code: &str) -> Option<&'static FieldCode> {
    ALL.get().map_or(SHARED, Vec::as_slice).iter().find(|(name, _)| *name == code)
}

pub fn texts(code: &str) -> Texts {
    find(code).or(SHARED.first()).map_or(Texts { id: "", en: "" }, |(_, texts)| *texts)
}

/// The declared spelling of a code that arrived as text, for example in a parser's message.
pub fn known(code: &str) -> Option<&'static str> {
    find(code).map(|(name, _)| *name)
}
