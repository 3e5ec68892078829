//! Enumerations of subject rights.

use crate::text_enum;

text_enum! {
    /// Kind of request of a data subject (UU 27/2022, articles 5 to 13).
    pub enum SubjectRequestKind {
        Access = "access": "Akses dan salinan data" / "Access and a copy",
        Correction = "correction": "Perbaikan data" / "Correction",
        Restriction = "restriction": "Pembatasan pemrosesan" / "Restriction of processing",
        Objection = "objection": "Keberatan atas keputusan otomatis" / "Objection to an automated decision",
        Erasure = "erasure": "Penghapusan data" / "Erasure",
    }
}

text_enum! {
    /// Status of a data subject's request.
    pub enum SubjectRequestStatus {
        Received = "received": "Diterima" / "Received",
        Fulfilled = "fulfilled": "Dipenuhi" / "Fulfilled",
        Refused = "refused": "Ditolak" / "Refused",
    }
}

text_enum! {
    /// Action on a data subject's request.
    pub enum SubjectRequestAction {
        Receive = "receive": "Catat" / "Receive",
        Fulfil = "fulfil": "Penuhi" / "Fulfil",
        Refuse = "refuse": "Tolak" / "Refuse",
    }
}

text_enum! {
    /// Reason for refusing a request (UU 27/2022, articles 15 and 33).
    pub enum SubjectRequestRefusalReason {
        IdentityNotProven = "identity_not_proven": "Identitas pemohon tidak terbukti" / "The identity of the applicant is not proven",
        LawRequiresKeeping = "law_requires_keeping": "Undang-undang mewajibkan penyimpanan" / "The law requires retention",
        RightsOfOthers = "rights_of_others": "Melanggar hak orang lain" / "It violates the rights of others",
        LawEnforcement = "law_enforcement": "Proses penegakan hukum" / "Law enforcement",
        Unfounded = "unfounded": "Tidak berdasar" / "Unfounded",
        Other = "other": "Lainnya" / "Other",
    }
}

text_enum! {
    /// How the applicant's identity was checked.
    pub enum IdentityCheck {
        IdentityPaper = "identity_paper": "KTP atau kartu keluarga" / "Identity paper",
        KnownToOfficer = "known_to_officer": "Dikenal petugas" / "Known to the officer",
        PowerOfAttorney = "power_of_attorney": "Surat kuasa" / "Power of attorney",
        Guardianship = "guardianship": "Orang tua atau wali" / "Parent or guardian",
    }
}

text_enum! {
    /// Reason for restricting the processing.
    pub enum RestrictionReason {
        AccuracyContested = "accuracy_contested": "Kebenaran data dipersoalkan" / "The accuracy of the data is contested",
        Objection = "objection": "Keberatan subjek data" / "Objection of the data subject",
        Unlawful = "unlawful": "Pemrosesan tidak sah" / "The processing is unlawful",
        LegalClaim = "legal_claim": "Disimpan untuk tuntutan hukum" / "Retained for a legal claim",
    }
}

text_enum! {
    /// Legal ground for erasing data (UU 27/2022, article 43).
    pub enum ErasureGround {
        NoLongerNeeded = "no_longer_needed": "Tidak diperlukan lagi" / "No longer needed",
        ConsentWithdrawn = "consent_withdrawn": "Persetujuan dicabut" / "Consent was withdrawn",
        SubjectRequest = "subject_request": "Permintaan subjek data" / "Request of the data subject",
        UnlawfullyObtained = "unlawfully_obtained": "Diperoleh secara tidak sah" / "Obtained unlawfully",
    }
}
