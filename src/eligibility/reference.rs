//! The programmes and rules of the release, and the catalogue of facts.

use chrono::Utc;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use serde_json::{Value, json};
use uuid::Uuid;

use super::facts::FactId;
use super::rules::{Op, ProgramSeed, Rule, read_programs};
use super::store::{self, ProgramRow, RuleRow};
use super::values;
use crate::db::stored;
use crate::error::Error;
use crate::reference::catalogue::ReferenceCode;

const PROGRAMS: &str = include_str!("../../reference/programs.json");

/// Inserts missing programmes and rules and returns the number of rows. Changes by an administrator stay.
pub async fn load_reference(conn: &mut AsyncPgConnection) -> Result<usize, Error> {
    let (programs, rules) = rows()?;
    conn.transaction(async |conn| {
        let added = store::insert_missing(conn, &programs, &rules).await?;
        if added > 0 {
            store::raise_revision(conn).await?;
        }
        Ok(added)
    })
    .await
}

/// The facts that a rule may use: kind, operators, question for the officer, and valid values.
pub fn fact_catalogue() -> Vec<ReferenceCode> {
    let entry = |fact: &FactId| {
        let meta = fact.meta();
        let operators: Vec<&str> = Op::ALL.iter().filter(|op| op.fits(meta.kind)).map(|op| op.name()).collect();
        let mut attributes = json!({
            "kind": meta.kind,
            "operators": operators,
            "sensitive": meta.sensitive,
            "question_id": meta.question.id,
            "question_en": meta.question.en,
        });
        let (minimum, maximum) = values::range(*fact).unzip();
        let bounds = [
            ("minimum", minimum.map(Value::from)),
            ("maximum", maximum.map(Value::from)),
            ("codes", values::codes(*fact).map(Value::from)),
        ];
        if let Some(attributes) = attributes.as_object_mut() {
            attributes.extend(bounds.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        }
        ReferenceCode {
            code: meta.name.to_owned(),
            label_id: meta.label.id.to_owned(),
            label_en: meta.label.en.to_owned(),
            attributes: Some(attributes),
        }
    };
    FactId::ALL.iter().map(entry).collect()
}

fn rows() -> Result<(Vec<ProgramRow>, Vec<RuleRow>), Error> {
    let seeds = read_programs(PROGRAMS).map_err(Error::internal)?;
    let mut rules = Vec::new();
    let mut programs = Vec::with_capacity(seeds.len());
    for seed in seeds {
        rules.extend(rules_of(&seed)?);
        programs.push(ProgramRow {
            components: stored::write(&seed.components)?,
            code: seed.code,
            name: seed.name,
            recipient_unit: seed.recipient_unit,
            owner: seed.owner,
            legal_basis: seed.legal_basis,
            confidence: seed.confidence,
            notes: seed.notes,
            region_code: None,
            created_at: Utc::now(),
            id: Uuid::now_v7(),
            instance_of: None,
            submission_hash: None,
            version: 1,
            updated_at: Utc::now(),
        });
    }
    Ok((programs, rules))
}

/// Rule rows of a programme. Versions are numbered in order of their first day.
fn rules_of(seed: &ProgramSeed) -> Result<Vec<RuleRow>, Error> {
    let mut versions: Vec<_> = seed.rule_versions.iter().collect();
    versions.sort_by_key(|v| v.effective_from);
    let mut rows = Vec::with_capacity(versions.len());
    for (version, given) in (1..).zip(versions) {
        if let Err(faults) = Rule::compile(&given.rule) {
            let fault = faults.first().map(ToString::to_string).unwrap_or_default();
            return Err(Error::internal(format!("reference rule {} version {version}: {fault}", seed.code)));
        }
        rows.push(RuleRow {
            program_code: seed.code.clone(),
            version,
            effective_from: given.effective_from,
            effective_to: given.effective_to,
            rule: given.rule.clone(),
            limits: given.limits.as_ref().map(serde_json::to_value).transpose().map_err(Error::internal)?,
            confidence: given.confidence.unwrap_or(seed.confidence),
            source: given.source.clone(),
            created_at: Utc::now(),
            components: None,
            created_by: None,
            withdrawn_at: None,
        });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_has_thirteen_programmes_with_rules_that_compile() {
        let (programs, rules) = rows().unwrap();
        assert_eq!(programs.len(), 13);
        assert_eq!(rules.len(), 15);
        let kks: Vec<_> = rules.iter().filter(|r| r.program_code == "KKS").map(|r| r.version).collect();
        assert_eq!(kks, [1, 2, 3]);
    }
}
