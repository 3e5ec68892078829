//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    ALREADY_ASSIGNED = "already-assigned", 409,
        "Sudah ditugaskan", "Assigned already",
        "Petugas ini sudah memegang tugas yang sama di desa itu pada sebagian waktu tersebut.", "The officer holds the same duty in that village for part of that time.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    ("unknown_desk", Texts { id: "Meja layanan tidak ada dalam wilayah Anda", en: "No such desk within your regions" }),
    (
        "outside_desk_region",
        Texts { id: "Desa di luar wilayah meja layanan", en: "The village lies outside the desk's region" },
    ),
    ("regency_required", Texts { id: "Kode harus kabupaten atau kota", en: "The code must name a regency or a city" }),
    ("outside_your_regions", Texts { id: "Di luar wilayah Anda", en: "Outside your regions" }),
];
