//! Code lists of complaints.

pub use crate::service_levels::matter::{ComplaintClass, ComplaintPriority, ComplaintStatus};
use crate::text_enum;

text_enum! {
    /// Action on a complaint; the last segment of the action's URL. `refer` and `resolve` are the outcomes of
    /// `approve`.
    pub enum ComplaintAction {
        Submit = "submit": "Sampaikan" / "Submit",
        Verify = "verify": "Verifikasi" / "Verify",
        Reject = "reject": "Tolak" / "Reject",
        Transfer = "transfer": "Alihkan" / "Transfer",
        Ask = "ask": "Minta keterangan" / "Ask",
        Answer = "answer": "Jawab" / "Answer",
        TimeOut = "time_out": "Habis waktu" / "Time out",
        Start = "start": "Mulai tangani" / "Start",
        Recommend = "recommend": "Rekomendasikan" / "Recommend",
        Return = "return": "Kembalikan" / "Return",
        Refer = "refer": "Setujui rujukan" / "Approve the referral",
        Resolve = "resolve": "Setujui jawaban" / "Approve the answer",
        Inform = "inform": "Beri informasi" / "Inform",
        ReferralsEnded = "referrals_ended": "Rujukan selesai" / "Referrals ended",
        Close = "close": "Tutup" / "Close",
        CloseUnanswered = "close_unanswered": "Tutup otomatis" / "Close automatically",
        Reopen = "reopen": "Buka kembali" / "Reopen",
        MarkDuplicate = "mark_duplicate": "Tandai ganda" / "Mark as duplicate",
        Withdraw = "withdraw": "Cabut" / "Withdraw",
        Appeal = "appeal": "Banding" / "Appeal",
    }
}

text_enum! {
    /// Recommendation of the back office.
    pub enum RecommendationKind {
        Refer = "refer": "Rujuk" / "Refer",
        Resolve = "resolve": "Jawab" / "Resolve",
    }
}

text_enum! {
    /// Decision on a complaint.
    pub enum ComplaintDecision {
        Upheld = "upheld": "Dikabulkan" / "Upheld",
        PartiallyUpheld = "partially_upheld": "Dikabulkan sebagian" / "Partially upheld",
        NotUpheld = "not_upheld": "Tidak dikabulkan" / "Not upheld",
        InformationGiven = "information_given": "Diberi informasi" / "Information given",
        NoResponse = "no_response": "Pelapor tidak menjawab" / "No response",
    }
}

text_enum! {
    /// Reason for rejecting a complaint.
    pub enum ComplaintRejectionReason {
        OutOfScope = "out_of_scope": "Di luar lingkup SLRT" / "Out of scope",
        Abusive = "abusive": "Kasar" / "Abusive",
        Unintelligible = "unintelligible": "Tidak dapat dipahami" / "Unintelligible",
    }
}

text_enum! {
    /// Channel through which a complaint reached the desk.
    pub enum ComplaintChannel {
        Visit = "visit": "Datang ke sekretariat/Puskesos" / "Visit to the desk",
        Outreach = "outreach": "Kunjungan fasilitator" / "Visit by a facilitator",
        Telephone = "telephone": "Telepon" / "Telephone",
        Message = "message": "Pesan" / "Message",
        Letter = "letter": "Surat" / "Letter",
        Partner = "partner": "Sistem mitra" / "Partner system",
    }
}

text_enum! {
    /// Readers of a note.
    pub enum NoteVisibility {
        Internal = "internal": "Petugas saja" / "Officers only",
        Reporter = "reporter": "Petugas dan pelapor" / "Officers and the reporter",
    }
}

text_enum! {
    /// Vulnerability that raises the priority of a complaint.
    pub enum Vulnerability {
        Disability = "disability": "Penyandang disabilitas" / "A person with a disability",
        Elderly = "elderly": "Lanjut usia (60 tahun ke atas)" / "An elderly person (60 or older)",
        Infant = "infant": "Anak di bawah dua tahun" / "A child younger than two",
        NoIdentityPapers = "no_identity_papers": "Tanpa dokumen kependudukan" / "A person without identity papers",
    }
}

text_enum! {
    /// Reason why two complaints may be duplicates.
    pub enum DuplicateReason {
        SameSubject = "same_subject": "Orang atau keluarga yang sama" / "The same person or family",
        SamePlace = "same_place": "Tempat yang sama" / "The same place",
        SameSector = "same_sector": "Bidang yang sama" / "The same sector",
        SimilarWords = "similar_words": "Uraian yang mirip" / "A similar description",
    }
}
