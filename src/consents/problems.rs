//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    CONSENT_INVALID_TRANSITION = "consent-invalid-transition", 409,
        "Persetujuan tidak dapat dicabut", "The consent cannot be withdrawn",
        "Persetujuan ini sudah dicabut, atau dasar pemrosesannya bukan persetujuan.", "The consent is already withdrawn, or its lawful basis is not consent.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "consent_withdrawn",
        Texts {
            id: "Persetujuan untuk tujuan ini sudah dicabut sesudah tanggal itu",
            en: "Consent for this purpose was withdrawn after that date",
        },
    ),
    (
        "legal_reference_required",
        Texts {
            id: "Dasar pemrosesan selain persetujuan memerlukan dasar hukum",
            en: "A lawful basis other than consent needs a legal reference",
        },
    ),
];
