//! Builds database rows from validated input, for one family of a request or many of an import.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::auth::sealing::{IdentityKind, Sealer};
use crate::db::stored;
use crate::error::Error;
use crate::regions::RegionCode;
use crate::registry::identity::nik::{FamilyCardNo, ParsedNik};
use crate::registry::model::{IdentityStatus, Standing};
use crate::registry::people::api::{
    CreateFamily, CreateMember, CreateWelfareStatus, Dwelling, FamilyAttributes, HeldProgram,
};
use crate::registry::people::validation::ValidFamily;
use crate::registry::rows::{
    DwellingRow, FamilyFacts, FamilyRow, IdentityRow, ParticipationRow, PersonFacts, PersonRow, WelfareStatusRow,
};

/// Context of every row: the sealer and the time.
pub struct RowContext<'a> {
    pub sealer: &'a Sealer,
    pub now: DateTime<Utc>,
}

/// Rows that are inserted together.
#[derive(Debug, Default)]
pub struct Rows {
    pub families: Vec<FamilyRow>,
    pub persons: Vec<PersonRow>,
    pub dwellings: Vec<DwellingRow>,
    pub statuses: Vec<WelfareStatusRow>,
    pub participations: Vec<ParticipationRow>,
    pub identities: Vec<IdentityRow>,
}

impl Rows {
    /// The rows of one family.
    pub fn of(
        stamp: &RowContext<'_>,
        id: Uuid,
        input: CreateFamily,
        validated: ValidFamily,
        submission_hash: Option<Vec<u8>>,
    ) -> Result<Self, Error> {
        let mut rows = Self::default();
        rows.add(stamp, id, input, validated, submission_hash)?;
        Ok(rows)
    }

    /// Adds the rows of one more family.
    pub fn add(
        &mut self,
        stamp: &RowContext<'_>,
        id: Uuid,
        input: CreateFamily,
        validated: ValidFamily,
        submission_hash: Option<Vec<u8>>,
    ) -> Result<(), Error> {
        let programs_known = input.programs.is_some() || input.members.iter().any(|m| m.programs.is_some());
        self.add_participations(stamp, input.programs.as_deref(), id, None);
        let family_card_sealed = self.card(stamp, id, validated.family_card_no.as_ref())?;
        for (member, nik) in input.members.into_iter().zip(validated.niks) {
            self.member(stamp, id, &validated.region, member, nik)?;
        }
        self.families.push(FamilyRow {
            id,
            region_code: validated.region.as_str().to_owned(),
            family_card_sealed,
            address: input.address.map(|a| a.into_string()),
            latitude: input.latitude,
            longitude: input.longitude,
            attributes: stored::write(&attributes(&input.attributes.unwrap_or_default(), programs_known))?,
            submission_hash,
            version: 1,
            created_at: stamp.now,
            updated_at: stamp.now,
            standing: Standing::Active,
            merged_into: None,
            assets: stored::write(&input.assets.unwrap_or_default())?,
        });
        if let Some(home) = input.dwelling {
            self.dwellings.push(dwelling(id, home, stamp.now));
        }
        if let Some(status) = input.welfare_status {
            self.statuses.push(welfare_status(id, status, stamp.now));
        }
        Ok(())
    }

    fn card(
        &mut self,
        stamp: &RowContext<'_>,
        id: Uuid,
        number: Option<&FamilyCardNo>,
    ) -> Result<Option<Vec<u8>>, Error> {
        let Some(number) = number else { return Ok(None) };
        self.identity(stamp.sealer, IdentityKind::FamilyCard, number.expose(), id, None);
        stamp.sealer.seal(IdentityKind::FamilyCard, id, number.expose()).map(Some)
    }

    fn identity(&mut self, sealer: &Sealer, kind: IdentityKind, number: &str, family: Uuid, person: Option<Uuid>) {
        self.identities.push(IdentityRow {
            blind_index: sealer.blind_index(kind, number),
            kind: kind.as_str(),
            family_id: family,
            person_id: person,
        });
    }

    pub fn member(
        &mut self,
        stamp: &RowContext<'_>,
        family_id: Uuid,
        region: &RegionCode,
        member: CreateMember,
        nik: Option<ParsedNik>,
    ) -> Result<(), Error> {
        let id = member.id.unwrap_or_else(Uuid::now_v7);
        let sealer = stamp.sealer;
        let nik_sealed = match &nik {
            None => None,
            Some(nik) => {
                self.identity(sealer, IdentityKind::Nik, nik.nik.expose(), family_id, Some(id));
                Some(sealer.seal(IdentityKind::Nik, id, nik.nik.expose())?)
            }
        };
        self.add_participations(stamp, member.programs.as_deref(), family_id, Some(id));
        let facts = PersonFacts {
            sktm: member.sktm,
            village_head_certified: member.village_head_certified,
            assessment_recommended: member.assessment_recommended,
            criteria: member.criteria,
            ppks_known: member.ppks_codes.is_some(),
        };
        self.persons.push(PersonRow {
            family_id,
            id,
            region_code: region.as_str().to_owned(),
            nik_sealed,
            identity_status: member.identity_status.unwrap_or(IdentityStatus::Unknown),
            full_name: member.full_name.into_string(),
            birth_date: member.birth_date.or(nik.map(|nik| nik.birth_date)),
            sex: member.sex,
            relation_to_head: member.relation_to_head,
            marital_status: member.marital_status,
            school_level: member.school_level,
            school_enrolled: member.school_enrolled,
            occupation_class: member.occupation_class,
            disability_type: member.disability_type,
            disability_severity: member.disability_severity,
            chronic_illness: member.chronic_illness,
            pregnant_or_postpartum: member.pregnant_or_postpartum,
            jkn_status: member.jkn_status,
            has_kip: member.has_kip,
            orphan: member.orphan,
            limited_purposes: Vec::new(),
            ppks_codes: member.ppks_codes.unwrap_or_default(),
            attributes: stored::write(&facts)?,
            version: 1,
            created_at: stamp.now,
            updated_at: stamp.now,
            standing: Standing::Active,
            ended_on: None,
            merged_into: None,
        });
        Ok(())
    }

    fn add_participations(
        &mut self,
        stamp: &RowContext<'_>,
        programs: Option<&[HeldProgram]>,
        family_id: Uuid,
        person_id: Option<Uuid>,
    ) {
        let row = |program: &HeldProgram| ParticipationRow {
            family_id,
            id: Uuid::now_v7(),
            person_id,
            program_code: program.program_code.clone(),
            since: program.since,
            until: program.until,
            created_at: stamp.now,
        };
        self.participations.extend(programs.unwrap_or_default().iter().map(row));
    }
}

pub fn welfare_status(family_id: Uuid, status: CreateWelfareStatus, now: DateTime<Utc>) -> WelfareStatusRow {
    WelfareStatusRow {
        family_id,
        id: Uuid::now_v7(),
        source: status.source,
        snapshot_version: status.snapshot_version.into_string(),
        as_of: status.as_of,
        decile: status.decile,
        percentile: status.percentile,
        created_at: now,
    }
}

pub fn attributes(input: &FamilyAttributes, programs_known: bool) -> FamilyFacts {
    FamilyFacts {
        disaster_victim: input.disaster_victim,
        breadwinner_laid_off: input.breadwinner_laid_off,
        lost_livelihood: input.lost_livelihood,
        extreme_poor: input.extreme_poor,
        prior_housing_aid: input.prior_housing_aid,
        income_class: input.income_class,
        programs_known,
    }
}

pub fn dwelling(family_id: Uuid, home: Dwelling, now: DateTime<Utc>) -> DwellingRow {
    DwellingRow {
        family_id,
        tenure: home.tenure,
        floor_material: home.floor_material,
        wall_material: home.wall_material,
        roof_material: home.roof_material,
        water_source: home.water_source,
        lighting_source: home.lighting_source,
        power_va: home.power_va,
        pln_customer_id: home.pln_customer_id,
        cooking_fuel: home.cooking_fuel,
        toilet: home.toilet,
        floor_area_m2: home.floor_area_m2,
        land_title: home.land_title,
        habitable: home.habitable,
        wall_or_roof_dangerous: home.wall_or_roof_dangerous,
        updated_at: now,
    }
}
