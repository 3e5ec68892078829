//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    PURPOSE_DIFFERS = "purpose-differs", 403,
        "Tujuan akses berbeda", "The access purpose differs",
        "Hasil ini dibuat untuk tujuan akses lain dan hanya dapat dibaca untuk tujuan itu. Kirim tujuan itu dalam Access-Purpose.",
        "This result was created for another access purpose and can be read for that purpose only. Send that purpose in Access-Purpose.";
    EXPORT_OUTDATED = "export-outdated", 409,
        "Ekspor tidak berlaku lagi", "The export is no longer valid",
        "Sejak ekspor ini dibuat, ada orang di dalamnya yang mencabut persetujuan, membatasi pemrosesan, atau datanya dihapus. Buat ekspor baru.",
        "Since this export was created, a person in it withdrew consent, restricted processing or was erased. Create a new export.";
    IMPORT_REFUSED = "import-refused", 422,
        "Berkas tidak dimuat", "The file was not imported",
        "Berkas memuat kesalahan, dan tidak ada baris yang ditulis. Perbaiki baris yang tercantum dalam berkas masalah pekerjaan ini, lalu muat lagi.", "The file has errors, and no row was written. Correct the rows listed in the job's problem file and import again.";
    IMPORT_PARTLY_WRITTEN = "import-partly-written", 409,
        "Berkas hanya dimuat sebagian", "Only part of the file was imported",
        "Sesudah berkas diperiksa, data terpadu berubah sehingga beberapa baris menjadi tidak sah; lihat berkas masalah. Baris sebelumnya sudah ditulis: counts memuat jumlahnya, done memuat nomor baris terakhirnya.",
        "The registry changed after the file was validated, so some rows became invalid; see the problem file. Earlier rows were written: counts says how many, done up to which row.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "not_utf8",
        Texts { id: "Teks bukan UTF-8; simpan ulang sebagai UTF-8", en: "The text is not UTF-8; save it as UTF-8" },
    ),
    ("gzip_damaged", Texts { id: "Berkas gzip rusak atau terpotong", en: "The gzip file is damaged or truncated" }),
    (
        "gzip_too_large",
        Texts { id: "Isi gzip mengembang secara tidak wajar", en: "The gzip content expands to an unreasonable size" },
    ),
    ("quote_not_closed", Texts { id: "Tanda kutip tidak ditutup", en: "A quote is not closed" }),
    ("bad_quotes", Texts { id: "Tanda kutip tidak boleh dipakai di sini", en: "A quote is not allowed here" }),
    ("line_too_long", Texts { id: "Baris lebih dari 64 KiB", en: "The line is longer than 64 KiB" }),
    (
        "too_few_columns",
        Texts { id: "Jumlah kolom kurang dari tajuk", en: "The line has fewer columns than the header" },
    ),
    (
        "too_many_columns",
        Texts { id: "Jumlah kolom lebih dari tajuk", en: "The line has more columns than the header" },
    ),
    (
        "too_many_records",
        Texts { id: "Lebih dari 2.000.000 baris; bagi berkasnya", en: "More than 2,000,000 rows; split the file" },
    ),
    ("header_required", Texts { id: "Berkas tidak memiliki tajuk", en: "The file has no header" }),
    ("column_unknown", Texts { id: "Kolom ini tidak dikenal", en: "This column is unknown" }),
    ("column_repeated", Texts { id: "Kolom ini berulang", en: "This column is repeated" }),
    ("column_missing", Texts { id: "Kolom ini tidak ada", en: "This column is missing" }),
    ("not_json", Texts { id: "Baris bukan objek JSON", en: "The line is not a JSON object" }),
    ("outside_scope", Texts { id: "Di luar wilayah Anda", en: "Outside your regions" }),
    (
        "identity_in_use",
        Texts { id: "Sudah dipakai orang atau keluarga lain", en: "Already used by another person or family" },
    ),
    ("number_differs", Texts { id: "Berbeda dari nomor yang tersimpan", en: "Differs from the stored number" }),
    (
        "snapshot_differs",
        Texts {
            id: "Pemutakhiran status kesejahteraan ini sudah tersimpan dengan isi lain",
            en: "This welfare snapshot is already stored with other content",
        },
    ),
    (
        "other_region",
        Texts { id: "Keluarga ini tersimpan di wilayah lain", en: "This family is stored in another region" },
    ),
    (
        "ended",
        Texts {
            id: "Data ini sudah dikeluarkan atau digabungkan",
            en: "The record was removed or merged into another",
        },
    ),
    (
        "processing_restricted",
        Texts {
            id: "Pemrosesan data orang ini dibatasi; datanya tidak diubah",
            en: "Processing of this person's data is restricted; the record is not changed",
        },
    ),
    ("other_family", Texts { id: "Orang ini anggota keluarga lain", en: "This person belongs to another family" }),
    (
        "of_the_family",
        Texts {
            id: "Wilayah mengikuti keluarga; kosongkan isian ini",
            en: "The family's region applies; leave this empty",
        },
    ),
    (
        "family_or_region",
        Texts {
            id: "Sebut keluarga, atau wilayah untuk orang tanpa keluarga",
            en: "Give the family, or the region for a person without a family",
        },
    ),
];
