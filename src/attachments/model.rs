//! Code lists of attachments.

use crate::text_enum;

text_enum! {
    /// Kind of photo or document.
    pub enum AttachmentKind {
        IdentityCard = "identity_card": "KTP" / "Identity card",
        FamilyCard = "family_card": "Kartu keluarga" / "Family card",
        PovertyCertificate = "poverty_certificate": "Surat keterangan tidak mampu" / "Certificate of poverty",
        BirthCertificate = "birth_certificate": "Akta kelahiran" / "Birth certificate",
        DomicileLetter = "domicile_letter": "Surat keterangan domisili" / "Letter of domicile",
        PhotoHouse = "photo_house": "Foto rumah" / "Photo of the house",
        PhotoPlace = "photo_place": "Foto lokasi" / "Photo of the place",
        MedicalLetter = "medical_letter": "Surat keterangan medis" / "Medical letter",
        DisabilityLetter = "disability_letter": "Surat keterangan disabilitas" / "Letter on a disability",
        SchoolLetter = "school_letter": "Surat keterangan sekolah" / "Letter of a school",
        ElectricityBill = "electricity_bill": "Tagihan listrik" / "Electricity bill",
        ConsentForm = "consent_form": "Formulir persetujuan" / "Consent form",
        DeliberationMinutes = "deliberation_minutes": "Berita acara musyawarah" / "Minutes of a deliberation",
        DeliveryProof = "delivery_proof": "Bukti layanan" / "Proof of delivery",
        Other = "other": "Lainnya" / "Other",
    }
}

text_enum! {
    /// Kind of the parent resource.
    pub enum AttachmentParentKind {
        Complaint = "complaint": "Pengaduan" / "Complaint",
        Referral = "referral": "Rujukan" / "Referral",
        RegistryProposal = "registry_proposal": "Usulan data" / "Registry proposal",
    }
}

text_enum! {
    /// Attachment status.
    pub enum AttachmentStatus {
        Uploading = "uploading": "Sedang diunggah" / "Uploading",
        Complete = "complete": "Lengkap" / "Complete",
        Rejected = "rejected": "Ditolak" / "Rejected",
        Expired = "expired": "Kedaluwarsa" / "Expired",
        Withdrawn = "withdrawn": "Ditarik" / "Withdrawn",
    }
}

text_enum! {
    /// Media type of the content.
    pub enum AttachmentMediaType {
        Jpeg = "image/jpeg": "Foto JPEG" / "JPEG image",
        Png = "image/png": "Gambar PNG" / "PNG image",
        Webp = "image/webp": "Gambar WebP" / "WebP image",
        Pdf = "application/pdf": "Dokumen PDF" / "PDF document",
    }
}

impl AttachmentMediaType {
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
        }
    }
}
