//! Problems of this slice.

crate::problems! {
    PROCESSING_RESTRICTED = "processing-restricted", 403,
        "Pemrosesan dibatasi", "Processing is restricted",
        "Subjek data membatasi pemrosesan datanya. Hanya untuk permintaan subjek, tuntutan hukum, atau keadaan darurat.",
        "The data subject has restricted processing. Access is allowed only for the subject's own request, a legal claim or an emergency.";
    CONSENT_WITHDRAWN = "consent-withdrawn", 403,
        "Persetujuan dicabut", "Consent was withdrawn",
        "Persetujuan subjek data untuk tujuan ini sudah dicabut.", "The data subject has withdrawn consent for this purpose. Record a new consent before you use the data for it.";
}
