//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    ALREADY_ASSIGNED = "already-assigned", 409,
        "Sudah ditugaskan", "Already assigned",
        "Petugas ini sudah memegang tugas yang sama di desa itu pada sebagian masa tersebut. Pilih masa lain, atau akhiri penugasan itu dahulu.", "The officer already has the same duty in that village for part of that period. Choose another period, or end that assignment first.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "unknown_desk",
        Texts { id: "Meja layanan tidak ditemukan dalam wilayah Anda", en: "The desk was not found in your regions" },
    ),
    (
        "outside_desk_region",
        Texts { id: "Desa di luar wilayah meja layanan", en: "The village is outside the desk's region" },
    ),
    (
        "regency_required",
        Texts { id: "Pakai kode kabupaten atau kota", en: "The code must be that of a regency or a city" },
    ),
    ("outside_your_regions", Texts { id: "Di luar wilayah Anda", en: "Outside your regions" }),
];
