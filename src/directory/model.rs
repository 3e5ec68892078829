//! Enumerations of the directory.

crate::text_enum! {
    /// Kind of organization.
    pub enum OrganizationKind {
        SlrtDesk = "slrt_desk": "Sekretariat SLRT" / "SLRT desk",
        PuskesosDesk = "puskesos_desk": "Puskesos" / "Village desk (Puskesos)",
        Agency = "agency": "OPD / dinas" / "Local agency",
        Program = "program": "Pelaksana program" / "Programme body",
        Facility = "facility": "Balai / sentra" / "Rehabilitation centre",
        WelfareInstitution = "welfare_institution": "LKS" / "Welfare institution",
        Shelter = "shelter": "TPS / rumah singgah" / "Shelter",
        Post = "post": "Posko" / "Service post",
        Government = "government": "Pemerintah daerah / kementerian" / "Regional government or ministry",
    }
}

crate::text_enum! {
    /// Level of government that is responsible.
    pub enum GovernmentLevel {
        National = "national": "Pusat" / "National",
        Province = "province": "Provinsi" / "Province",
        Regency = "regency": "Kabupaten/kota" / "Regency or city",
        Village = "village": "Desa/kelurahan" / "Village",
    }
}

crate::text_enum! {
    /// Sector to which a need belongs.
    pub enum Sector {
        Health = "health": "Kesehatan" / "Health",
        Education = "education": "Pendidikan" / "Education",
        SocioEconomic = "socio_economic": "Sosial ekonomi" / "Socio-economic",
        Food = "food": "Pangan" / "Food",
        Energy = "energy": "Energi" / "Energy",
        Agriculture = "agriculture": "Pertanian" / "Agriculture",
        Fishery = "fishery": "Perikanan" / "Fishery",
        Housing = "housing": "Perumahan" / "Housing",
        CivilRegistration = "civil_registration": "Administrasi kependudukan" / "Civil registration",
        Infrastructure = "infrastructure": "Infrastruktur" / "Infrastructure",
        Electricity = "electricity": "Listrik" / "Electricity",
        SocialRehabilitation = "social_rehabilitation": "Rehabilitasi sosial" / "Social rehabilitation",
        Other = "other": "Lainnya" / "Other",
    }
}
