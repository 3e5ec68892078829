//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    DEVICE_REVOKED = "device-revoked", 403,
        "Perangkat dicabut", "The device was revoked",
        "Perangkat ini sudah dicabut dan tidak dapat menyinkronkan data.", "This device was revoked and can no longer sync. Register the device again with a new id.";
    DEPENDENCY_FAILED = "dependency-failed", 424,
        "Operasi yang mendahului belum berhasil", "An earlier operation failed",
        "Operasi ini bergantung pada operasi lain yang belum berhasil. Kirim ulang keduanya.", "This operation depends on another operation that has not succeeded. Send both again.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    ("unknown_device", Texts { id: "Bukan perangkat yang Anda bawa", en: "The device is not assigned to you" }),
    (
        "not_offline",
        Texts {
            id: "Nomor identitas dan wilayah tidak dicatat di perangkat",
            en: "Identity numbers and the region cannot be recorded on a device",
        },
    ),
    (
        "only_for_actions",
        Texts { id: "Hanya untuk tindakan atas yang sudah ada", en: "Only for actions on existing records" },
    ),
    ("id_stays", Texts { id: "Id tidak dapat diganti", en: "The id cannot be changed" }),
];
