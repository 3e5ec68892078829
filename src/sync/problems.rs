//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    DEVICE_REVOKED = "device-revoked", 403,
        "Perangkat dicabut", "The tablet was revoked",
        "Perangkat ini sudah dicabut dan tidak dapat menyinkronkan data.", "This tablet was revoked and can sync no more.";
    DEPENDENCY_FAILED = "dependency-failed", 424,
        "Operasi yang mendahului belum berhasil", "An operation before it was not done",
        "Operasi ini bergantung pada operasi lain yang belum berhasil. Kirim ulang keduanya.", "It depends on another operation that was not done. Send both again.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    ("unknown_device", Texts { id: "Bukan perangkat yang Anda bawa", en: "Not a tablet that you carry" }),
    (
        "not_offline",
        Texts {
            id: "Nomor identitas dan wilayah tidak dicatat di perangkat",
            en: "Identity numbers and the region are not recorded on a tablet",
        },
    ),
    (
        "only_for_actions",
        Texts { id: "Hanya untuk tindakan atas yang sudah ada", en: "Only for actions on what exists" },
    ),
    ("id_stays", Texts { id: "Id tidak dapat diganti", en: "The id cannot be changed" }),
];
