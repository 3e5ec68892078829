//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    NOT_THE_UPLOADER = "not-the-uploader", 403,
        "Bukan pengunggah", "Not the one who added it",
        "Hanya yang menambahkan lampiran ini dapat menariknya.", "Only whoever added this attachment may take it back.";
    ATTACHMENT_NOT_COMPLETE = "attachment-not-complete", 409,
        "Lampiran tidak lengkap", "The attachment is not complete",
        "Isi lampiran ini belum lengkap, ditolak, atau sudah ditarik.", "The content has not arrived, was rejected, or was taken back.";
    ATTACHMENT_NOT_UPLOADING = "attachment-not-uploading", 409,
        "Lampiran tidak sedang diunggah", "The attachment is not being uploaded",
        "Lampiran ini sudah lengkap, ditolak, kedaluwarsa, atau ditarik.", "The attachment is complete, rejected, expired or withdrawn.";
    UPLOAD_OFFSET_MISMATCH = "upload-offset-mismatch", 409,
        "Unggahan berlanjut di tempat lain", "The upload goes on elsewhere",
        "Potongan berikutnya harus mulai pada byte {}.", "The next piece must begin at byte {}.";
    TOO_MANY_ATTACHMENTS = "too-many-attachments", 409,
        "Terlalu banyak lampiran", "Too many attachments",
        "Satu pengaduan atau rujukan memuat paling banyak 50 lampiran.", "A complaint or referral bears at most 50 attachments.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "unknown_parent",
        Texts { id: "Induk lampiran tidak ditemukan dalam wilayah Anda", en: "No such parent within your regions" },
    ),
    ("content_differs", Texts { id: "Isi bukan seperti yang dinyatakan", en: "The content is not of the stated type" }),
    ("hash_differs", Texts { id: "SHA-256 isi berbeda", en: "The content has another SHA-256" }),
    ("too_many_pixels", Texts { id: "Gambar terlalu besar", en: "The picture has too many pixels" }),
];
