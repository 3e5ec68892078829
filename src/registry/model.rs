//! Code lists of the registry. Codes that programme rules use are spelt as in the rules.

crate::text_enum! {
    /// Sex as in the identity documents.
    pub enum Sex {
        Male = "male": "Laki-laki" / "Male",
        Female = "female": "Perempuan" / "Female",
    }
}

crate::text_enum! {
    /// Relation of a person to the head of the family.
    pub enum RelationToHead {
        Head = "head": "Kepala keluarga" / "Head",
        Spouse = "spouse": "Suami/istri" / "Spouse",
        Child = "child": "Anak" / "Child",
        ChildInLaw = "child_in_law": "Menantu" / "Child-in-law",
        Grandchild = "grandchild": "Cucu" / "Grandchild",
        Parent = "parent": "Orang tua" / "Parent",
        ParentInLaw = "parent_in_law": "Mertua" / "Parent-in-law",
        OtherRelative = "other_relative": "Famili lain" / "Other relative",
        Other = "other": "Lainnya" / "Other",
    }
}

crate::text_enum! {
    /// Marital status as in the identity documents.
    pub enum MaritalStatus {
        Single = "single": "Belum kawin" / "Single",
        Married = "married": "Kawin" / "Married",
        Divorced = "divorced": "Cerai hidup" / "Divorced",
        Widowed = "widowed": "Cerai mati" / "Widowed",
    }
}

crate::text_enum! {
    /// School level attended now, or the last one completed, with its equivalents.
    pub enum SchoolLevel {
        None = "none": "Belum/tidak sekolah" / "None",
        Paud = "paud": "PAUD/TK" / "Early childhood education",
        Sd = "sd": "SD/MI/Paket A" / "Elementary school",
        Smp = "smp": "SMP/MTs/Paket B" / "Junior high school",
        Sma = "sma": "SMA/SMK/MA/Paket C" / "Senior high or vocational school",
        Higher = "higher": "Perguruan tinggi" / "Higher education",
    }
}

crate::text_enum! {
    /// Occupation class of a person. Each class that excludes from a programme has its own code.
    pub enum OccupationClass {
        TidakBekerja = "TIDAK_BEKERJA": "Tidak bekerja" / "Not working",
        PelajarMahasiswa = "PELAJAR_MAHASISWA": "Pelajar/mahasiswa" / "Pupil or student",
        MengurusRumahTangga = "MENGURUS_RUMAH_TANGGA": "Mengurus rumah tangga" / "Homemaker",
        Petani = "PETANI": "Petani/pekebun" / "Farmer",
        Nelayan = "NELAYAN": "Nelayan" / "Fisher",
        Buruh = "BURUH": "Buruh" / "Labourer",
        AsistenRumahTangga = "ASISTEN_RUMAH_TANGGA": "Asisten rumah tangga" / "Domestic worker",
        Pedagang = "PEDAGANG": "Pedagang" / "Trader",
        Pengemudi = "PENGEMUDI": "Pengemudi" / "Driver",
        Wiraswasta = "WIRASWASTA": "Wiraswasta" / "Self-employed",
        KaryawanSwasta = "KARYAWAN_SWASTA": "Karyawan swasta" / "Private employee",
        Pensiunan = "PENSIUNAN": "Pensiunan" / "Retired",
        Asn = "ASN": "Aparatur sipil negara" / "Civil servant",
        Tni = "TNI": "TNI" / "Armed forces",
        Polri = "POLRI": "Polri" / "Police",
        KadesPerangkat = "KADES_PERANGKAT": "Kepala desa/perangkat desa" / "Village head or official",
        Dprd = "DPRD": "Anggota DPR/DPRD" / "Member of parliament or council",
        DireksiBumnBumd = "DIREKSI_BUMN_BUMD": "Direksi/komisaris BUMN/BUMD" / "Director of a state-owned company",
        Lainnya = "LAINNYA": "Lainnya" / "Other",
    }
}

crate::text_enum! {
    /// Type of disability (UU 8/2016). `none` means that it was asked and there is no disability.
    pub enum DisabilityType {
        None = "none": "Tidak ada" / "None",
        Physical = "physical": "Fisik" / "Physical",
        Mental = "mental": "Mental" / "Mental",
        Intellectual = "intellectual": "Intelektual" / "Intellectual",
        Sensory = "sensory": "Sensorik" / "Sensory",
        Multiple = "multiple": "Ganda" / "Multiple",
    }
}

crate::text_enum! {
    /// Severity of a disability.
    pub enum DisabilitySeverity {
        Mild = "mild": "Ringan" / "Mild",
        Moderate = "moderate": "Sedang" / "Moderate",
        Severe = "severe": "Berat" / "Severe",
    }
}

crate::text_enum! {
    /// Membership of the national health insurance (JKN).
    pub enum JknStatus {
        Active = "active": "Aktif" / "Active",
        Inactive = "inactive": "Tidak aktif" / "Inactive",
        None = "none": "Bukan peserta" / "Not a member",
    }
}

crate::text_enum! {
    /// Whether the population registry (Dukcapil) confirmed the identity. `unknown`: not checked yet. `unverified`:
    /// checked and does not match.
    pub enum IdentityStatus {
        Verified = "verified": "Padan dengan Dukcapil" / "Verified with Dukcapil",
        Unverified = "unverified": "Tidak padan" / "Does not match",
        Unknown = "unknown": "Belum diperiksa" / "Not checked yet",
    }
}

crate::text_enum! {
    /// Source of a welfare ranking.
    pub enum WelfareSource {
        Ppls11 = "ppls11": "PPLS 2011" / "PPLS 2011",
        Bdt = "bdt": "Basis Data Terpadu" / "Unified Database (BDT)",
        Pbdt = "pbdt": "Pemutakhiran BDT 2015" / "BDT update of 2015",
        Dtks = "dtks": "DTKS" / "DTKS",
        Dtsen = "dtsen": "DTSEN" / "DTSEN",
        Local = "local": "Data daerah" / "Local data",
    }
}

crate::text_enum! {
    /// Tenure: by which right the family lives in the dwelling.
    pub enum DwellingTenure {
        Own = "own": "Milik sendiri" / "Owned",
        Rent = "rent": "Sewa/kontrak" / "Rented",
        RentFree = "rent_free": "Menumpang" / "Rent-free",
        Official = "official": "Rumah dinas" / "Official housing",
        Other = "other": "Lainnya" / "Other",
    }
}

crate::text_enum! {
    /// Main material of the floor.
    pub enum FloorMaterial {
        Tile = "tile": "Keramik/ubin" / "Tile",
        Cement = "cement": "Semen" / "Cement",
        Wood = "wood": "Papan/kayu" / "Wood",
        Bamboo = "bamboo": "Bambu" / "Bamboo",
        Earth = "earth": "Tanah" / "Earth",
    }
}

crate::text_enum! {
    /// Main material of the walls.
    pub enum WallMaterial {
        Brick = "brick": "Tembok" / "Brick",
        Wood = "wood": "Kayu/papan" / "Wood",
        Bamboo = "bamboo": "Bambu" / "Bamboo",
        Other = "other": "Lainnya" / "Other",
    }
}

crate::text_enum! {
    /// Main material of the roof.
    pub enum RoofMaterial {
        Concrete = "concrete": "Beton" / "Concrete",
        Tile = "tile": "Genteng" / "Tile",
        Zinc = "zinc": "Seng" / "Zinc",
        Asbestos = "asbestos": "Asbes" / "Asbestos",
        Thatch = "thatch": "Ijuk/rumbia/jerami" / "Thatch",
        Other = "other": "Lainnya" / "Other",
    }
}

crate::text_enum! {
    /// Source of drinking water.
    pub enum WaterSource {
        Piped = "piped": "Leding" / "Piped",
        Bottled = "bottled": "Air kemasan/isi ulang" / "Bottled or refilled",
        PumpWell = "pump_well": "Sumur bor/pompa" / "Pumped well",
        ProtectedWell = "protected_well": "Sumur terlindung" / "Protected well",
        UnprotectedWell = "unprotected_well": "Sumur tak terlindung" / "Unprotected well",
        Spring = "spring": "Mata air" / "Spring",
        Surface = "surface": "Air permukaan" / "Surface water",
        Rain = "rain": "Air hujan" / "Rain",
    }
}

crate::text_enum! {
    /// Main source of lighting.
    pub enum LightingSource {
        Pln = "pln": "Listrik PLN" / "PLN electricity",
        NonPln = "non_pln": "Listrik non-PLN" / "Other electricity",
        None = "none": "Bukan listrik" / "No electricity",
    }
}

crate::text_enum! {
    /// Main cooking fuel.
    pub enum CookingFuel {
        Electric = "electric": "Listrik" / "Electricity",
        CityGas = "city_gas": "Gas kota" / "City gas",
        Lpg12kg = "lpg_12kg": "LPG 5,5/12 kg" / "LPG 5.5/12 kg",
        Lpg3kg = "lpg_3kg": "LPG 3 kg" / "LPG 3 kg",
        Kerosene = "kerosene": "Minyak tanah" / "Kerosene",
        Wood = "wood": "Kayu bakar/arang" / "Firewood or charcoal",
        Other = "other": "Lainnya" / "Other",
    }
}

crate::text_enum! {
    /// Toilet facility that the family uses.
    pub enum ToiletFacility {
        Own = "own": "Milik sendiri" / "Own",
        Shared = "shared": "Bersama" / "Shared",
        Public = "public": "Umum" / "Public",
        None = "none": "Tidak ada" / "None",
    }
}

crate::text_enum! {
    /// Income class as the housing programmes define it.
    pub enum IncomeClass {
        Mbr = "MBR": "Masyarakat berpenghasilan rendah" / "Low income (MBR)",
        NonMbr = "NON_MBR": "Bukan MBR" / "Not low income",
    }
}

crate::text_enum! {
    /// Social problem criteria (UU 11/2009, article 5).
    pub enum SocialCriterion {
        Poverty = "poverty": "Kemiskinan" / "Poverty",
        Neglect = "neglect": "Ketelantaran" / "Neglect",
        Disability = "disability": "Kedisabilitasan" / "Disability",
        Remoteness = "remoteness": "Keterpencilan" / "Remoteness",
        SocialDeviation = "social_deviation": "Ketunaan sosial dan penyimpangan perilaku" / "Social deviation",
        Disaster = "disaster": "Korban bencana" / "Disaster victim",
        Violence = "violence": "Korban tindak kekerasan, eksploitasi, dan diskriminasi" / "Violence, exploitation or discrimination",
    }
}

crate::text_enum! {
    /// Status of a person or family. Only `active` ones are included in families, eligibility checks and searches.
    pub enum Standing {
        Active = "active": "Aktif" / "Active",
        Deceased = "deceased": "Meninggal dunia" / "Deceased",
        Removed = "removed": "Dikeluarkan" / "Removed",
        Merged = "merged": "Digabungkan" / "Merged into another",
    }
}

crate::text_enum! {
    /// Reason for the removal of a person from the registry.
    pub enum RemovalReason {
        MovedAbroad = "moved_abroad": "Pindah ke luar negeri" / "Moved abroad",
        Untraceable = "untraceable": "Tidak ditemukan" / "Cannot be found",
        EnteredInError = "entered_in_error": "Salah catat" / "Entered in error",
        Refused = "refused": "Tidak bersedia didata" / "Does not want to be registered",
        Other = "other": "Lainnya" / "Other",
    }
}

crate::text_enum! {
    /// Kind of shock that hit a family.
    pub enum ShockKind {
        Disaster = "disaster": "Bencana" / "Disaster",
        Layoff = "layoff": "Pemutusan hubungan kerja" / "Layoff",
        HarvestFailure = "harvest_failure": "Gagal panen" / "Harvest failure",
        BreadwinnerDied = "breadwinner_died": "Pencari nafkah meninggal" / "Death of the breadwinner",
        SeriousIllness = "serious_illness": "Sakit berat" / "Serious illness",
        Other = "other": "Lainnya" / "Other",
    }
}

crate::text_enum! {
    /// Kind of institution in which a person lives.
    pub enum ResidenceKind {
        ChildHome = "child_home": "Panti/LKS anak" / "Children's home",
        ElderlyHome = "elderly_home": "Panti lanjut usia" / "Home for the elderly",
        DisabilityHome = "disability_home": "Panti disabilitas" / "Home for persons with disability",
        RehabilitationCentre = "rehabilitation_centre": "Balai/sentra rehabilitasi" / "Rehabilitation centre",
        Shelter = "shelter": "Rumah singgah/TPS" / "Shelter",
        Foundation = "foundation": "Yayasan" / "Foundation",
        BoardingSchool = "boarding_school": "Asrama/pesantren" / "Boarding school",
        Other = "other": "Lainnya" / "Other",
    }
}

/// Categories that are shown only to tokens with `cases:restricted`: children in conflict with the law, violence, HIV,
/// drug abuse, trafficking (UU 27/2022, article 4).
const RESTRICTED_PPKS: &[&str] = &["PPKS-03", "PPKS-06", "PPKS-16", "PPKS-17", "PPKS-18", "PPKS-19"];

pub fn is_restricted_ppks(code: &str) -> bool {
    RESTRICTED_PPKS.contains(&code)
}

/// Codes of the 26 categories (Permensos 8/2012).
pub fn ppks_codes() -> impl Iterator<Item = &'static str> {
    super::english::PPKS.iter().map(|(code, _)| *code)
}

pub fn is_ppks_code(code: &str) -> bool {
    ppks_codes().any(|known| known == code)
}
