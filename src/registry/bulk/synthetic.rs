//! Bulk inserts of synthetic families, for the demo and for benchmarks: multi-row inserts, one transaction per batch.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use uuid::Uuid;

use crate::auth::keys::KeyRing;
use crate::auth::sealing::IdentityKind;
use crate::db::stored;
use crate::error::Error;
use crate::registry::identity::nik::Sex;
use crate::registry::model::{
    DisabilityType, IdentityStatus, LightingSource, RelationToHead, SchoolLevel, Standing, WelfareSource,
};
use crate::registry::people::store;
use crate::registry::rows::{
    DwellingRow, FamilyFacts, FamilyRow, IdentityRow, ParticipationRow, PersonFacts, PersonRow, WelfareStatusRow,
};

#[derive(Debug, Clone, PartialEq)]
pub struct SyntheticFamily {
    pub family_card_no: String,
    pub village_code: String,
    pub address: String,
    /// The first member is the head.
    pub members: Vec<SyntheticPerson>,
    pub dwelling: SyntheticDwelling,
    pub decile: u8,
    pub percentile: u8,
    pub programs: Vec<&'static str>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SyntheticPerson {
    pub nik: Option<String>,
    pub full_name: String,
    pub birth_date: NaiveDate,
    pub sex: Sex,
    /// `head`, `spouse`, `child`, `parent` or `other`.
    pub relation: &'static str,
    pub marital_status: &'static str,
    /// The level attended, or otherwise the last level completed.
    pub school_level: Option<&'static str>,
    pub school_enrolled: bool,
    pub occupation_class: &'static str,
    pub disability_type: Option<&'static str>,
    pub disability_severity: Option<&'static str>,
    pub chronic_illness: bool,
    pub pregnant_or_postpartum: bool,
    /// `active`, `inactive` or `none`.
    pub jkn_status: &'static str,
    pub has_kip: bool,
    pub orphan: bool,
    pub ppks_codes: Vec<&'static str>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SyntheticDwelling {
    pub tenure: &'static str,
    pub floor_material: &'static str,
    pub wall_material: &'static str,
    pub roof_material: &'static str,
    pub water_source: &'static str,
    pub lighting_source: &'static str,
    /// `None` for a dwelling without PLN electricity.
    pub power_va: Option<i32>,
    pub pln_customer_id: Option<String>,
    pub cooking_fuel: &'static str,
    pub toilet: &'static str,
    pub floor_area_m2: i32,
    pub land_title: bool,
}

/// PostgreSQL allows 65,535 parameters per statement; a person has 29.
const ROWS_A_STATEMENT: usize = 2000;
const FAMILIES_A_BATCH: usize = 4000;

#[derive(Default)]
struct Batch {
    families: Vec<FamilyRow>,
    persons: Vec<PersonRow>,
    dwellings: Vec<DwellingRow>,
    statuses: Vec<WelfareStatusRow>,
    participations: Vec<ParticipationRow>,
    identities: Vec<IdentityRow>,
}

/// Inserts families with a DTSEN snapshot of the current quarter.
pub async fn insert_synthetic(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    families: Vec<SyntheticFamily>,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, Error> {
    let mut families = families.into_iter().peekable();
    let mut ids = Vec::new();
    while families.peek().is_some() {
        let mut batch = Batch::default();
        for family in families.by_ref().take(FAMILIES_A_BATCH) {
            batch.add(keys, family, now)?;
        }
        ids.extend(batch.families.iter().map(|family| family.id));
        conn.transaction(async |conn| batch.write(conn).await).await?;
    }
    Ok(ids)
}

impl Batch {
    fn add(&mut self, keys: &KeyRing, family: SyntheticFamily, now: DateTime<Utc>) -> Result<(), Error> {
        let id = Uuid::now_v7();
        self.identity(keys, IdentityKind::FamilyCard, &family.family_card_no, id, None);
        let facts = FamilyFacts { programs_known: true, ..FamilyFacts::default() };
        self.families.push(FamilyRow {
            id,
            region_code: family.village_code.clone(),
            family_card_sealed: Some(keys.sealer.seal(IdentityKind::FamilyCard, id, &family.family_card_no)?),
            address: Some(family.address),
            latitude: None,
            longitude: None,
            attributes: stored::write(&facts)?,
            submission_hash: None,
            version: 1,
            created_at: now,
            updated_at: now,
            standing: Standing::Active,
            merged_into: None,
            assets: serde_json::json!({}),
        });
        self.dwellings.push(dwelling(id, family.dwelling, now));
        let (as_of, quarter) = quarter_of(now);
        self.statuses.push(WelfareStatusRow {
            family_id: id,
            id: Uuid::now_v7(),
            source: WelfareSource::Dtsen,
            snapshot_version: quarter,
            as_of,
            decile: i16::from(family.decile),
            percentile: Some(i16::from(family.percentile)),
            created_at: now,
        });
        self.participations.extend(family.programs.into_iter().map(|code| ParticipationRow {
            family_id: id,
            id: Uuid::now_v7(),
            person_id: None,
            program_code: code.to_owned(),
            since: None,
            until: None,
            created_at: now,
        }));
        for person in family.members {
            self.member(keys, id, &family.village_code, person, now)?;
        }
        Ok(())
    }

    fn identity(&mut self, keys: &KeyRing, kind: IdentityKind, number: &str, family_id: Uuid, person_id: Option<Uuid>) {
        let blind_index = keys.sealer.blind_index(kind, number);
        self.identities.push(IdentityRow { blind_index, kind: kind.as_str(), family_id, person_id });
    }

    fn member(
        &mut self,
        keys: &KeyRing,
        family_id: Uuid,
        village: &str,
        person: SyntheticPerson,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let id = Uuid::now_v7();
        let nik_sealed = match &person.nik {
            None => None,
            Some(nik) => {
                self.identity(keys, IdentityKind::Nik, nik, family_id, Some(id));
                Some(keys.sealer.seal(IdentityKind::Nik, id, nik)?)
            }
        };
        let has_nik = nik_sealed.is_some();
        let facts = PersonFacts { ppks_known: true, criteria: Some(Vec::new()), ..PersonFacts::default() };
        self.persons.push(PersonRow {
            family_id,
            id,
            region_code: village.to_owned(),
            nik_sealed,
            identity_status: if has_nik { IdentityStatus::Verified } else { IdentityStatus::Unknown },
            full_name: person.full_name,
            birth_date: Some(person.birth_date),
            sex: person.sex,
            relation_to_head: person.relation.parse().unwrap_or(RelationToHead::Other),
            marital_status: person.marital_status.parse().ok(),
            school_level: Some(read(person.school_level).unwrap_or(SchoolLevel::None)),
            school_enrolled: Some(person.school_enrolled),
            occupation_class: person.occupation_class.parse().ok(),
            disability_type: Some(read(person.disability_type).unwrap_or(DisabilityType::None)),
            disability_severity: read(person.disability_severity),
            chronic_illness: Some(person.chronic_illness),
            pregnant_or_postpartum: Some(person.pregnant_or_postpartum),
            jkn_status: person.jkn_status.parse().ok(),
            has_kip: Some(person.has_kip),
            orphan: Some(person.orphan),
            limited_purposes: Vec::new(),
            ppks_codes: person.ppks_codes.into_iter().map(str::to_owned).collect(),
            attributes: stored::write(&facts)?,
            version: 1,
            created_at: now,
            updated_at: now,
            standing: Standing::Active,
            ended_on: None,
            merged_into: None,
        });
        Ok(())
    }

    async fn write(&self, conn: &mut AsyncPgConnection) -> Result<(), Error> {
        for rows in self.families.chunks(ROWS_A_STATEMENT) {
            store::insert_families(conn, rows).await?;
        }
        for rows in self.persons.chunks(ROWS_A_STATEMENT) {
            store::insert_persons(conn, rows).await?;
        }
        for rows in self.dwellings.chunks(ROWS_A_STATEMENT) {
            store::insert_dwellings(conn, rows).await?;
        }
        for rows in self.statuses.chunks(ROWS_A_STATEMENT) {
            store::insert_statuses(conn, rows).await?;
        }
        for rows in self.participations.chunks(ROWS_A_STATEMENT) {
            store::insert_participations(conn, rows).await?;
        }
        for rows in self.identities.chunks(ROWS_A_STATEMENT) {
            store::insert_identities(conn, rows).await?;
        }
        Ok(())
    }
}

fn read<T: std::str::FromStr>(code: Option<&str>) -> Option<T> {
    code.and_then(|code| code.parse().ok())
}

fn dwelling(family_id: Uuid, home: SyntheticDwelling, now: DateTime<Utc>) -> DwellingRow {
    DwellingRow {
        family_id,
        tenure: home.tenure.parse().ok(),
        floor_material: home.floor_material.parse().ok(),
        wall_material: home.wall_material.parse().ok(),
        roof_material: home.roof_material.parse().ok(),
        water_source: home.water_source.parse().ok(),
        lighting_source: home.lighting_source.parse::<LightingSource>().ok(),
        power_va: home.power_va,
        pln_customer_id: Some(home.pln_customer_id.unwrap_or_default()),
        cooking_fuel: home.cooking_fuel.parse().ok(),
        toilet: home.toilet.parse().ok(),
        floor_area_m2: Some(f64::from(home.floor_area_m2)),
        land_title: Some(home.land_title),
        habitable: None,
        wall_or_roof_dangerous: None,
        updated_at: now,
    }
}

/// First day and name of the quarter, as in the name of the quarterly snapshot.
fn quarter_of(now: DateTime<Utc>) -> (NaiveDate, String) {
    let day = crate::clock::local_day(now);
    let quarter = day.month0() / 3;
    let first = NaiveDate::from_ymd_opt(day.year(), quarter * 3 + 1, 1).unwrap_or(day);
    (first, format!("{}-Q{}", day.year(), quarter + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_has_its_first_day_and_its_name() {
        let at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        assert_eq!(quarter_of(at).1, "2026-Q4");
        assert_eq!(quarter_of(at).0, NaiveDate::from_ymd_opt(2026, 10, 1).unwrap());
    }
}
