//! Codes of errors in single fields, with texts in both languages. Codes of one slice are declared in the slice's `problems.rs`;
//! codes that any slice uses are here. A code that is not declared gets the text of `invalid`.

use std::sync::OnceLock;

use super::problem::Texts;

pub type FieldCode = (&'static str, Texts);

static ALL: OnceLock<Vec<FieldCode>> = OnceLock::new();

const SHARED: &[FieldCode] = &[
    ("invalid", Texts { id: "Nilai tidak sah", en: "The value is not valid" }),
    ("exists_already", Texts { id: "Sudah ada", en: "Already exists" }),
    ("erased", Texts { id: "Data orang ini sudah dihapus", en: "The data of this person was erased" }),
    ("required", Texts { id: "Wajib diisi", en: "This field is required" }),
    ("type", Texts { id: "Jenis nilai keliru", en: "The value has the wrong type" }),
    ("unknown_field", Texts { id: "Isian tidak dikenal; hapus isian ini", en: "Unknown field; remove it" }),
    ("unknown_value", Texts { id: "Nilai tidak ada dalam daftar", en: "The value is not in the list" }),
    ("too_short", Texts { id: "Terlalu pendek", en: "Too short" }),
    ("too_long", Texts { id: "Terlalu panjang", en: "Too long" }),
    ("too_few", Texts { id: "Jumlahnya terlalu sedikit", en: "Too few items" }),
    ("too_many", Texts { id: "Jumlahnya terlalu banyak", en: "Too many items" }),
    ("too_small", Texts { id: "Terlalu kecil", en: "Too small" }),
    ("too_large", Texts { id: "Terlalu besar", en: "Too large" }),
    ("format", Texts { id: "Bentuk nilai keliru", en: "The value has the wrong format" }),
    ("unknown_region", Texts { id: "Kode wilayah tidak ada", en: "The region code does not exist" }),
    (
        "region_too_wide",
        Texts {
            id: "Wilayah terlalu luas; pakai kode kecamatan atau desa/kelurahan",
            en: "The region is too wide; use the code of a district or a village",
        },
    ),
    ("village_required", Texts { id: "Pakai kode desa atau kelurahan", en: "The code must be that of a village" }),
    ("repeated", Texts { id: "Nilai berulang dalam permintaan ini", en: "The value is repeated in this request" }),
    (
        "contains_identity_number",
        Texts {
            id: "Nilai ini tidak boleh memuat NIK atau nomor KK",
            en: "The value must not contain a NIK or a family card number",
        },
    ),
    ("too_deep", Texts { id: "Bersarang terlalu dalam", en: "Nested too deeply" }),
    ("without_letters", Texts { id: "Nama harus memuat huruf", en: "A name must contain letters" }),
    ("one_of", Texts { id: "Isi tepat satu dari pilihan yang ada", en: "Send exactly one of the alternatives" }),
    (
        "unknown_person",
        Texts { id: "Orang tidak ditemukan dalam wilayah Anda", en: "The person was not found in your regions" },
    ),
    (
        "unknown_family",
        Texts { id: "Keluarga tidak ditemukan dalam wilayah Anda", en: "The family was not found in your regions" },
    ),
    (
        "unknown_complaint",
        Texts { id: "Pengaduan tidak ditemukan dalam wilayah Anda", en: "The complaint was not found in your regions" },
    ),
    ("itself", Texts { id: "Tidak boleh menunjuk dirinya sendiri", en: "It must not refer to itself" }),
    (
        "unknown_organization",
        Texts {
            id: "Organisasi tidak ada, atau berada di luar wilayah Anda",
            en: "The organization does not exist, or it is outside your regions",
        },
    ),
    ("unknown_program", Texts { id: "Program tidak ada", en: "The programme does not exist" }),
    (
        "unknown_officer",
        Texts {
            id: "Petugas aktif ini tidak ditemukan dalam organisasi atau wilayah Anda",
            en: "No active officer with this id was found in your organization or regions",
        },
    ),
    ("out_of_range", Texts { id: "Di luar rentang yang diizinkan", en: "Outside the allowed range" }),
    ("in_the_future", Texts { id: "Tanggal belum tiba", en: "The date is in the future" }),
    ("ends_before_it_begins", Texts { id: "Akhir mendahului awal", en: "The end is before the start" }),
    ("in_the_past", Texts { id: "Waktu sudah lewat", en: "The time is in the past" }),
    ("not_uuid_v7", Texts { id: "Id harus UUID versi 7", en: "The id must be a UUID version 7" }),
    (
        "text_required",
        Texts { id: "Alasan `other` memerlukan penjelasan", en: "The reason `other` needs an explanation" },
    ),
];

/// Adds the codes of the slices. The composition root calls this once; later calls have no effect.
pub fn install(of_slices: impl Iterator<Item = FieldCode>) {
    ALL.get_or_init(|| SHARED.iter().copied().chain(of_slices).collect());
}

fn find(code: &str) -> Option<&'static FieldCode> {
    ALL.get().map_or(SHARED, Vec::as_slice).iter().find(|(name, _)| *name == code)
}

pub fn texts(code: &str) -> Texts {
    find(code).or(SHARED.first()).map_or(Texts { id: "", en: "" }, |(_, texts)| *texts)
}

/// The declared code that equals the text, for example the first word of a parser's message.
pub fn known(code: &str) -> Option<&'static str> {
    find(code).map(|(name, _)| *name)
}
