//! The words of offline work.

use crate::text_enum;

text_enum! {
    /// What a tablet can record without a network.
    pub enum SyncOperationKind {
        Family = "family": "Keluarga baru" / "New family",
        Person = "person": "Orang baru" / "New person",
        Complaint = "complaint": "Pengaduan baru" / "New complaint",
        CloseComplaint = "close_complaint": "Pengaduan ditutup" / "Complaint closed",
        Attachment = "attachment": "Lampiran baru" / "New attachment",
        Visit = "visit": "Kunjungan" / "Visit",
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
