//! What deadlines depend on: class, priority and state of a complaint.

use crate::text_enum;

text_enum! {
    /// State of a complaint.
    pub enum ComplaintStatus {
        Received = "received": "Diterima" / "Received",
        Verified = "verified": "Terverifikasi" / "Verified",
        AwaitingInfo = "awaiting_info": "Menunggu keterangan" / "Awaiting information",
        InProgress = "in_progress": "Ditangani" / "In progress",
        PendingApproval = "pending_approval": "Menunggu keputusan" / "Pending approval",
        Referred = "referred": "Dirujuk" / "Referred",
        Resolved = "resolved": "Terjawab" / "Resolved",
        Closed = "closed": "Ditutup" / "Closed",
        Rejected = "rejected": "Ditolak" / "Rejected",
        Withdrawn = "withdrawn": "Dicabut" / "Withdrawn",
        Duplicate = "duplicate": "Ganda" / "Duplicate",
    }
}

text_enum! {
    /// Class of a complaint (Permensos 15/2018).
    pub enum ComplaintClass {
        Enrolment = "enrolment": "Kepesertaan program" / "Enrolment in a programme",
        ProgrammeService = "programme_service": "Layanan program" / "Service of a programme",
        UnmetNeed = "unmet_need": "Kebutuhan di luar program" / "Need outside the programmes",
    }
}

text_enum! {
    /// Priority of a complaint.
    pub enum ComplaintPriority {
        Low = "low": "Rendah" / "Low",
        Normal = "normal": "Biasa" / "Normal",
        High = "high": "Tinggi" / "High",
        Urgent = "urgent": "Mendesak" / "Urgent",
    }
}
