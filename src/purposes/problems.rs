//! Problems of this slice.

crate::problems! {
    PROCESSING_RESTRICTED = "processing-restricted", 403,
        "Pemrosesan dibatasi", "Processing is restricted",
        "Subjek data membatasi pemrosesan datanya. Akses hanya untuk permintaan subjek data sendiri, tuntutan hukum, atau keadaan darurat.",
        "The data subject has restricted processing. Access is allowed only for the subject's own request, a legal claim or an emergency.";
    CONSENT_WITHDRAWN = "consent-withdrawn", 403,
        "Persetujuan dicabut", "Consent was withdrawn",
        "Subjek data sudah mencabut persetujuan untuk tujuan ini. Catat persetujuan baru sebelum memakai datanya untuk tujuan itu.", "The data subject has withdrawn consent for this purpose. Record a new consent before you use the data for it.";
}
