//! Codes of queued messages.

use crate::text_enum;

text_enum! {
    /// The step of a complaint that causes a message.
    pub enum MessageEvent {
        Received = "received": "Diterima" / "Received",
        Verified = "verified": "Terverifikasi" / "Verified",
        QuestionAsked = "question_asked": "Pertanyaan diajukan" / "Question asked",
        Referred = "referred": "Dirujuk" / "Referred",
        Resolved = "resolved": "Terjawab" / "Resolved",
        Closed = "closed": "Ditutup" / "Closed",
        Rejected = "rejected": "Ditolak" / "Rejected",
        Transferred = "transferred": "Dialihkan" / "Transferred",
        Reopened = "reopened": "Dibuka kembali" / "Reopened",
        Duplicate = "duplicate": "Ganda" / "Duplicate",
        Withdrawn = "withdrawn": "Dicabut" / "Withdrawn",
    }
}

text_enum! {
    /// Message status. `sent`: accepted by the gateway. `delivered`: confirmed by a receipt.
    pub enum MessageStatus {
        Queued = "queued": "Menunggu" / "Queued",
        Sent = "sent": "Terkirim" / "Sent",
        Delivered = "delivered": "Sampai" / "Delivered",
        Undelivered = "undelivered": "Tidak sampai" / "Undelivered",
        Dead = "dead": "Gagal" / "Dead",
        Skipped = "skipped": "Tidak dikirim" / "Skipped",
    }
}

text_enum! {
    /// Channel of a message.
    pub enum MessageChannel {
        Sms = "sms": "SMS" / "SMS",
        Whatsapp = "whatsapp": "WhatsApp" / "WhatsApp",
    }
}

impl clap::ValueEnum for MessageChannel {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.as_str()))
    }
}
