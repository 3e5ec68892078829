//! Shows the registry as one caller may see it: masked by default, without specific categories.

use chrono::Datelike;

use crate::auth::Actor;
use crate::auth::sealing::{IdentityKind, Sealer};
use crate::error::Error;
use crate::registry::identity::nik::{FamilyCardNo, Nik};
use crate::registry::model::{SocialCriterion, is_restricted_ppks};
use crate::registry::people::api::{Dwelling, FamilyAttributes};
use crate::registry::people::responses::{
    Family, FamilyShock, Person, ProgramParticipation, RegistryWarning, WelfareStatus,
};
use crate::registry::people::validation;
use crate::registry::rows::{DwellingRow, Household, PersonRow};

/// Shown instead of an address that is recorded but not revealed.
const HIDDEN: &str = "***";

/// Shows the registry as one caller may see it.
#[derive(Clone, Copy)]
pub struct Viewer<'a> {
    pub sealer: &'a Sealer,
    pub revealed: bool,
    /// Whether the caller may see the specific categories.
    pub restricted: bool,
}

impl<'a> Viewer<'a> {
    pub fn of(actor: &Actor, sealer: &'a Sealer, revealed: bool) -> Self {
        Self { sealer, revealed, restricted: actor.may(crate::auth::permissions::CASES_RESTRICTED) }
    }

    /// The fully masked view, which any caller may see. Also used for stored responses.
    pub fn masked(sealer: &'a Sealer) -> Self {
        Self { sealer, revealed: false, restricted: false }
    }

    pub fn person(&self, row: PersonRow) -> Result<Person, Error> {
        let restricted = row.is_restricted();
        let row = if restricted && !self.revealed { row.withheld() } else { row };
        let extra = row.attributes()?;
        let mut nik_warnings = Vec::new();
        let nik = match &row.nik_sealed {
            None => None,
            Some(sealed) => {
                let digits = self.sealer.open(IdentityKind::Nik, row.id, sealed)?;
                nik_warnings = validation::nik_warnings(&digits, &row);
                let nik = Nik::from_digits(&digits).map_err(Error::internal)?;
                Some(if self.revealed { nik.expose().to_owned() } else { nik.mask() })
            }
        };
        Ok(Person {
            id: row.id,
            family_id: row.family_id,
            region_code: row.region_code,
            masked: !self.revealed,
            restricted,
            nik,
            identity_status: row.identity_status,
            full_name: row.full_name,
            birth_year: row.birth_date.map(|day| day.year()),
            birth_date: self.if_revealed(row.birth_date),
            sex: row.sex,
            relation_to_head: row.relation_to_head,
            marital_status: row.marital_status,
            school_level: row.school_level,
            school_enrolled: row.school_enrolled,
            occupation_class: row.occupation_class,
            disability_type: self.if_revealed(row.disability_type),
            disability_severity: self.if_revealed(row.disability_severity),
            chronic_illness: self.if_revealed(row.chronic_illness),
            pregnant_or_postpartum: self.if_revealed(row.pregnant_or_postpartum),
            jkn_status: row.jkn_status,
            has_kip: row.has_kip,
            orphan: self.if_revealed(row.orphan),
            sktm: extra.sktm,
            village_head_certified: extra.village_head_certified,
            assessment_recommended: self.if_revealed(extra.assessment_recommended),
            criteria: self.if_revealed(extra.criteria).map(|mut criteria| {
                criteria.retain(|c| self.restricted || *c != SocialCriterion::Violence);
                criteria
            }),
            ppks_codes: row.ppks_codes.into_iter().filter(|c| self.restricted || !is_restricted_ppks(c)).collect(),
            warnings: nik_warnings.iter().map(|code| RegistryWarning::of(*code)).collect(),
            nik_warnings,
            standing: row.standing,
            ended_on: row.ended_on,
            merged_into: row.merged_into,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }

    pub fn family(&self, home: Household) -> Result<Family, Error> {
        let facts = home.attributes()?;
        let mut assets = home.family.assets()?;
        let Household { family, dwelling, status, participations, shocks, members, .. } = home;
        assets.gold_grams = self.if_revealed(assets.gold_grams);
        let family_card_no = match &family.family_card_sealed {
            None => None,
            Some(sealed) => {
                let number = FamilyCardNo::parse(&self.sealer.open(IdentityKind::FamilyCard, family.id, sealed)?);
                let number = number.map_err(Error::internal)?;
                Some(if self.revealed { number.expose().to_owned() } else { number.mask() })
            }
        };
        let members = members.into_iter().map(|row| self.person(row)).collect::<Result<Vec<_>, _>>()?;
        let warnings = members.iter().enumerate().flat_map(|(at, member)| {
            let within_family = move |warning: &RegistryWarning| RegistryWarning {
                pointer: format!("/members/{at}{}", warning.pointer),
                code: warning.code,
            };
            member.warnings.iter().map(within_family)
        });
        Ok(Family {
            warnings: warnings.collect(),
            id: family.id,
            region_code: family.region_code,
            masked: !self.revealed,
            family_card_no,
            address: family.address.map(|address| if self.revealed { address } else { HIDDEN.to_owned() }),
            latitude: self.if_revealed(family.latitude),
            longitude: self.if_revealed(family.longitude),
            dwelling: dwelling.map(|row| self.dwelling(row)),
            attributes: FamilyAttributes {
                disaster_victim: facts.disaster_victim,
                breadwinner_laid_off: facts.breadwinner_laid_off,
                lost_livelihood: facts.lost_livelihood,
                extreme_poor: facts.extreme_poor,
                prior_housing_aid: facts.prior_housing_aid,
                income_class: self.if_revealed(facts.income_class),
            },
            assets,
            welfare_status: status.map(WelfareStatus::from),
            shocks: shocks
                .into_iter()
                .map(|row| FamilyShock {
                    id: row.id,
                    kind: row.kind,
                    happened_on: row.happened_on,
                    until: row.until,
                    note: self.if_revealed(row.note),
                })
                .collect(),
            standing: family.standing,
            merged_into: family.merged_into,
            programs: participations.into_iter().map(ProgramParticipation::from).collect(),
            members,
            version: family.version,
            created_at: family.created_at,
            updated_at: family.updated_at,
        })
    }

    fn dwelling(&self, row: DwellingRow) -> Dwelling {
        Dwelling {
            tenure: row.tenure,
            land_title: row.land_title,
            floor_material: row.floor_material,
            wall_material: row.wall_material,
            roof_material: row.roof_material,
            floor_area_m2: row.floor_area_m2,
            wall_or_roof_dangerous: row.wall_or_roof_dangerous,
            habitable: row.habitable,
            water_source: row.water_source,
            toilet: row.toilet,
            cooking_fuel: row.cooking_fuel,
            lighting_source: row.lighting_source,
            power_va: row.power_va,
            pln_customer_id: row.pln_customer_id.map(|number| if self.revealed { number } else { mask(&number) }),
        }
    }

    fn if_revealed<T>(&self, value: Option<T>) -> Option<T> {
        value.filter(|_| self.revealed)
    }
}

/// Replaces all digits except the last two with `*`.
pub fn mask(number: &str) -> String {
    let hidden = number.len().saturating_sub(2);
    let shown = if hidden > 0 { number.get(hidden..) } else { None };
    format!("{}{}", "*".repeat(hidden), shown.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_number_is_masked_to_its_last_two_digits() {
        assert_eq!(mask("99000000012"), "*********12");
        assert_eq!(mask("12"), "");
        assert_eq!(mask(""), "");
    }
}
