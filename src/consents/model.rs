//! Enumerations of consents.

use crate::text_enum;

text_enum! {
    /// Status of a consent. It expires after `expires_on`.
    pub enum ConsentStatus {
        Active = "active": "Berlaku" / "Active",
        Expired = "expired": "Kedaluwarsa" / "Expired",
        Withdrawn = "withdrawn": "Dicabut" / "Withdrawn",
    }
}

text_enum! {
    /// Action on a consent.
    pub enum ConsentAction {
        Record = "record": "Catat" / "Record",
        Withdraw = "withdraw": "Cabut" / "Withdraw",
        Expire = "expire": "Kedaluwarsa" / "Expire",
    }
}

text_enum! {
    /// How consent was given or withdrawn.
    pub enum ConsentMethod {
        Written = "written": "Tertulis" / "In writing",
        Thumbprint = "thumbprint": "Cap jempol" / "Thumbprint",
        WitnessedVerbal = "witnessed_verbal": "Lisan dengan saksi" / "Verbal, before a witness",
        RecordedVerbal = "recorded_verbal": "Lisan terekam" / "Verbal, recorded",
        Electronic = "electronic": "Elektronik" / "Electronic",
    }
}

text_enum! {
    /// The capacity in which consent was given or withdrawn.
    pub enum ConsentGiver {
        Subject = "subject": "Subjek data sendiri" / "The data subject",
        Parent = "parent": "Orang tua" / "Parent",
        Guardian = "guardian": "Wali" / "Guardian",
        HeadOfFamily = "head_of_family": "Kepala keluarga" / "Head of the family",
        Attorney = "attorney": "Penerima kuasa" / "Holder of a power of attorney",
    }
}
