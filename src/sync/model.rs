//! Code lists of offline synchronization.

use crate::text_enum;

text_enum! {
    /// Kind of an offline operation.
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
    /// True if the operation acts on an existing resource, which it names.
    pub fn has_target(self) -> bool {
        self.needs_base_version() || matches!(self, Self::CloseComplaint | Self::Answer | Self::Note)
    }

    /// True if the operation overwrites data and therefore needs a base version.
    pub fn needs_base_version(self) -> bool {
        matches!(self, Self::CorrectFamily | Self::CorrectPerson)
    }
}

text_enum! {
    /// Result of a visit.
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
    /// Kind of resource that a tablet stores.
    pub enum SyncItemKind {
        Family = "family": "Keluarga" / "Family",
        Complaint = "complaint": "Pengaduan" / "Complaint",
    }
}
