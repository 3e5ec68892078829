//! The columns of each kind of file. Header, template and parser derive from them.

use super::model::ImportKind;
use super::reader::{CellType, Header};

/// A column of a file.
#[derive(Debug)]
pub struct Column {
    pub name: &'static str,
    /// Whether every row must fill it.
    pub required: bool,
    /// Content of the column, in the words of the API field of the same name.
    pub about: &'static str,
    pub example: &'static str,
    pub cell_type: CellType,
}

impl Column {
    const fn of(self, cell_type: CellType) -> Self {
        Self { cell_type, ..self }
    }
}

const fn required(name: &'static str, about: &'static str, example: &'static str) -> Column {
    Column { name, required: true, about, example, cell_type: CellType::Text }
}

const fn optional(name: &'static str, about: &'static str, example: &'static str) -> Column {
    Column { name, required: false, about, example, cell_type: CellType::Text }
}

const fn flag(name: &'static str, example: &'static str) -> Column {
    optional(name, FLAG, example).of(CellType::Flag)
}

const ID: &str = "Id (UUIDv7); generated when empty";
const FAMILY_ID: &str = "Id of the family; alternatively fill family_card_no";
const CARD: &str = "Number of the family card, 16 digits, as text";
const VILLAGE: &str = "Code of the village, PP.KK.CC.DDDD";
const FLAG: &str = "true or false; empty when unknown";

pub const FAMILIES: &[Column] = &[
    optional("id", ID, ""),
    optional("family_card_no", CARD, "3204051506109001"),
    required("region_code", VILLAGE, "32.04.05.2001"),
    optional("address", "Address within the village", "Kp. Contoh RT 02 RW 05"),
    optional("latitude", "Degrees, WGS 84", "-6.93").of(CellType::Number),
    optional("longitude", "Degrees, WGS 84", "107.72").of(CellType::Number),
    flag("disaster_victim", "false"),
    flag("breadwinner_laid_off", "false"),
    flag("lost_livelihood", "false"),
    flag("extreme_poor", "false"),
    flag("prior_housing_aid", "false"),
    optional("income_class", "Code of income-classes", "MBR"),
];

pub const PERSONS: &[Column] = &[
    optional("id", ID, ""),
    optional("family_id", FAMILY_ID, ""),
    optional(
        "family_card_no",
        "Number of the family card; without it and family_id, a single-person family is created",
        "3204051506109001",
    ),
    optional("region_code", "Code of the village; only for a person without a family", ""),
    optional("address", "Where to find the person; only for a person without a family", ""),
    optional("nik", "NIK, 16 digits, as text", "3204051203809001"),
    optional(
        "identity_status",
        "Code of identity-statuses, the result from Dukcapil; empty with a new NIK means unknown; verified needs a NIK",
        "verified",
    ),
    required("full_name", "Name as on identity documents", "Asep Hidayat"),
    optional("birth_date", "Birth date, YYYY-MM-DD; taken from the NIK when empty", "1980-03-12"),
    required("sex", "Code of sexes", "male"),
    optional("relation_to_head", "Code of relations-to-head; needed with a family", "head"),
    optional("marital_status", "Code of marital-statuses", "married"),
    optional("school_level", "Code of school-levels", "sd"),
    flag("school_enrolled", "false"),
    optional("occupation_class", "Code of occupation-classes", "BURUH"),
    optional("disability_type", "Code of disability-types", "none"),
    optional("disability_severity", "Code of disability-severities", ""),
    flag("chronic_illness", "false"),
    flag("pregnant_or_postpartum", "false"),
    optional("jkn_status", "Code of jkn-statuses", "inactive"),
    flag("has_kip", "false"),
    flag("orphan", "false"),
    flag("sktm", ""),
    flag("village_head_certified", ""),
    flag("assessment_recommended", ""),
    optional("criteria", "Codes of social-criteria separated by |; - for none", "-").of(CellType::List),
    optional("ppks_codes", "Codes of service-need-categories separated by |; - for none", "-").of(CellType::List),
];

pub const DWELLINGS: &[Column] = &[
    optional("family_id", FAMILY_ID, ""),
    optional("family_card_no", CARD, "3204051506109001"),
    optional("tenure", "Code of dwelling-tenures", "own"),
    flag("land_title", "true"),
    optional("floor_material", "Code of floor-materials", "cement"),
    optional("wall_material", "Code of wall-materials", "bamboo"),
    optional("roof_material", "Code of roof-materials", "zinc"),
    optional("floor_area_m2", "Square metres", "30").of(CellType::Number),
    flag("wall_or_roof_dangerous", "false"),
    flag("habitable", "true"),
    optional("water_source", "Code of water-sources", "protected_well"),
    optional("toilet", "Code of toilet-facilities", "shared"),
    optional("cooking_fuel", "Code of cooking-fuels", "lpg_3kg"),
    optional("lighting_source", "Code of lighting-sources", "pln"),
    optional("power_va", "Volt-ampere", "450").of(CellType::Number),
    optional("pln_customer_id", "PLN customer number; - for none", "99000000012").of(CellType::TextOrNone),
];

pub const WELFARE_STATUSES: &[Column] = &[
    optional("family_id", FAMILY_ID, ""),
    optional("family_card_no", CARD, "3204051506109001"),
    required("source", "Code of welfare-sources", "dtsen"),
    required("snapshot_version", "Name of the snapshot at its source", "2026-Q4"),
    required("as_of", "Date from which it is valid, YYYY-MM-DD", "2026-10-01"),
    required("decile", "1 to 10", "2").of(CellType::Number),
    optional("percentile", "1 to 100", "17").of(CellType::Number),
];

pub const ORGANIZATIONS: &[Column] = &[
    optional("id", "Id (UUIDv7); when empty, an organization of the same kind, region and name is the same one", ""),
    required("kind", "Code of organization-kinds", "agency"),
    required("name", "Name", "Dinas Sosial Kabupaten Contoh"),
    required("region_code", "Code of the region it belongs to", "32.04"),
    optional("program_code", "Code of the programme it runs", ""),
    optional("phone", "Telephone for the public", "(022) 555-0101"),
    optional("email", "E-mail for the public", "layanan@contoh.go.id"),
    optional("address", "Where it is", "Jalan Contoh 1"),
    optional("confidential_location", "true when its location is not public", "false").of(CellType::Flag),
];

pub const SERVICES: &[Column] = &[
    optional("id", "Id (UUIDv7); when empty, a service of the same organization and name is the same one", ""),
    required("organization_id", "Id of the organization that offers it", "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e"),
    required("name", "Name", "Verifikasi kepesertaan PKH"),
    optional("description", "What it does", ""),
    optional("program_code", "Code of the programme it leads to", "PKH"),
    required("sectors", "Codes of sectors separated by |", "socio_economic").of(CellType::List),
    required("area_codes", "Codes of the regions it serves separated by |, or ID for the whole country", "32.04")
        .of(CellType::List),
    optional("capacity", "Maximum clients at a time", "40").of(CellType::Number),
    optional("opening_hours", "When it is open", "Senin–Jumat 08.00–15.00"),
    optional("requirements", "What to bring", "KTP dan kartu keluarga"),
    optional("answer_days", "Days to answer a referral; 14 when empty", "14").of(CellType::Number),
];

impl ImportKind {
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Families => FAMILIES,
            Self::Persons => PERSONS,
            Self::Dwellings => DWELLINGS,
            Self::WelfareStatuses => WELFARE_STATUSES,
            Self::Organizations => ORGANIZATIONS,
            Self::Services => SERVICES,
        }
    }
}

impl Header for ImportKind {
    fn names(&self) -> Vec<&'static str> {
        self.columns().iter().map(|c| c.name).collect()
    }

    fn types(&self) -> Vec<CellType> {
        self.columns().iter().map(|c| c.cell_type).collect()
    }

    fn required(&self) -> Vec<&'static str> {
        self.columns().iter().filter(|c| c.required).map(|c| c.name).collect()
    }
}

/// A file with the header and one fictitious row.
pub fn template(kind: ImportKind) -> String {
    let line = |cells: Vec<&str>| cells.into_iter().map(quote).collect::<Vec<_>>().join(",");
    let columns = kind.columns();
    let header = line(columns.iter().map(|c| c.name).collect());
    let example = line(columns.iter().map(|c| c.example).collect());
    format!("{header}\r\n{example}\r\n")
}

/// Quotes a cell for CSV where needed.
pub fn quote(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r', ';', '\t']) || cell.starts_with(char::is_whitespace) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
