//! The words of notes to people.

use crate::text_enum;

text_enum! {
    /// What the gateway reports of a note.
    pub enum MessageReceiptStatus {
        Delivered = "delivered": "Sampai" / "Delivered",
        Read = "read": "Dibaca" / "Read",
        Failed = "failed": "Gagal" / "Failed",
    }
}

text_enum! {
    /// How one attempt to hand a note over ended.
    pub enum MessageAttemptOutcome {
        Accepted = "accepted": "Diterima gateway" / "Accepted",
        Refused = "refused": "Ditolak gateway" / "Refused",
        Unreachable = "unreachable": "Tidak terjangkau" / "Unreachable",
        AddressNotAllowed = "address_not_allowed": "Alamat tidak diizinkan" / "Address not allowed",
    }
}
