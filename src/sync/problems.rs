//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    DEVICE_REVOKED = "device-revoked", 403,
        "Perangkat dicabut", "The device was revoked",
        "Perangkat ini sudah dicabut dan tidak dapat lagi menyinkronkan data. Daftarkan kembali perangkat ini dengan id baru.", "This device was revoked and can no longer sync. Register the device again with a new id.";
    DEPENDENCY_FAILED = "dependency-failed", 424,
        "Operasi sebelumnya gagal", "An earlier operation failed",
        "Operasi ini bergantung pada operasi lain yang belum berhasil. Kirim ulang keduanya.", "This operation depends on another operation that has not succeeded. Send both again.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "unknown_device",
        Texts { id: "Perangkat ini tidak ditugaskan kepada Anda", en: "The device is not assigned to you" },
    ),
    (
        "not_offline",
        Texts {
            id: "Nomor identitas dan wilayah tidak dapat dicatat di perangkat; catat di meja layanan",
            en: "Identity numbers and the region cannot be recorded on a device; record them at the desk",
        },
    ),
    (
        "only_for_actions",
        Texts { id: "Hanya untuk tindakan atas data yang sudah ada", en: "Only for actions on existing records" },
    ),
    ("id_stays", Texts { id: "Id tidak dapat diganti", en: "The id cannot be changed" }),
];
