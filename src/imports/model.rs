//! What can be imported, and what happens to rows that are there already or at fault.

use crate::auth::Permission;

crate::text_enum! {
    /// What the rows of a file are.
    pub enum ImportKind {
        Families = "families": "Keluarga" / "Families",
        Persons = "persons": "Orang" / "Persons",
        Dwellings = "dwellings": "Tempat tinggal" / "Dwellings",
        WelfareStatuses = "welfare_statuses": "Status kesejahteraan" / "Welfare statuses",
        Organizations = "organizations": "Organisasi" / "Organizations",
        Services = "services": "Layanan" / "Services",
    }
}

impl ImportKind {
    /// What writing such rows one by one takes. Whoever imports them needs it besides `registry:import`.
    pub fn permission(self) -> Permission {
        match self {
            Self::Families | Self::Persons | Self::Dwellings | Self::WelfareStatuses => {
                crate::registry::permissions::REGISTRY_IMPORT
            }
            Self::Organizations | Self::Services => crate::directory::permissions::DIRECTORY_WRITE,
        }
    }
}

crate::text_enum! {
    /// What to do with a row that is there already.
    pub enum OnConflict {
        Skip = "skip": "Lewati" / "Skip",
        Update = "update": "Perbarui" / "Update",
        Fail = "fail": "Gagalkan" / "Fail",
    }
}

crate::text_enum! {
    /// What to do when rows are at fault.
    pub enum OnFault {
        Refuse = "refuse": "Tolak seluruh berkas" / "Refuse the whole file",
        Skip = "skip": "Lewati baris yang keliru" / "Skip the rows at fault",
    }
}

crate::text_enum! {
    /// The form of a file.
    pub enum ImportFormat {
        Csv = "csv": "CSV" / "CSV",
        Ndjson = "ndjson": "NDJSON" / "NDJSON",
    }
}
