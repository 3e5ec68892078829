//! Kinds of import, and what to do with existing or invalid rows.

use crate::auth::Permission;

crate::text_enum! {
    /// Kind of the rows in a file.
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
    /// Permission needed to write such rows one by one. An import needs it besides `registry:import`.
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
    /// What to do with a row that already exists.
    pub enum OnConflict {
        Skip = "skip": "Lewati" / "Skip",
        Update = "update": "Perbarui" / "Update",
        Fail = "fail": "Gagalkan" / "Fail",
    }
}

crate::text_enum! {
    /// What to do with invalid rows.
    pub enum OnFault {
        Refuse = "refuse": "Tolak seluruh berkas" / "Refuse the whole file",
        Skip = "skip": "Lewati baris yang keliru" / "Skip invalid rows",
    }
}

crate::text_enum! {
    /// File format.
    pub enum ImportFormat {
        Csv = "csv": "CSV" / "CSV",
        Ndjson = "ndjson": "NDJSON" / "NDJSON",
    }
}
