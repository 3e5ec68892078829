//! The programmes with their compiled rules, one copy for the process, renewed when the revision rises.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::Value;

use super::rules::{Component, Confidence, Limits, RecipientUnit, Rule};
use super::store::{self, ProgramRow, RuleRow};
use crate::error::Error;

#[derive(Debug)]
pub struct Version {
    pub version: i32,
    pub effective_from: NaiveDate,
    pub effective_to: Option<NaiveDate>,
    pub tree: Value,
    pub rule: Rule,
    pub limits: Limits,
    pub confidence: Confidence,
    pub source: Option<String>,
}

#[derive(Debug)]
pub struct CompiledProgram {
    pub code: String,
    pub name: String,
    pub recipient_unit: RecipientUnit,
    pub owner: String,
    pub legal_basis: String,
    pub confidence: Confidence,
    pub notes: String,
    /// Where a local programme applies.
    pub region_code: Option<String>,
    pub components: Vec<Component>,
    /// In order of their first day.
    pub versions: Vec<Version>,
}

impl CompiledProgram {
    /// The version in force on a day. Were two to overlap, the one that began later holds.
    pub fn version_on(&self, day: NaiveDate) -> Option<&Version> {
        self.versions.iter().rfind(|v| v.effective_from <= day && v.effective_to.is_none_or(|last| day <= last))
    }
}

/// All programmes at one revision, in order of their codes.
#[derive(Debug)]
pub struct Programs {
    pub revision: i64,
    pub all: Vec<CompiledProgram>,
}

impl Programs {
    pub fn find(&self, code: &str) -> Option<&CompiledProgram> {
        self.all.iter().find(|p| p.code == code)
    }
}

#[derive(Default)]
pub struct ProgramCache {
    current: RwLock<Option<Arc<Programs>>>,
}

impl ProgramCache {
    /// The programmes at this revision or a later one.
    pub async fn at(&self, conn: &mut AsyncPgConnection, revision: i64) -> Result<Arc<Programs>, Error> {
        let held = self.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(programs) = held.filter(|p| p.revision >= revision) {
            return Ok(programs);
        }
        // The revision is read first: were the tables to change in between, the next check would only load again.
        let revision = store::find_revision(conn).await?;
        let (programs, rules) = (store::list_programs(conn).await?, store::list_rules(conn).await?);
        let compiled = Arc::new(Programs { revision, all: compile(programs, rules)? });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(compiled.clone());
        tracing::info!(revision, programs = compiled.all.len(), "the programmes were read");
        Ok(compiled)
    }

    pub async fn latest(&self, conn: &mut AsyncPgConnection) -> Result<Arc<Programs>, Error> {
        let revision = store::find_revision(conn).await?;
        self.at(conn, revision).await
    }
}

fn compile(programs: Vec<ProgramRow>, rules: Vec<RuleRow>) -> Result<Vec<CompiledProgram>, Error> {
    let mut compiled = Vec::with_capacity(programs.len());
    for row in programs {
        let mut versions = Vec::new();
        for rule in rules.iter().filter(|rule| rule.program_code == row.code) {
            versions.push(compile_version(rule)?);
        }
        versions.sort_by_key(|v| (v.effective_from, v.version));
        compiled.push(CompiledProgram {
            components: serde_json::from_value(row.components).map_err(Error::internal)?,
            code: row.code,
            name: row.name,
            recipient_unit: row.recipient_unit,
            owner: row.owner,
            legal_basis: row.legal_basis,
            confidence: row.confidence,
            notes: row.notes,
            region_code: row.region_code,
            versions,
        });
    }
    Ok(compiled)
}

fn compile_version(row: &RuleRow) -> Result<Version, Error> {
    let rule = Rule::compile(&row.rule).map_err(|faults| {
        let fault = faults.first().map(ToString::to_string).unwrap_or_default();
        Error::internal(format!("rule {} version {}: {fault}", row.program_code, row.version))
    })?;
    let limits = row.limits.clone().map(serde_json::from_value).transpose().map_err(Error::internal)?;
    Ok(Version {
        version: row.version,
        effective_from: row.effective_from,
        effective_to: row.effective_to,
        tree: row.rule.clone(),
        rule,
        limits: limits.unwrap_or_default(),
        confidence: row.confidence,
        source: row.source.clone(),
    })
}
