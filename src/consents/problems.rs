//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    CONSENT_INVALID_TRANSITION = "consent-invalid-transition", 409,
        "Persetujuan tidak dapat dicabut", "The consent cannot be withdrawn",
        "Persetujuan ini sudah dicabut, atau dasarnya bukan persetujuan.", "It was withdrawn before, or its basis is not consent.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "consent_withdrawn",
        Texts {
            id: "Persetujuan untuk tujuan ini sudah dicabut sesudah tanggal itu",
            en: "Consent for this purpose was withdrawn after that day",
        },
    ),
    (
        "legal_reference_required",
        Texts {
            id: "Dasar selain persetujuan memerlukan rujukan hukum",
            en: "A basis other than consent needs its legal reference",
        },
    ),
];
