//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    MESSAGE_NOT_SENT = "message-not-sent", 409,
        "Pesan belum terkirim", "The note was not sent",
        "Pesan ini belum diserahkan ke gateway, sehingga belum ada yang dilaporkan.", "The note was not handed to the gateway, so there is nothing to report.";
    MESSAGE_NOT_FAILED = "message-not-failed", 409,
        "Pesan tidak gagal", "The note has not failed",
        "Hanya pesan yang gagal atau tidak sampai dapat dikirim ulang.", "Only a note that was given up or did not arrive is sent once more.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[(
    "unknown_placeholder",
    Texts { id: "Penanda ini tidak dikenal pada langkah itu", en: "The step does not know this placeholder" },
)];
