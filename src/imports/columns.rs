//! The columns of each kind of file: the header, the template and the reader are made from them.

use super::model::ImportKind;
use super::reader::{Form, Header};

/// A column of a file.
#[derive(Debug)]
pub struct Column {
    pub name: &'static str,
    /// Must each row fill it?
    pub required: bool,
    /// What stands in it, in the words of the API field of the same name.
    pub about: &'static str,
    pub example: &'static str,
    pub form: Form,
}

impl Column {
    const fn of(self, form: Form) -> Self {
        Self { form, ..self }
    }
}

const fn must(name: &'static str, about: &'static str, example: &'static str) -> Column {
    Column { name, required: true, about, example, form: Form::Text }
}

const fn may(name: &'static str, about: &'static str, example: &'static str) -> Column {
    Column { name, required: false, about, example, form: Form::Text }
}

const fn flag(name: &'static str, example: &'static str) -> Column {
    may(name, FLAG, example).of(Form::Flag)
}

const ID: &str = "Id (UUIDv7); the service makes one when empty";
const FAMILY_ID: &str = "Id of the family; or else family_card_no";
const CARD: &str = "Number of the family card, 16 digits, as text";
const VILLAGE: &str = "Code of the village, PP.KK.CC.DDDD";
const FLAG: &str = "true or false; empty when nobody asked";

pub const FAMILIES: &[Column] = &[
    may("id", ID, ""),
    may("family_card_no", CARD, "3204051506109001"),
    must("region_code", VILLAGE, "32.04.05.2001"),
    may("address", "Address within the village", "Kp. Contoh RT 02 RW 05"),
    may("latitude", "Degrees, WGS 84", "-6.93").of(Form::Number),
    may("longitude", "Degrees, WGS 84", "107.72").of(Form::Number),
    flag("disaster_victim", "false"),
    flag("breadwinner_laid_off", "false"),
    flag("lost_livelihood", "false"),
    flag("extreme_poor", "false"),
    flag("prior_housing_aid", "false"),
    may("income_class", "Code of income-classes", "MBR"),
];

pub const PERSONS: &[Column] = &[
    may("id", ID, ""),
    may("family_id", FAMILY_ID, ""),
    may(
        "family_card_no",
        "Number of the family card; without it and family_id a family of one is made",
        "3204051506109001",
    ),
    may("region_code", "Code of the village; only for a person without a family", ""),
    may("address", "Where to find the person; only for a person without a family", ""),
    may("nik", "NIK, 16 digits, as text", "3204051203809001"),
    may(
        "identity_status",
        "Code of identity-statuses, as Dukcapil answered; unknown when empty with a new NIK; verified needs one",
        "verified",
    ),
    must("full_name", "Name as in the papers", "Asep Hidayat"),
    may("birth_date", "Day of birth, YYYY-MM-DD; from the NIK when empty", "1980-03-12"),
    must("sex", "Code of sexes", "male"),
    may("relation_to_head", "Code of relations-to-head; needed with a family", "head"),
    may("marital_status", "Code of marital-statuses", "married"),
    may("school_level", "Code of school-levels", "sd"),
    flag("school_enrolled", "false"),
    may("occupation_class", "Code of occupation-classes", "BURUH"),
    may("disability_type", "Code of disability-types", "none"),
    may("disability_severity", "Code of disability-severities", ""),
    flag("chronic_illness", "false"),
    flag("pregnant_or_postpartum", "false"),
    may("jkn_status", "Code of jkn-statuses", "inactive"),
    flag("has_kip", "false"),
    flag("orphan", "false"),
    flag("sktm", ""),
    flag("village_head_certified", ""),
    flag("assessment_recommended", ""),
    may("criteria", "Codes of social-criteria with | between; - for none", "-").of(Form::List),
    may("ppks_codes", "Codes of service-need-categories with | between; - for none", "-").of(Form::List),
];

pub const DWELLINGS: &[Column] = &[
    may("family_id", FAMILY_ID, ""),
    may("family_card_no", CARD, "3204051506109001"),
    may("tenure", "Code of dwelling-tenures", "own"),
    flag("land_title", "true"),
    may("floor_material", "Code of floor-materials", "cement"),
    may("wall_material", "Code of wall-materials", "bamboo"),
    may("roof_material", "Code of roof-materials", "zinc"),
    may("floor_area_m2", "Square metres", "30").of(Form::Number),
    flag("wall_or_roof_dangerous", "false"),
    flag("habitable", "true"),
    may("water_source", "Code of water-sources", "protected_well"),
    may("toilet", "Code of toilet-facilities", "shared"),
    may("cooking_fuel", "Code of cooking-fuels", "lpg_3kg"),
    may("lighting_source", "Code of lighting-sources", "pln"),
    may("power_va", "Volt-ampere", "450").of(Form::Number),
    may("pln_customer_id", "PLN customer number; - for none", "99000000012").of(Form::TextOrNone),
];

pub const WELFARE_STATUSES: &[Column] = &[
    may("family_id", FAMILY_ID, ""),
    may("family_card_no", CARD, "3204051506109001"),
    must("source", "Code of welfare-sources", "dtsen"),
    must("snapshot_version", "Name of the ranking at its source", "2026-Q4"),
    must("as_of", "Day from which it holds, YYYY-MM-DD", "2026-10-01"),
    must("decile", "1 to 10", "2").of(Form::Number),
    may("percentile", "1 to 100", "17").of(Form::Number),
];

pub const ORGANIZATIONS: &[Column] = &[
    may("id", "Id (UUIDv7); when empty, an organization of the same kind, region and name is the same one", ""),
    must("kind", "Code of organization-kinds", "agency"),
    must("name", "Name", "Dinas Sosial Kabupaten Contoh"),
    must("region_code", "Code of the region it belongs to", "32.04"),
    may("program_code", "Code of the programme it carries out", ""),
    may("phone", "Telephone for the public", "(022) 555-0101"),
    may("email", "E-mail for the public", "layanan@contoh.go.id"),
    may("address", "Where it is", "Jalan Contoh 1"),
    may("confidential_location", "true when its location is kept from the public", "false").of(Form::Flag),
];

pub const SERVICES: &[Column] = &[
    may("id", "Id (UUIDv7); when empty, a service of the same organization and name is the same one", ""),
    must("organization_id", "Id of the organization that offers it", "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e"),
    must("name", "Name", "Verifikasi kepesertaan PKH"),
    may("description", "What it does", ""),
    may("program_code", "Code of the programme it leads to", "PKH"),
    must("sectors", "Codes of sectors with | between", "socio_economic").of(Form::List),
    must("area_codes", "Codes of the regions it serves with | between, or ID for the whole country", "32.04")
        .of(Form::List),
    may("capacity", "Clients it can hold at a time", "40").of(Form::Number),
    may("opening_hours", "When it is open", "Senin–Jumat 08.00–15.00"),
    may("requirements", "What to bring", "KTP dan kartu keluarga"),
    may("answer_days", "Days within which it answers; 14 when empty", "14").of(Form::Number),
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

    fn forms(&self) -> Vec<Form> {
        self.columns().iter().map(|c| c.form).collect()
    }

    fn required(&self) -> Vec<&'static str> {
        self.columns().iter().filter(|c| c.required).map(|c| c.name).collect()
    }
}

/// A file with the header and one invented row.
pub fn template(kind: ImportKind) -> String {
    let line = |cells: Vec<&str>| cells.into_iter().map(quoted).collect::<Vec<_>>().join(",");
    let columns = kind.columns();
    let header = line(columns.iter().map(|c| c.name).collect());
    let example = line(columns.iter().map(|c| c.example).collect());
    format!("{header}\r\n{example}\r\n")
}

/// A cell as CSV wants it.
pub fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r', ';', '\t']) || cell.starts_with(char::is_whitespace) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
