//! Enumerations of eligibility checks.

crate::text_enum! {
    /// Outcome of a check. It is advice: quota, verification and an officer decide.
    pub enum EligibilityOutcome {
        LikelyEligible = "likely_eligible": "Kemungkinan layak" / "Likely eligible",
        NotEligible = "not_eligible": "Tidak layak" / "Not eligible",
        Undetermined = "undetermined": "Belum dapat ditentukan" / "Undetermined",
    }
}

crate::text_enum! {
    /// Outcome of one condition.
    pub enum ClauseOutcome {
        NotMet = "not_met": "Tidak terpenuhi" / "Not met",
        Undetermined = "undetermined": "Belum dapat ditentukan" / "Undetermined",
        Met = "met": "Terpenuhi" / "Met",
        Withheld = "withheld": "Dirahasiakan" / "Withheld",
    }
}

crate::text_enum! {
    /// Reason why no rule could be applied.
    pub enum EligibilityGap {
        NoRuleInForce = "no_rule_in_force": "Tidak ada aturan yang berlaku pada tanggal itu" / "No rule is in force on that day",
        OutsideRegion = "outside_region": "Di luar wilayah program daerah ini" / "Outside the region of this local programme",
        NoPerson = "no_person": "Keluarga belum memiliki anggota yang tercatat" / "The family has no member on record",
    }
}

crate::text_enum! {
    /// Format of the result file of a region run.
    pub enum RunFormat {
        Csv = "csv": "CSV" / "CSV",
        Ndjson = "ndjson": "NDJSON" / "NDJSON",
    }
}

impl RunFormat {
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

#[expect(clippy::derivable_impls, reason = "the macro derives the same traits for all its enums")]
impl Default for RunFormat {
    fn default() -> Self {
        Self::Csv
    }
}

/// Part of every response.
pub const NOTICE_ID: &str = "Terdaftar bukan berarti menerima. Hasil ini adalah saran: kuota, verifikasi, dan keputusan petugas \
yang menentukan.";
pub const NOTICE_EN: &str = "Registered does not mean recipient. This result is advice: quota, verification and an officer's \
decision settle it.";
