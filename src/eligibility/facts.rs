//! The facts that a programme rule may use, in one table, and the set of facts known about one subject.
//! Unknown is not absent: a fact that is not recorded decides nothing; a fact recorded as "has none" does.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Bool,
    Int,
    Number,
    Text,
    List,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    Id,
    En,
}

/// A text in Indonesian and English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bilingual {
    pub id: &'static str,
    pub en: &'static str,
}

impl Bilingual {
    pub const fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Id => self.id,
            Lang::En => self.en,
        }
    }
}

#[derive(Debug, Serialize)]
pub struct FactMeta {
    pub name: &'static str,
    pub kind: Kind,
    /// The value is specific personal data, shown only to a caller who may see it.
    pub sensitive: bool,
    pub label: Bilingual,
    /// The question that an officer asks to collect the fact.
    pub question: Bilingual,
}

const OPEN: bool = false;
const SENSITIVE: bool = true;

macro_rules! facts {
    ($($fact:ident $name:literal $kind:ident $access:ident
        [$label_id:literal, $label_en:literal] [$question_id:literal, $question_en:literal])+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(into = "&'static str", try_from = "String")]
        #[repr(u8)]
        pub enum FactId { $($fact,)+ }

        impl FactId {
            pub const ALL: &'static [Self] = &[$(Self::$fact,)+];

            pub const fn meta(self) -> &'static FactMeta {
                match self {
                    $(Self::$fact => &FactMeta {
                        name: $name,
                        kind: Kind::$kind,
                        sensitive: $access,
                        label: Bilingual { id: $label_id, en: $label_en },
                        question: Bilingual { id: $question_id, en: $question_en },
                    },)+
                }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$fact),)+
                    _ => None,
                }
            }
        }
    };
}

facts! {
    FamilyRegistryListed "family.registry_listed" Bool OPEN ["Terdaftar di registri kesejahteraan", "Listed in the welfare registry"]
        ["Apakah keluarga ini terdaftar di registri kesejahteraan?", "Is the family listed in the welfare registry?"]
    FamilyDecile "family.decile" Int OPEN ["Desil kesejahteraan", "Welfare decile"]
        ["Di desil berapa keluarga ini menurut registri?", "In which decile does the registry rank the family?"]
    FamilyWelfarePercentile "family.welfare_percentile" Int OPEN ["Persentil kesejahteraan", "Welfare percentile"]
        ["Di persentil berapa keluarga ini menurut registri?", "In which percentile does the registry rank the family?"]
    FamilyCountMembers "family.count_members" Int OPEN ["Jumlah anggota keluarga", "Number of family members"]
        ["Berapa orang anggota keluarga ini?", "How many people belong to the family?"]
    FamilyCountPregnantOrPostpartum "family.count_pregnant_or_postpartum" Int SENSITIVE ["Jumlah ibu hamil atau nifas", "Pregnant or postpartum members"]
        ["Apakah ada anggota keluarga yang sedang hamil atau nifas, dan berapa orang?", "Is any family member pregnant or postpartum, and how many?"]
    FamilyCountAge06 "family.count_age_0_6" Int OPEN ["Jumlah anak usia 0–6 tahun", "Children aged 0 to 6"]
        ["Berapa anak berusia 0 sampai 6 tahun dalam keluarga ini?", "How many children aged 0 to 6 are in the family?"]
    FamilyCountEnrolledSd "family.count_enrolled_sd" Int OPEN ["Jumlah anak bersekolah di SD", "Children in elementary school"]
        ["Berapa anak yang bersekolah di SD atau sederajat?", "How many children attend elementary school?"]
    FamilyCountEnrolledSmp "family.count_enrolled_smp" Int OPEN ["Jumlah anak bersekolah di SMP", "Children in junior high school"]
        ["Berapa anak yang bersekolah di SMP atau sederajat?", "How many children attend junior high school?"]
    FamilyCountEnrolledSma "family.count_enrolled_sma" Int OPEN ["Jumlah anak bersekolah di SMA/SMK", "Children in senior high school"]
        ["Berapa anak yang bersekolah di SMA, SMK atau sederajat?", "How many children attend senior high or vocational school?"]
    FamilyCountAge60Plus "family.count_age_60_plus" Int OPEN ["Jumlah anggota usia 60 tahun ke atas", "Members aged 60 and over"]
        ["Berapa anggota keluarga yang berusia 60 tahun ke atas?", "How many family members are 60 or older?"]
    FamilyCountAge70Plus "family.count_age_70_plus" Int OPEN ["Jumlah anggota usia 70 tahun ke atas", "Members aged 70 and over"]
        ["Berapa anggota keluarga yang berusia 70 tahun ke atas?", "How many family members are 70 or older?"]
    FamilyCountSevereDisability "family.count_severe_disability" Int SENSITIVE ["Jumlah penyandang disabilitas berat", "Members with a severe disability"]
        ["Apakah ada penyandang disabilitas berat dalam keluarga ini, dan berapa orang?", "Does any family member have a severe disability, and how many?"]
    FamilyCountPrakerjaRecipients "family.count_prakerja_recipients" Int OPEN ["Jumlah penerima Kartu Prakerja", "Kartu Prakerja recipients"]
        ["Berapa anggota keluarga yang sudah menerima Kartu Prakerja?", "How many family members have received Kartu Prakerja?"]
    FamilyProgramsActive "family.programs_active" List OPEN ["Program yang sedang diterima keluarga", "Programmes the family receives"]
        ["Program bantuan apa saja yang sedang diterima keluarga ini?", "Which assistance programmes does the family receive now?"]
    FamilyPriorHousingAid "family.prior_housing_aid" Bool OPEN ["Pernah menerima bantuan rumah", "Received housing aid before"]
        ["Apakah keluarga ini pernah menerima bantuan perbaikan rumah?", "Has the family received housing aid before?"]
    FamilyIncomeClass "family.income_class" Text SENSITIVE ["Golongan penghasilan", "Income class"]
        ["Termasuk golongan penghasilan apa keluarga ini?", "Which income class does the family belong to?"]
    FamilyDisasterVictim "family.disaster_victim" Bool OPEN ["Terdampak bencana", "Affected by a disaster"]
        ["Apakah keluarga ini terdampak bencana?", "Has the family been affected by a disaster?"]
    FamilyBreadwinnerLaidOff "family.breadwinner_laid_off" Bool OPEN ["Pencari nafkah terkena PHK", "Breadwinner laid off"]
        ["Apakah pencari nafkah keluarga ini terkena pemutusan hubungan kerja?", "Has the family's breadwinner been laid off?"]
    FamilyLostLivelihood "family.lost_livelihood" Bool OPEN ["Kehilangan mata pencaharian", "Lost the livelihood"]
        ["Apakah keluarga ini kehilangan mata pencaharian?", "Has the family lost its livelihood?"]
    FamilyExtremePoor "family.extreme_poor" Bool OPEN ["Miskin ekstrem", "Extremely poor"]
        ["Apakah keluarga ini ditetapkan sebagai miskin ekstrem?", "Is the family classified as extremely poor?"]
    FamilyChronicIllnessOrDisability "family.chronic_illness_or_disability" Bool SENSITIVE ["Ada anggota sakit menahun atau disabilitas", "A member with chronic illness or disability"]
        ["Apakah ada anggota keluarga yang sakit menahun atau menyandang disabilitas?", "Is any family member chronically ill or disabled?"]
    FamilySingleElderlyHousehold "family.single_elderly_household" Bool OPEN ["Lansia tunggal", "Elderly person living alone"]
        ["Apakah keluarga ini hanya terdiri dari seorang lansia yang tinggal sendiri?", "Is the family one elderly person living alone?"]
    FamilyFemaleHeaded "family.female_headed" Bool OPEN ["Kepala keluarga perempuan", "Headed by a woman"]
        ["Apakah kepala keluarga ini seorang perempuan?", "Is the head of the family a woman?"]

    SubjectNikVerified "subject.nik_verified" Bool OPEN ["NIK terverifikasi Dukcapil", "NIK verified by Dukcapil"]
        ["Apakah NIK orang ini sudah padan dengan data Dukcapil?", "Has the person's NIK been verified with Dukcapil?"]
    SubjectIdentityStatus "subject.identity_status" Text OPEN ["Status identitas", "Identity status"]
        ["Apakah identitas orang ini sudah diverifikasi?", "Has the person's identity been verified?"]
    SubjectAge "subject.age" Int OPEN ["Usia", "Age"]
        ["Berapa usia orang ini?", "How old is the person?"]
    SubjectSex "subject.sex" Text OPEN ["Jenis kelamin", "Sex"]
        ["Apa jenis kelamin orang ini?", "What is the person's sex?"]
    SubjectRelation "subject.relation" Text OPEN ["Hubungan dengan kepala keluarga", "Relation to the head of the family"]
        ["Apa hubungan orang ini dengan kepala keluarga?", "How is the person related to the head of the family?"]
    SubjectMaritalStatus "subject.marital_status" Text OPEN ["Status perkawinan", "Marital status"]
        ["Apa status perkawinan orang ini?", "What is the person's marital status?"]
    SubjectSchoolEnrolled "subject.school_enrolled" Bool OPEN ["Sedang bersekolah", "Enrolled in school"]
        ["Apakah orang ini sedang bersekolah atau kuliah?", "Is the person enrolled in school or university?"]
    SubjectSchoolLevel "subject.school_level" Text OPEN ["Jenjang sekolah", "School level"]
        ["Di jenjang sekolah apa orang ini sekarang atau terakhir?", "Which school level does, or did, the person attend last?"]
    SubjectOccupationClass "subject.occupation_class" Text OPEN ["Golongan pekerjaan", "Occupation class"]
        ["Apa pekerjaan orang ini?", "What is the person's occupation?"]
    SubjectHasKip "subject.has_kip" Bool OPEN ["Memiliki KIP", "Holds a KIP card"]
        ["Apakah orang ini memiliki Kartu Indonesia Pintar?", "Does the person hold a Kartu Indonesia Pintar?"]
    SubjectJknStatus "subject.jkn_status" Text OPEN ["Status kepesertaan JKN", "JKN membership"]
        ["Apakah orang ini peserta JKN, dan apakah masih aktif?", "Is the person a JKN member, and is the membership active?"]
    SubjectSktm "subject.sktm" Bool OPEN ["Memiliki SKTM", "Holds a certificate of poverty (SKTM)"]
        ["Apakah orang ini memiliki surat keterangan tidak mampu?", "Does the person hold a certificate of poverty?"]
    SubjectDomicileInProgramRegion "subject.domicile_in_program_region" Bool OPEN ["Berdomisili di wilayah program", "Lives in the programme's region"]
        ["Apakah orang ini berdomisili di wilayah program?", "Does the person live in the programme's region?"]
    SubjectVillageHeadCertified "subject.village_head_certified" Bool OPEN ["Surat keterangan kepala desa/lurah", "Certified by the village head"]
        ["Apakah ada surat keterangan layak menerima dari kepala desa atau lurah?", "Has the village head certified that the person qualifies?"]
    SubjectOrphan "subject.orphan" Bool SENSITIVE ["Yatim, piatu, atau yatim piatu", "Orphan"]
        ["Apakah orang ini yatim, piatu, atau yatim piatu?", "Has the person lost one or both parents?"]
    SubjectDisabled "subject.disabled" Bool SENSITIVE ["Penyandang disabilitas", "Person with a disability"]
        ["Apakah orang ini penyandang disabilitas?", "Does the person have a disability?"]
    SubjectDisabilityType "subject.disability_type" Text SENSITIVE ["Ragam disabilitas", "Type of disability"]
        ["Apa ragam disabilitas orang ini?", "What type of disability does the person have?"]
    SubjectDisabilitySeverity "subject.disability_severity" Text SENSITIVE ["Tingkat disabilitas", "Severity of the disability"]
        ["Seberapa berat disabilitas orang ini?", "How severe is the person's disability?"]
    SubjectChronicIllness "subject.chronic_illness" Bool SENSITIVE ["Sakit menahun", "Chronic illness"]
        ["Apakah orang ini menderita sakit menahun?", "Is the person chronically ill?"]
    SubjectPregnantOrPostpartum "subject.pregnant_or_postpartum" Bool SENSITIVE ["Sedang hamil atau nifas", "Pregnant or postpartum"]
        ["Apakah orang ini sedang hamil atau nifas?", "Is the person pregnant or postpartum?"]
    SubjectPpksCodes "subject.ppks_codes" List SENSITIVE ["Kategori PPKS", "Service need categories (PPKS)"]
        ["Termasuk kategori PPKS apa saja orang ini?", "Which PPKS categories apply to the person?"]
    SubjectCriteria "subject.criteria" List SENSITIVE ["Kriteria masalah sosial", "Social problem criteria"]
        ["Apakah orang ini mengalami kemiskinan, ketelantaran, kekerasan, atau masalah sosial lain?", "Does the person face poverty, neglect, violence or another social problem?"]

    DwellingTenure "dwelling.tenure" Text OPEN ["Status kepemilikan rumah", "Tenure of the dwelling"]
        ["Apakah rumah ini milik sendiri, sewa, atau menumpang?", "Is the dwelling owned, rented or occupied rent-free?"]
    DwellingLandTitle "dwelling.land_title" Bool OPEN ["Memiliki bukti hak atas tanah", "Holds a title to the land"]
        ["Apakah keluarga ini memiliki bukti hak atas tanahnya?", "Does the family hold a title to its land?"]
    DwellingFloorMaterial "dwelling.floor_material" Text OPEN ["Bahan lantai", "Floor material"]
        ["Terbuat dari apa lantai rumah ini?", "What is the floor made of?"]
    DwellingWallMaterial "dwelling.wall_material" Text OPEN ["Bahan dinding", "Wall material"]
        ["Terbuat dari apa dinding rumah ini?", "What are the walls made of?"]
    DwellingRoofMaterial "dwelling.roof_material" Text OPEN ["Bahan atap", "Roof material"]
        ["Terbuat dari apa atap rumah ini?", "What is the roof made of?"]
    DwellingWallOrRoofDangerous "dwelling.wall_or_roof_dangerous" Bool OPEN ["Dinding atau atap membahayakan", "Dangerous walls or roof"]
        ["Apakah dinding atau atap rumah ini membahayakan penghuni?", "Do the walls or the roof endanger the people inside?"]
    DwellingWallOrRoofPerishable "dwelling.wall_or_roof_perishable" Bool OPEN ["Dinding atau atap mudah rusak", "Perishable walls or roof"]
        ["Apakah dinding atau atap rumah ini mudah rusak atau lapuk?", "Are the walls or the roof of perishable material?"]
    DwellingFloorSubstandard "dwelling.floor_substandard" Bool OPEN ["Lantai tidak layak", "Substandard floor"]
        ["Apakah lantai rumah ini dari tanah, papan, atau bambu dalam keadaan rusak?", "Is the floor of earth, or of broken planks or bamboo?"]
    DwellingMckAdequate "dwelling.mck_adequate" Bool OPEN ["Mandi, cuci, kakus layak", "Adequate washing and toilet facilities"]
        ["Apakah rumah ini memiliki tempat mandi, cuci, dan kakus yang layak?", "Does the dwelling have adequate washing and toilet facilities?"]
    DwellingHabitable "dwelling.habitable" Bool OPEN ["Rumah layak huni", "Habitable dwelling"]
        ["Apakah rumah ini layak huni?", "Is the dwelling fit to live in?"]
    DwellingFloorAreaM2 "dwelling.floor_area_m2" Number OPEN ["Luas lantai (m²)", "Floor area (m²)"]
        ["Berapa meter persegi luas lantai rumah ini?", "How many square metres is the floor?"]
    DwellingFloorAreaPerCapitaM2 "dwelling.floor_area_per_capita_m2" Number OPEN ["Luas lantai per orang (m²)", "Floor area per person (m²)"]
        ["Berapa meter persegi luas lantai untuk tiap penghuni?", "How many square metres of floor are there per person?"]
    DwellingWaterSource "dwelling.water_source" Text OPEN ["Sumber air minum", "Source of drinking water"]
        ["Dari mana sumber air minum rumah ini?", "Where does the drinking water come from?"]
    DwellingToilet "dwelling.toilet" Text OPEN ["Fasilitas kakus", "Toilet"]
        ["Kakus mana yang dipakai penghuni rumah ini?", "Which toilet do the people of the dwelling use?"]
    DwellingCookingFuel "dwelling.cooking_fuel" Text OPEN ["Bahan bakar memasak", "Cooking fuel"]
        ["Dengan bahan bakar apa keluarga ini memasak?", "Which fuel does the family cook with?"]
    DwellingLightingSource "dwelling.lighting_source" Text OPEN ["Sumber penerangan", "Source of lighting"]
        ["Dari mana sumber penerangan rumah ini?", "What is the dwelling's source of lighting?"]
    DwellingPowerVa "dwelling.power_va" Int OPEN ["Daya listrik (VA)", "Electric power (VA)"]
        ["Berapa VA daya listrik rumah ini?", "How many VA is the dwelling's electricity connection?"]
    DwellingPlnCustomerId "dwelling.pln_customer_id" Text SENSITIVE ["Nomor pelanggan PLN", "PLN customer number"]
        ["Apakah rumah ini memiliki nomor pelanggan PLN, dan berapa nomornya?", "Does the dwelling have a PLN customer number, and which?"]

    RegionCode "region.code" Text OPEN ["Kode wilayah domisili", "Region code of the domicile"]
        ["Di desa atau kelurahan mana keluarga ini tinggal?", "In which village does the family live?"]
    RegionVillageKind "region.village_kind" Text OPEN ["Jenis desa/kelurahan", "Kind of village"]
        ["Apakah keluarga ini tinggal di desa atau kelurahan?", "Does the family live in a desa or a kelurahan?"]
    RegionIs3t "region.is_3t" Bool OPEN ["Wilayah tertinggal, terdepan, terluar", "Disadvantaged, frontier or outermost region"]
        ["Apakah keluarga ini tinggal di wilayah tertinggal, terdepan, atau terluar?", "Does the family live in a disadvantaged, frontier or outermost region?"]
    AssessmentRecommended "assessment.recommended" Bool SENSITIVE ["Direkomendasikan oleh asesmen", "Recommended by an assessment"]
        ["Apakah asesmen merekomendasikan layanan ini?", "Has an assessment recommended this service?"]
}

impl FactId {
    pub const fn name(self) -> &'static str {
        self.meta().name
    }

    /// Label of a code in a sentence; `None` for a code that is shown as it is.
    pub fn code_label(self, code: &str, lang: Lang) -> Option<&'static str> {
        let (id, en) = match (self, code) {
            (Self::DwellingTenure, "own") => ("milik sendiri", "owned"),
            (Self::DwellingTenure, "rent") => ("sewa", "rented"),
            (Self::DwellingTenure, "rent_free") => ("menumpang", "rent-free"),
            (Self::DwellingLightingSource, "pln") => ("listrik PLN", "PLN electricity"),
            (Self::DwellingLightingSource, "non_pln") => ("listrik non-PLN", "other electricity"),
            (Self::DwellingLightingSource, "none") => ("bukan listrik", "no electricity"),
            (Self::SubjectJknStatus, "active") => ("aktif", "active"),
            (Self::SubjectJknStatus, "inactive") => ("tidak aktif", "inactive"),
            (Self::SubjectJknStatus, "none") => ("bukan peserta", "not a member"),
            (Self::SubjectSex, "male") => ("laki-laki", "male"),
            (Self::SubjectSex, "female") => ("perempuan", "female"),
            (Self::SubjectDisabilitySeverity, "mild") => ("ringan", "mild"),
            (Self::SubjectDisabilitySeverity, "moderate") => ("sedang", "moderate"),
            (Self::SubjectDisabilitySeverity, "severe") => ("berat", "severe"),
            (Self::FamilyIncomeClass, "MBR") => ("masyarakat berpenghasilan rendah", "low income (MBR)"),
            _ => return None,
        };
        Some(Bilingual { id, en }.get(lang))
    }
}

impl From<FactId> for &'static str {
    fn from(fact: FactId) -> Self {
        fact.name()
    }
}

impl TryFrom<String> for FactId {
    type Error = FactError;

    fn try_from(name: String) -> Result<Self, FactError> {
        Self::from_name(&name).ok_or(FactError::Unknown)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Bool(bool),
    Int(i64),
    Number(f64),
    /// `Cow`, because most texts are codes, which are static.
    Text(Cow<'static, str>),
    List(Vec<String>),
}

macro_rules! value_from {
    ($($from:ty => $variant:ident),+) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )+};
}

value_from!(bool => Bool, i32 => Int, i64 => Int, f64 => Number, &'static str => Text, String => Text, Vec<String> => List);

impl Value {
    /// Converts a JSON value to `kind`. A blank text and an empty list are valid values.
    pub fn from_json(kind: Kind, json: &serde_json::Value) -> Option<Self> {
        match kind {
            Kind::Bool => json.as_bool().map(Self::Bool),
            Kind::Int => json.as_i64().map(Self::Int),
            Kind::Number => json.as_f64().map(Self::Number),
            Kind::Text => json.as_str().map(|text| Self::from(text.to_owned())),
            Kind::List => {
                let texts = json.as_array()?.iter();
                let texts: Option<_> = texts.map(|text| text.as_str().map(str::to_owned)).collect();
                texts.map(Self::List)
            }
        }
    }

    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Number(value) => (*value).into(),
            Self::Text(value) => value.as_ref().into(),
            Self::List(values) => values.as_slice().into(),
        }
    }
}

/// The state of knowledge of one fact.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Fact {
    /// Not recorded: it may still have any value.
    #[default]
    Unknown,
    /// Recorded as "none": a house without a meter, a person without an occupation.
    Absent,
    Present(Value),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FactError {
    #[error("no fact has this name")]
    Unknown,
    #[error("the value has the wrong kind for this fact")]
    WrongKind,
}

impl FactError {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "fact_unknown",
            Self::WrongKind => "fact_wrong_kind",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct FactSet {
    facts: [Fact; FactId::ALL.len()],
}

impl Default for FactSet {
    fn default() -> Self {
        Self { facts: [const { Fact::Unknown }; FactId::ALL.len()] }
    }
}

impl FactSet {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn get(&self, id: FactId) -> &Fact {
        self.facts.get(id as usize).unwrap_or(&Fact::Unknown)
    }

    /// The value, if there is one.
    pub fn value(&self, id: FactId) -> Option<&Value> {
        match self.get(id) {
            Fact::Present(value) => Some(value),
            Fact::Unknown | Fact::Absent => None,
        }
    }

    pub fn get_by_name(&self, name: &str) -> Option<&Fact> {
        FactId::from_name(name).map(|id| self.get(id))
    }

    /// Records a value. A blank text or an empty list means "none" and is stored as absent.
    pub fn set(&mut self, id: FactId, value: impl Into<Value>) -> Result<(), FactError> {
        let fact = match (id.meta().kind, value.into()) {
            (Kind::Text, Value::Text(text)) if text.trim().is_empty() => Fact::Absent,
            (Kind::List, Value::List(list)) if list.is_empty() => Fact::Absent,
            (Kind::Number, Value::Int(value)) => Fact::Present(Value::Number(value as f64)),
            (Kind::Number, Value::Number(value)) if !value.is_finite() => {
                return Err(FactError::WrongKind);
            }
            (Kind::Bool, value @ Value::Bool(_))
            | (Kind::Int, value @ Value::Int(_))
            | (Kind::Number, value @ Value::Number(_))
            | (Kind::Text, value @ Value::Text(_))
            | (Kind::List, value @ Value::List(_)) => Fact::Present(value),
            _ => return Err(FactError::WrongKind),
        };
        self.put(id, fact);
        Ok(())
    }

    pub fn set_by_name(&mut self, name: &str, value: impl Into<Value>) -> Result<(), FactError> {
        self.set(FactId::from_name(name).ok_or(FactError::Unknown)?, value)
    }

    /// Records a JSON value. `null` makes the fact unknown: a client that leaves a field empty has not said "none".
    pub fn set_json(&mut self, name: &str, json: &serde_json::Value) -> Result<(), FactError> {
        let id = FactId::from_name(name).ok_or(FactError::Unknown)?;
        if json.is_null() {
            self.put(id, Fact::Unknown);
            return Ok(());
        }
        let value = Value::from_json(id.meta().kind, json).ok_or(FactError::WrongKind)?;
        self.set(id, value)
    }

    /// Records "none"; for a boolean fact that is `false`.
    pub fn set_absent(&mut self, id: FactId) {
        let fact = match id.meta().kind {
            Kind::Bool => Fact::Present(Value::Bool(false)),
            _ => Fact::Absent,
        };
        self.put(id, fact);
    }

    pub fn set_unknown(&mut self, id: FactId) {
        self.put(id, Fact::Unknown);
    }

    fn put(&mut self, id: FactId, fact: Fact) {
        if let Some(slot) = self.facts.get_mut(id as usize) {
            *slot = fact;
        }
    }
}
