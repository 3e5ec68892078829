//! Code lists of referrals.

use crate::text_enum;

text_enum! {
    /// State of a referral.
    pub enum ReferralStatus {
        Draft = "draft": "Konsep" / "Draft",
        Requested = "requested": "Dikirim" / "Requested",
        Accepted = "accepted": "Diterima" / "Accepted",
        InProgress = "in_progress": "Dilayani" / "In progress",
        OnHold = "on_hold": "Ditunda" / "On hold",
        Completed = "completed": "Selesai" / "Completed",
        Failed = "failed": "Gagal" / "Failed",
        Rejected = "rejected": "Ditolak" / "Rejected",
        Cancelled = "cancelled": "Dibatalkan" / "Cancelled",
        EnteredInError = "entered_in_error": "Salah catat" / "Entered in error",
    }
}

text_enum! {
    /// Action on a referral; written with hyphens, the last segment of the action's URL.
    pub enum ReferralAction {
        Create = "create": "Buat konsep" / "Draft",
        Request = "request": "Kirim" / "Request",
        Acknowledge = "acknowledge": "Tandai dibaca" / "Acknowledge",
        Accept = "accept": "Terima" / "Accept",
        Reject = "reject": "Tolak" / "Reject",
        Start = "start": "Mulai layani" / "Start",
        Hold = "hold": "Tunda" / "Hold",
        Resume = "resume": "Lanjutkan" / "Resume",
        Complete = "complete": "Selesaikan" / "Complete",
        Fail = "fail": "Nyatakan gagal" / "Fail",
        Cancel = "cancel": "Batalkan" / "Cancel",
        EnterInError = "enter_in_error": "Nyatakan salah catat" / "Enter in error",
        CloseLoop = "close_loop": "Kabari warga" / "Close the loop",
        ReservePlace = "reserve_place": "Sisihkan tempat" / "Reserve a place",
    }
}

text_enum! {
    /// Reason of a target for rejecting a referral.
    pub enum ReferralRejectionReason {
        NoCapacity = "no_capacity": "Tidak ada tempat" / "No capacity",
        NotEligible = "not_eligible": "Tidak memenuhi syarat" / "Not eligible",
        OutOfArea = "out_of_area": "Di luar wilayah layanan" / "Out of area",
        Incomplete = "incomplete": "Berkas tidak lengkap" / "Incomplete",
        Duplicate = "duplicate": "Ganda" / "Duplicate",
        Other = "other": "Lainnya" / "Other",
    }
}

text_enum! {
    /// Reason for cancelling a referral.
    pub enum ReferralCancellationReason {
        ClientWithdrew = "client_withdrew": "Klien mundur" / "The client withdrew",
        ResolvedOtherwise = "resolved_otherwise": "Sudah tertangani" / "Resolved otherwise",
        WrongTarget = "wrong_target": "Salah tujuan" / "Wrong target",
        NoResponse = "no_response": "Tidak dijawab" / "No response",
        Duplicate = "duplicate": "Ganda" / "Duplicate",
        Other = "other": "Lainnya" / "Other",
    }
}

text_enum! {
    /// Reason of a target for putting a referral on hold.
    pub enum ReferralHoldReason {
        Waitlist = "waitlist": "Daftar tunggu" / "Waiting list",
        AwaitingDocuments = "awaiting_documents": "Menunggu berkas" / "Awaiting documents",
        ClientUnreachable = "client_unreachable": "Klien tidak dapat dihubungi" / "The client cannot be reached",
    }
}

text_enum! {
    /// Reason why a referral failed.
    pub enum ReferralFailureReason {
        ClientDeclined = "client_declined": "Klien menolak" / "The client declined",
        Moved = "moved": "Klien pindah" / "The client moved away",
        Died = "died": "Klien meninggal" / "The client died",
        NoShow = "no_show": "Klien tidak datang" / "The client did not come",
        ServiceEnded = "service_ended": "Layanan berakhir" / "The service ended",
    }
}

text_enum! {
    /// Reason why a referral was entered in error.
    pub enum ReferralErrorReason {
        WrongSubject = "wrong_subject": "Salah orang" / "Wrong person",
        WrongService = "wrong_service": "Salah layanan" / "Wrong service",
        EnteredTwice = "entered_twice": "Tercatat dua kali" / "Entered twice",
        Other = "other": "Lainnya" / "Other",
    }
}

text_enum! {
    /// Outcome of a completed referral.
    pub enum ReferralOutcomeCode {
        Enrolled = "enrolled": "Menjadi penerima program" / "Enrolled in the programme",
        ServiceDelivered = "service_delivered": "Layanan diberikan" / "Service delivered",
        PartiallyDelivered = "partially_delivered": "Diberikan sebagian" / "Partially delivered",
        DataCorrected = "data_corrected": "Data diperbaiki" / "Data corrected",
        InformationGiven = "information_given": "Informasi diberikan" / "Information given",
        ReferredOnward = "referred_onward": "Dirujuk lanjut" / "Referred onward",
    }
}

text_enum! {
    /// State of a need that was referred to several services.
    pub enum ReferralNeedState {
        Drafted = "drafted": "Belum dikirim" / "Not yet sent",
        Open = "open": "Menunggu hasil" / "Awaiting the outcome",
        Met = "met": "Terpenuhi" / "Met",
        Unmet = "unmet": "Tidak terpenuhi" / "Not met",
    }
}

text_enum! {
    /// Result of comparing a NIK with the client's NIK.
    pub enum IdentityMatch {
        Match = "match": "Cocok" / "Match",
        NoMatch = "no_match": "Tidak cocok" / "No match",
        Unknown = "unknown": "NIK klien tidak tercatat" / "The client's NIK is not on record",
    }
}

text_enum! {
    /// Direction of the referrals in a list, from the view of the caller's organization.
    pub enum ReferralDirection {
        Incoming = "incoming": "Masuk" / "Incoming",
        Outgoing = "outgoing": "Keluar" / "Outgoing",
    }
}
