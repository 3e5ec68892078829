//! The words of offline work.

use crate::text_enum;

text_enum! {
    /// What a tablet can record without a network.
    pub enum SyncOperationKind {
        Family = "family": "Keluarga baru" / "New family",
        Person = "person": "Orang baru" / "New person",
        Complaint = "complaint": "Pengaduan baru" / "New complaint",
        CloseComplaint = "close_complaint": "Pengaduan ditutup" / "Complaint closed",
        Answer = "answer": "Jawaban pelapor" / "Reporter's answer",
        Note = "note": "Catatan pengaduan" / "Note on a complaint",
        CorrectFamily = "correct_family": "Koreksi data keluarga" / "Correction of a family",
        CorrectPerson = "correct_person": "Koreksi data orang" / "Correction of a person",
        Attachment = "attachment": "Lampiran baru" / "New attachment",
        Visit = "visit": "Kunjungan" / "Visit",
    }
}

impl SyncOperationKind {
    /// Acts on something that is there, which the operation names.
    pub fn acts(self) -> bool {
        self.corrects() || matches!(self, Self::CloseComplaint | Self::Answer | Self::Note)
    }

    /// Writes over what is there, so it says on which version it rests.
    pub fn corrects(self) -> bool {
        matches!(self, Self::CorrectFamily | Self::CorrectPerson)
    }
}

text_enum! {
    /// What a visit came to.
    pub enum VisitResult {
        Met = "met": "Bertemu" / "Met",
        NotAtHome = "not_at_home": "Tidak di rumah" / "Not at home",
        Moved = "moved": "Sudah pindah" / "Moved away",
        Refused = "refused": "Menolak" / "Refused",
        NotFound = "not_found": "Tidak ditemukan" / "Not found",
        Other = "other": "Lainnya" / "Other",
    }
}

text_enum! {
    /// What a tablet holds.
    pub enum SyncItemKind {
        Family = "family": "Keluarga" / "Family",
        Complaint = "complaint": "Pengaduan" / "Complaint",
    }
}
