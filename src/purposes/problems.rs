//! Problems of this slice.

crate::problems! {
    PROCESSING_RESTRICTED = "processing-restricted", 403,
        "Pemrosesan dibatasi", "Processing is restricted",
        "Subjek data membatasi pemrosesan datanya. Hanya untuk permintaan subjek, tuntutan hukum, atau keadaan darurat.",
        "The data subject has restricted processing. Only a request of the subject, a legal claim or an emergency opens it.";
    CONSENT_WITHDRAWN = "consent-withdrawn", 403,
        "Persetujuan dicabut", "Consent was withdrawn",
        "Persetujuan subjek data untuk tujuan ini sudah dicabut.", "The data subject has withdrawn consent for this purpose.";
}
