//! The words of letters.

crate::text_enum! {
    /// Whether a letter still holds.
    pub enum LetterStatus {
        Valid = "valid": "Berlaku" / "Valid",
        Expired = "expired": "Kedaluwarsa" / "Expired",
        Revoked = "revoked": "Dicabut" / "Revoked",
    }
}
