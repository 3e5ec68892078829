//! Corrections of a person's data: by an accepted proposal, or on the person's own request.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use crate::clock::local_day;
use crate::error::Error;
use crate::http::text::PersonName;
use crate::registry::model::{
    DisabilitySeverity, DisabilityType, JknStatus, MaritalStatus, OccupationClass, SchoolLevel, Sex, Standing,
};
use crate::registry::people::change::{self, ChangeKind};
use crate::registry::people::store;
use crate::registry::people::validation;
use crate::registry::rows::PersonRow;
use crate::transaction::Tx;

/// A correction of a person's data. An absent field stays as it is; at least one field is required.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "something_changes"))]
#[schema(example = json!({ "full_name": "Siti Rahmawati", "school_enrolled": true }))]
pub struct PersonCorrection {
    /// Name as in the identity documents.
    pub full_name: Option<PersonName>,
    /// Date of birth.
    pub birth_date: Option<NaiveDate>,
    /// Sex as in the identity documents.
    pub sex: Option<Sex>,
    /// Marital status.
    pub marital_status: Option<MaritalStatus>,
    /// School level attended now, or the last one completed.
    pub school_level: Option<SchoolLevel>,
    /// Whether the person attends school or university now.
    pub school_enrolled: Option<bool>,
    /// Occupation class of the person.
    pub occupation_class: Option<OccupationClass>,
    /// Type of disability; `none` means no disability.
    pub disability_type: Option<DisabilityType>,
    /// Severity of the disability.
    pub disability_severity: Option<DisabilitySeverity>,
    /// Whether the person has a chronic illness.
    pub chronic_illness: Option<bool>,
    /// Whether the person is pregnant or gave birth in the last six weeks.
    pub pregnant_or_postpartum: Option<bool>,
    /// Membership of the national health insurance (JKN).
    pub jkn_status: Option<JknStatus>,
    /// Whether the person has a Kartu Indonesia Pintar (KIP).
    pub has_kip: Option<bool>,
    /// Whether one or both parents of the person have died.
    pub orphan: Option<bool>,
}

fn something_changes(input: &PersonCorrection) -> Result<(), ValidationError> {
    if *input == PersonCorrection::default() { Err(ValidationError::new("nothing_to_change")) } else { Ok(()) }
}

impl PersonCorrection {
    /// Validates the correction; the pointer of a fault starts with `at`.
    pub fn validate_on(&self, today: NaiveDate, at: &str) -> Result<(), Error> {
        match self.birth_date {
            Some(day) => validation::past_day(day, today, &format!("{at}/birth_date")),
            None => Ok(()),
        }
    }

    fn apply(self, row: &mut PersonRow) {
        if let Some(name) = self.full_name {
            row.full_name = name.into_string();
        }
        row.sex = self.sex.unwrap_or(row.sex);
        row.birth_date = self.birth_date.or(row.birth_date);
        row.marital_status = self.marital_status.or(row.marital_status);
        row.school_level = self.school_level.or(row.school_level);
        row.school_enrolled = self.school_enrolled.or(row.school_enrolled);
        row.occupation_class = self.occupation_class.or(row.occupation_class);
        row.disability_type = self.disability_type.or(row.disability_type);
        row.disability_severity = self.disability_severity.or(row.disability_severity);
        row.chronic_illness = self.chronic_illness.or(row.chronic_illness);
        row.pregnant_or_postpartum = self.pregnant_or_postpartum.or(row.pregnant_or_postpartum);
        row.jkn_status = self.jkn_status.or(row.jkn_status);
        row.has_kip = self.has_kip.or(row.has_kip);
        row.orphan = self.orphan.or(row.orphan);
    }
}

/// Corrects a person within the caller's regions.
pub async fn correct_person(tx: &mut Tx, id: Uuid, correction: PersonCorrection) -> Result<PersonRow, Error> {
    correction.validate_on(local_day(tx.now), "")?;
    let (_, before) = change::lock_person(tx, id).await?;
    change::require_standing(&before, &[Standing::Active, Standing::Deceased, Standing::Removed])?;
    let mut row = before.clone();
    correction.apply(&mut row);
    validation::life(&row, "/birth_date")?;
    change::write_person(tx, &before, &mut row, ChangeKind::plain("correct", "updated")).await?;
    store::touch_family(&mut tx.conn, row.family_id, tx.now).await?;
    Ok(row)
}
