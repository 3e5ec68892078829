//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    MESSAGE_NOT_SENT = "message-not-sent", 409,
        "Pesan belum terkirim", "The message was not sent",
        "Pesan ini belum diserahkan ke gateway, sehingga belum ada pengiriman yang dapat dilaporkan.", "The message was not handed to the gateway yet, so it has no delivery to report.";
    MESSAGE_NOT_FAILED = "message-not-failed", 409,
        "Pesan tidak gagal", "The message has not failed",
        "Hanya pesan yang gagal atau tidak sampai dapat dikirim ulang.", "Only a message that failed or was not delivered can be resent.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[(
    "unknown_placeholder",
    Texts { id: "Penanda ini tidak tersedia pada langkah itu", en: "This placeholder is not available in that step" },
)];
