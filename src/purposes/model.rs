//! The lawful bases of processing.

crate::text_enum! {
    /// Lawful basis of processing (UU 27/2022, article 20).
    pub enum LawfulBasis {
        Consent = "consent": "Persetujuan subjek data" / "Consent of the data subject",
        LegalObligation = "legal_obligation": "Kewajiban hukum" / "Legal obligation",
        VitalInterest = "vital_interest": "Kepentingan vital" / "Vital interest",
        PublicTask = "public_task": "Tugas kepentingan umum" / "Task in the public interest",
    }
}
