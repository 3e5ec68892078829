//! Correcting what the registry says of a person: by an accepted proposal, or on the person's own request.

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
use crate::registry::people::change::{self, Told};
use crate::registry::people::store;
use crate::registry::people::validation;
use crate::registry::rows::PersonRow;
use crate::transaction::Tx;

/// What is to be said of a person instead. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "something_changes"))]
#[schema(example = json!({ "full_name": "Siti Rahmawati", "school_enrolled": true }))]
pub struct PersonCorrection {
    /// Name as in the papers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<PersonName>,
    /// Date of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<NaiveDate>,
    /// Sex as in the papers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Marital status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marital_status: Option<MaritalStatus>,
    /// School level attended, or the last one finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school_level: Option<SchoolLevel>,
    /// Is the person at school or university now?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school_enrolled: Option<bool>,
    /// What the person lives on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occupation_class: Option<OccupationClass>,
    /// Kind of disability; `none` when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disability_type: Option<DisabilityType>,
    /// How severe it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disability_severity: Option<DisabilitySeverity>,
    /// Is the person chronically ill?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chronic_illness: Option<bool>,
    /// Is the person pregnant, or was a child born in the last six weeks?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pregnant_or_postpartum: Option<bool>,
    /// Membership of the national health insurance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jkn_status: Option<JknStatus>,
    /// Does the person hold a Kartu Indonesia Pintar?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_kip: Option<bool>,
    /// Has the person lost one or both parents?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orphan: Option<bool>,
}

fn something_changes(input: &PersonCorrection) -> Result<(), ValidationError> {
    if *input == PersonCorrection::default() { Err(ValidationError::new("nothing_to_change")) } else { Ok(()) }
}

impl PersonCorrection {
    /// Told with its place below `at`.
    pub fn judge(&self, today: NaiveDate, at: &str) -> Result<(), Error> {
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

/// Writes the correction to a person of the caller's regions.
pub async fn correct_person(tx: &mut Tx, id: Uuid, correction: PersonCorrection) -> Result<PersonRow, Error> {
    correction.judge(local_day(tx.now), "")?;
    let (_, before) = change::hold_person(tx, id).await?;
    change::require_standing(&before, &[Standing::Active, Standing::Deceased, Standing::Removed])?;
    let mut row = before.clone();
    correction.apply(&mut row);
    validation::life(&row, "/birth_date")?;
    change::write_person(tx, &before, &mut row, Told::plain("correct", "updated")).await?;
    store::touch_family(&mut tx.conn, row.family_id, tx.now).await?;
    Ok(row)
}
