//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    NOT_THE_UPLOADER = "not-the-uploader", 403,
        "Hanya pengunggah yang dapat menarik lampiran", "Only the uploader may withdraw the attachment",
        "Hanya petugas atau klien API yang mengunggah lampiran ini yang dapat menariknya.", "Only the officer or API client that uploaded this attachment may withdraw it.";
    ATTACHMENT_NOT_COMPLETE = "attachment-not-complete", 409,
        "Lampiran tidak lengkap", "The attachment is not complete",
        "Isi lampiran ini belum lengkap, ditolak, atau sudah ditarik. Selesaikan unggahannya, atau tambahkan lagi lampirannya.", "The content is incomplete, was rejected or was withdrawn. Complete the upload, or add the attachment again.";
    ATTACHMENT_NOT_UPLOADING = "attachment-not-uploading", 409,
        "Lampiran tidak sedang diunggah", "The attachment is not being uploaded",
        "Lampiran ini sudah lengkap, ditolak, kedaluwarsa, atau ditarik. Untuk mengunggah isi lain, tambahkan lampiran baru.", "The attachment is complete, rejected, expired or withdrawn. Add a new attachment to upload other content.";
    UPLOAD_OFFSET_MISMATCH = "upload-offset-mismatch", 409,
        "Posisi unggahan tidak cocok", "Upload offset mismatch",
        "Potongan berikutnya harus mulai pada byte {}.", "The next chunk must start at byte {}.";
    TOO_MANY_ATTACHMENTS = "too-many-attachments", 409,
        "Terlalu banyak lampiran", "Too many attachments",
        "Satu pengaduan, rujukan, atau usulan memuat paling banyak 50 lampiran. Tarik salah satunya dahulu.", "A complaint, referral or proposal has at most 50 attachments. Withdraw one first.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "unknown_parent",
        Texts {
            id: "Induk lampiran tidak ditemukan dalam wilayah Anda",
            en: "The parent of the attachment was not found in your regions",
        },
    ),
    (
        "content_differs",
        Texts { id: "Isi tidak sesuai dengan jenis yang dinyatakan", en: "The content is not of the declared type" },
    ),
    (
        "hash_differs",
        Texts {
            id: "SHA-256 isi berbeda dari yang dinyatakan",
            en: "The SHA-256 of the content differs from the declared one",
        },
    ),
    ("too_many_pixels", Texts { id: "Jumlah piksel gambar terlalu banyak", en: "The image has too many pixels" }),
];
