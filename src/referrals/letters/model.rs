//! Code lists of letters.

crate::text_enum! {
    /// Status of a letter.
    pub enum LetterStatus {
        Valid = "valid": "Berlaku" / "Valid",
        Expired = "expired": "Kedaluwarsa" / "Expired",
        Revoked = "revoked": "Dicabut" / "Revoked",
    }
}
