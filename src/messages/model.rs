//! Code lists of messages.

use crate::text_enum;

text_enum! {
    /// Status in a receipt from the gateway.
    pub enum MessageReceiptStatus {
        Delivered = "delivered": "Sampai" / "Delivered",
        Read = "read": "Dibaca" / "Read",
        Failed = "failed": "Gagal" / "Failed",
    }
}

text_enum! {
    /// Outcome of a delivery attempt.
    pub enum MessageAttemptOutcome {
        Accepted = "accepted": "Diterima gateway" / "Accepted",
        Refused = "refused": "Ditolak gateway" / "Refused",
        Unreachable = "unreachable": "Tidak terjangkau" / "Unreachable",
        AddressNotAllowed = "address_not_allowed": "Alamat tidak diizinkan" / "Address not allowed",
    }
}
