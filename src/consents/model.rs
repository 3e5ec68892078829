//! The words of consents.

use crate::text_enum;

text_enum! {
    /// State of a consent. It expires by its date.
    pub enum ConsentStatus {
        Active = "active": "Berlaku" / "Active",
        Expired = "expired": "Kedaluwarsa" / "Expired",
        Withdrawn = "withdrawn": "Dicabut" / "Withdrawn",
    }
}

text_enum! {
    /// What can be done with a consent.
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
        WitnessedVerbal = "witnessed_verbal": "Lisan dengan saksi" / "Spoken before a witness",
        RecordedVerbal = "recorded_verbal": "Lisan terekam" / "Spoken and recorded",
        Electronic = "electronic": "Elektronik" / "Electronic",
    }
}

text_enum! {
    /// Who gave it.
    pub enum ConsentGiver {
        Subject = "subject": "Subjek data sendiri" / "The data subject",
        Parent = "parent": "Orang tua" / "Parent",
        Guardian = "guardian": "Wali" / "Guardian",
        HeadOfFamily = "head_of_family": "Kepala keluarga" / "Head of the family",
        Attorney = "attorney": "Penerima kuasa" / "Holder of a power of attorney",
    }
}
