//! Enumerations of registry proposals.

use crate::text_enum;

text_enum! {
    /// Kind of proposal or dispute.
    pub enum RegistryProposalKind {
        NewEntry = "new_entry": "Usulan baru" / "New entry",
        Correction = "correction": "Perbaikan data" / "Correction",
        DisputeInclusion = "dispute_inclusion": "Sanggah: tidak layak tetapi masuk" / "Dispute of an inclusion",
        DisputeExclusion = "dispute_exclusion": "Sanggah: layak tetapi tidak masuk" / "Dispute of an exclusion",
    }
}

text_enum! {
    /// Status of a registry proposal.
    pub enum RegistryProposalStatus {
        Submitted = "submitted": "Diajukan" / "Submitted",
        VillageVerification = "village_verification": "Terverifikasi desa (musdes)" / "Verified by the village",
        AgencyVerification = "agency_verification": "Terverifikasi dinas" / "Verified by the agency",
        Forwarded = "forwarded": "Diteruskan" / "Forwarded",
        Accepted = "accepted": "Diterima" / "Accepted",
        Rejected = "rejected": "Ditolak" / "Rejected",
        Returned = "returned": "Dikembalikan" / "Returned",
    }
}

text_enum! {
    /// Action on a registry proposal. The last path segment of its route is the code with hyphens.
    pub enum RegistryProposalAction {
        Submit = "submit": "Ajukan" / "Submit",
        VerifyVillage = "verify_village": "Sahkan dalam musdes" / "Verify in the village",
        DeclineVillage = "decline_village": "Tolak dalam musdes" / "Decline in the village",
        VerifyAgency = "verify_agency": "Verifikasi dinas" / "Verify by the agency",
        ReturnAgency = "return_agency": "Kembalikan oleh dinas" / "Return by the agency",
        Forward = "forward": "Teruskan" / "Forward",
        ReturnManager = "return_manager": "Kembalikan oleh manajer" / "Return by the manager",
        Accept = "accept": "Terima" / "Accept",
        Reject = "reject": "Tolak" / "Reject",
        Return = "return": "Kembalikan" / "Return",
    }
}

text_enum! {
    /// Decision of the village deliberation (musdes).
    pub enum DeliberationDecision {
        Supported = "supported": "Disetujui" / "Supported",
        NotSupported = "not_supported": "Tidak disetujui" / "Not supported",
    }
}

text_enum! {
    /// Reason why a proposal is not accepted.
    pub enum ProposalRefusalReason {
        NotEligible = "not_eligible": "Tidak layak" / "Not eligible",
        AlreadyRegistered = "already_registered": "Sudah terdaftar" / "Already registered",
        IdentityMismatch = "identity_mismatch": "Identitas tidak padan" / "The identity does not match",
        NotFoundInField = "not_found_in_field": "Tidak ditemukan di lapangan" / "Not found in the field",
        EvidenceIncomplete = "evidence_incomplete": "Bukti tidak lengkap" / "The evidence is incomplete",
        DataUnchanged = "data_unchanged": "Data sudah sesuai" / "The data is correct already",
        Deceased = "deceased": "Meninggal" / "Deceased",
        Other = "other": "Lainnya" / "Other",
    }
}

text_enum! {
    /// Kind of evidence.
    pub enum ProposalEvidenceKind {
        IdentityPaper = "identity_paper": "Dokumen kependudukan" / "Identity paper",
        Statement = "statement": "Surat pernyataan" / "Written statement",
        Photo = "photo": "Foto" / "Photo",
        FieldVisit = "field_visit": "Kunjungan lapangan" / "Field visit",
        Certificate = "certificate": "Surat keterangan" / "Certificate",
        Other = "other": "Lainnya" / "Other",
    }
}
