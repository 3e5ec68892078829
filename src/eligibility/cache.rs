//! Cache of the programmes with their compiled rules: one copy per process, reloaded when the revision rises.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, NaiveDate, Utc};
use diesel_async::AsyncPgConnection;
use serde_json::Value;
use uuid::Uuid;

use super::rules::{Component, Confidence, Limits, RecipientUnit, Rule};
use super::store::{self, ProgramRow, RuleRow};
use crate::db::stored;
use crate::error::Error;
use crate::regions::model::contains;

#[derive(Debug)]
pub struct Version {
    pub version: i32,
    pub effective_from: NaiveDate,
    /// Last day: as stored, or the day before the next version begins if that is earlier.
    pub effective_to: Option<NaiveDate>,
    pub tree: Value,
    pub rule: Rule,
    pub limits: Limits,
    /// Components of this version; `None` if those of the programme apply.
    pub components: Option<Vec<Component>>,
    pub confidence: Confidence,
    pub source: Option<String>,
}

#[derive(Debug)]
pub struct CompiledProgram {
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub recipient_unit: RecipientUnit,
    pub owner: String,
    pub legal_basis: String,
    pub confidence: Confidence,
    pub notes: String,
    /// Region of a local programme.
    pub region_code: Option<String>,
    /// Code of the national programme that a local one replaces.
    pub instance_of: Option<String>,
    pub components: Vec<Component>,
    /// In order of their first day. They do not overlap.
    pub versions: Vec<Version>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl CompiledProgram {
    /// Whether the programme applies to families in this region.
    pub fn covers(&self, region_code: &str) -> bool {
        self.region_code.as_deref().is_none_or(|own| contains(own, region_code))
    }

    /// The components that apply with a version.
    pub fn components_of<'a>(&'a self, version: &'a Version) -> &'a [Component] {
        version.components.as_deref().unwrap_or(&self.components)
    }

    /// The version in force on a day.
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

    /// The programmes that apply in a village: national ones and the local ones that cover it. A local instance replaces its national
    /// programme.
    pub fn applying_in(&self, region_code: &str) -> Vec<&CompiledProgram> {
        let covering = self.all.iter().filter(|p| p.covers(region_code));
        let is_not_replaced = |p: &&CompiledProgram| {
            let code = p.instance_of.as_deref().unwrap_or(&p.code);
            self.find_for(code, region_code).is_some_and(|found| found.code == p.code)
        };
        covering.filter(is_not_replaced).collect()
    }

    /// The local instance of the programme in this region, or the programme itself.
    pub fn find_for(&self, code: &str, region_code: &str) -> Option<&CompiledProgram> {
        self.instance_in(code, region_code).or_else(|| self.find(code))
    }

    /// If two instances cover the region, the one with the smaller region.
    fn instance_in(&self, code: &str, region_code: &str) -> Option<&CompiledProgram> {
        let instances = self.all.iter().filter(|p| p.instance_of.as_deref() == Some(code) && p.covers(region_code));
        instances.max_by_key(|p| p.region_code.as_ref().map_or(0, String::len))
    }
}

#[derive(Default)]
pub struct ProgramCache {
    current: RwLock<Option<Arc<Programs>>>,
}

impl ProgramCache {
    /// The programmes at this revision or a later one.
    pub async fn at(&self, conn: &mut AsyncPgConnection, revision: i64) -> Result<Arc<Programs>, Error> {
        let cached = self.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(programs) = cached.filter(|p| p.revision >= revision) {
            return Ok(programs);
        }
        // Read the revision first: if the tables change in between, the next check only loads them again.
        let revision = store::find_revision(conn).await?;
        let (programs, rules) = (store::list_programs(conn).await?, store::list_rules(conn).await?);
        let compiled = Arc::new(Programs { revision, all: compile(programs, rules)? });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(compiled.clone());
        tracing::info!(revision, programs = compiled.all.len(), "programmes loaded");
        Ok(compiled)
    }

    pub async fn latest(&self, conn: &mut AsyncPgConnection) -> Result<Arc<Programs>, Error> {
        let revision = store::find_revision(conn).await?;
        self.at(conn, revision).await
    }
}

fn compile(programs: Vec<ProgramRow>, rules: Vec<RuleRow>) -> Result<Vec<CompiledProgram>, Error> {
    let mut of_program: HashMap<String, Vec<RuleRow>> = HashMap::new();
    for rule in rules {
        of_program.entry(rule.program_code.clone()).or_default().push(rule);
    }
    let with_rules = programs.into_iter().map(|row| {
        let rules = of_program.remove(&row.code).unwrap_or_default();
        compile_program(row, &rules)
    });
    with_rules.collect()
}

/// A programme with its rule versions that are not withdrawn. Each version ends at the latest on the day before the next one begins.
pub fn compile_program(row: ProgramRow, rules: &[RuleRow]) -> Result<CompiledProgram, Error> {
    let valid = rules.iter().filter(|rule| rule.withdrawn_at.is_none());
    let mut versions = valid.map(compile_version).collect::<Result<Vec<_>, _>>()?;
    versions.sort_by_key(|v| (v.effective_from, v.version));
    let mut next = None;
    for version in versions.iter_mut().rev() {
        let before_next = next.and_then(|first: NaiveDate| first.pred_opt());
        version.effective_to = [version.effective_to, before_next].into_iter().flatten().min();
        next = Some(version.effective_from);
    }
    Ok(CompiledProgram {
        components: stored::read(&row.components, "programs.components", &row.code)?,
        id: row.id,
        code: row.code,
        name: row.name,
        recipient_unit: row.recipient_unit,
        owner: row.owner,
        legal_basis: row.legal_basis,
        confidence: row.confidence,
        notes: row.notes,
        region_code: row.region_code,
        instance_of: row.instance_of,
        versions,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn compile_version(row: &RuleRow) -> Result<Version, Error> {
    let rule = Rule::compile(&row.rule).map_err(|faults| {
        let fault = faults.first().map(ToString::to_string).unwrap_or_default();
        Error::internal(format!("rule {} version {}: {fault}", row.program_code, row.version))
    })?;
    let id = format!("{}/{}", row.program_code, row.version);
    let limits: Option<Limits> = stored::read_nullable(row.limits.as_ref(), "program_rules.limits", &id)?;
    let components = stored::read_nullable(row.components.as_ref(), "program_rules.components", &id)?;
    Ok(Version {
        version: row.version,
        effective_from: row.effective_from,
        effective_to: row.effective_to,
        tree: row.rule.clone(),
        rule,
        limits: limits.unwrap_or_default(),
        components,
        confidence: row.confidence,
        source: row.source.clone(),
    })
}
