//! Changes to programmes. A rule version is never edited: a change is a new version, and a version that has not begun may be withdrawn.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

use super::api::BilingualText;
use super::api_programs::{
    CreateProgram, CreateRuleVersion, Program, ProgramComponent, ProgramRule, RuleFault, RuleValidation, UpdateProgram,
};
use super::cache::{CompiledProgram, compile_program};
use super::facts::{FactId, Kind};
use super::rules::{Component, Limits, Rule, RuleError, Selection};
use super::store::{self, ProgramRow, RuleRow};
use crate::clock::local_day;
use crate::db::stored;
use crate::error::Code;
use crate::error::field_codes;
use crate::error::{Error, FieldError};
use crate::events::NewEvent;
use crate::http::created::Created;
use crate::http::json::Json;
use crate::http::json::content_hash;
use crate::transaction::Tx;

/// Maximum amount in rupiah; far above what a family receives in a year.
const MAX_RUPIAH: i64 = 1_000_000_000;

/// A national programme needs a token for the whole country. Refuses with 403, not 404, because programmes are public.
fn require(tx: &Tx, region_code: Option<&str>) -> Result<(), Error> {
    let scope = &tx.actor.scope;
    let allowed = region_code.map_or_else(|| scope.is_everything(), |code| scope.allows(code));
    if allowed { Ok(()) } else { Err(Error::new(Code::REGION_NOT_GRANTED)) }
}

pub async fn create(tx: &mut Tx, input: CreateProgram) -> Result<Created<Program>, Error> {
    require(tx, input.region_code.as_ref().map(|code| code.as_str()))?;
    let hash = content_hash(&input)?;
    let mut faults = Vec::new();
    let mut template = None;
    if let Some(code) = &input.instance_of {
        if input.region_code.is_none() {
            faults.push(FieldError::new("/region_code", "required"));
        }
        template = store::lock_program(&mut tx.conn, code).await?;
        match &template {
            Some(t) if t.region_code.is_none() && t.recipient_unit == input.recipient_unit => {}
            Some(t) if t.region_code.is_none() => faults.push(FieldError::new("/recipient_unit", "differs")),
            _ => faults.push(FieldError::new("/instance_of", "unknown_program")),
        }
    }
    let components = input.components.map(|list| read_components(&list, &mut faults));
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let components = match (components, &template) {
        (Some(list), _) => stored::write(&list)?,
        (None, Some(template)) => template.components.clone(),
        (None, None) => json!([]),
    };
    let row = ProgramRow {
        code: input.code.into_string(),
        name: input.name.into_string(),
        recipient_unit: input.recipient_unit,
        owner: input.owner.into_string(),
        legal_basis: input.legal_basis.into_string(),
        confidence: input.confidence,
        notes: input.notes.map(|n| n.into_string()).unwrap_or_default(),
        region_code: input.region_code.map(|code| code.as_str().to_owned()),
        components,
        created_at: tx.now,
        id: Uuid::now_v7(),
        instance_of: input.instance_of,
        submission_hash: Some(hash),
        version: 1,
        updated_at: tx.now,
    };
    let inserted = store::insert_program(&mut tx.conn, &row).await.map_err(instance_taken)?;
    if !inserted {
        let stored = store::lock_program(&mut tx.conn, &row.code).await?;
        return match stored.filter(|s| s.submission_hash == row.submission_hash) {
            Some(stored) => Ok(Created::Known(show(tx, stored).await?)),
            None => Err(Error::new(Code::ALREADY_EXISTS)),
        };
    }
    let copied: Vec<RuleRow> = match template {
        None => Vec::new(),
        Some(template) => {
            let rules = store::list_rules_of(&mut tx.conn, &template.code).await?;
            let valid = rules.into_iter().filter(|r| r.withdrawn_at.is_none());
            valid.map(|rule| copy(tx, &row, rule)).collect()
        }
    };
    store::insert_rules(&mut tx.conn, &copied).await?;
    record_change(tx, &row, "program.create").await?;
    Ok(Created::New(show(tx, row).await?))
}

fn copy(tx: &Tx, program: &ProgramRow, rule: RuleRow) -> RuleRow {
    RuleRow {
        program_code: program.code.clone(),
        created_at: tx.now,
        created_by: Some(tx.actor.subject.clone()),
        ..rule
    }
}

/// Maps a unique violation to 409: the region has an instance of this programme already.
fn instance_taken(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    match error {
        Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Error::new(Code::ALREADY_EXISTS),
        other => other.into(),
    }
}

pub async fn update(tx: &mut Tx, code: &str, body: Json<UpdateProgram>) -> Result<Program, Error> {
    let mut row = lock(tx, code).await?;
    tx.if_match.require(row.version)?;
    let input = body.valid()?;
    row.name = input.name.map_or(row.name, |t| t.into_string());
    row.owner = input.owner.map_or(row.owner, |t| t.into_string());
    row.legal_basis = input.legal_basis.map_or(row.legal_basis, |t| t.into_string());
    row.confidence = input.confidence.unwrap_or(row.confidence);
    row.notes = input.notes.map_or(row.notes, |t| t.into_string());
    touch(tx, &mut row, "program.update").await?;
    show(tx, row).await
}

/// Adds a rule version. Also returns the programme's version after the change.
pub async fn create_version(
    tx: &mut Tx,
    code: &str,
    body: Json<CreateRuleVersion>,
) -> Result<(ProgramRule, i32), Error> {
    let mut row = lock(tx, code).await?;
    tx.if_match.check(row.version)?;
    let input = body.valid()?;
    let rules = store::list_rules_of(&mut tx.conn, code).await?;
    let mut faults = validate_days(&input, &rules, local_day(tx.now));
    if let Err(errors) = Rule::compile(&input.rule) {
        faults.extend(
            errors.iter().map(|error| FieldError::new(format!("/rule{}", error.pointer), error.problem.code())),
        );
    }
    let components = input.components.map(|list| read_components(&list, &mut faults));
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let limits = input
        .max_components_per_family
        .map(|max| Limits { max_components_per_family: Some(max), selection: Some(Selection::HighestIndexFirst) });
    let number = rules.iter().map(|r| r.version).max().unwrap_or(0) + 1;
    let rule = RuleRow {
        program_code: row.code.clone(),
        version: number,
        effective_from: input.effective_from,
        effective_to: input.effective_to,
        rule: input.rule,
        limits: limits.map(serde_json::to_value).transpose().map_err(Error::internal)?,
        confidence: input.confidence.unwrap_or(row.confidence),
        source: input.source.map(|t| t.into_string()),
        created_at: tx.now,
        components: components.map(serde_json::to_value).transpose().map_err(Error::internal)?,
        created_by: Some(tx.actor.subject.clone()),
        withdrawn_at: None,
    };
    store::insert_rules(&mut tx.conn, std::slice::from_ref(&rule)).await?;
    touch(tx, &mut row, "rule_version.create").await?;
    let version = row.version;
    let compiled = compiled(tx, row).await?;
    let made = compiled.versions.iter().find(|v| v.version == number);
    Ok((made.map(ProgramRule::from).ok_or_else(Error::not_found)?, version))
}

/// Withdraws a version that has not begun. The version before it stays in force.
pub async fn withdraw_version(tx: &mut Tx, code: &str, number: i32) -> Result<Program, Error> {
    let mut row = lock(tx, code).await?;
    let rules = store::list_rules_of(&mut tx.conn, code).await?;
    let rule = rules.iter().find(|r| r.version == number).ok_or_else(Error::not_found)?;
    tx.if_match.check(row.version)?;
    let refuse = |state| Err(Error::transition(crate::eligibility::problems::RULE_VERSION_BEGUN, state, Vec::new()));
    if rule.withdrawn_at.is_some() {
        return refuse("withdrawn");
    }
    if rule.effective_from <= local_day(tx.now) {
        return refuse("begun");
    }
    store::set_withdrawn(&mut tx.conn, code, number, tx.now).await?;
    touch(tx, &mut row, "rule_version.withdraw").await?;
    show(tx, row).await
}

/// A first day in the past would change the results for past days, so it is allowed only if no version has begun.
fn validate_days(input: &CreateRuleVersion, rules: &[RuleRow], today: NaiveDate) -> Vec<FieldError> {
    let mut valid = rules.iter().filter(|r| r.withdrawn_at.is_none());
    let mut faults = Vec::new();
    if valid.clone().any(|r| r.effective_from == input.effective_from) {
        faults.push(FieldError::new("/effective_from", "first_day_taken"));
    } else if input.effective_from < today && valid.any(|r| r.effective_from <= today) {
        faults.push(FieldError::new("/effective_from", "in_the_past"));
    }
    if input.effective_to.is_some_and(|last| last < input.effective_from) {
        faults.push(FieldError::new("/effective_to", "too_small"));
    }
    faults
}

fn read_components(list: &[ProgramComponent], faults: &mut Vec<FieldError>) -> Vec<Component> {
    let mut codes = HashSet::new();
    let mut read = Vec::with_capacity(list.len());
    for (index, given) in list.iter().enumerate() {
        let mut fault = |field: &str, code| faults.push(FieldError::new(format!("/components/{index}/{field}"), code));
        if given.code.is_empty() || given.code.len() > 60 {
            fault("code", "too_long");
        }
        if !codes.insert(given.code.as_str()) {
            fault("code", "repeated");
        }
        if !(0..=MAX_RUPIAH).contains(&given.amount_idr_per_year) {
            fault("amount_idr_per_year", "out_of_range");
        }
        match FactId::from_name(&given.fact) {
            None => fault("fact", "fact_unknown"),
            Some(fact) if fact.meta().kind != Kind::Int => fault("fact", "fact_wrong_kind"),
            Some(fact) => read.push(Component {
                code: given.code.clone(),
                fact,
                amount_idr_per_year: given.amount_idr_per_year,
                confidence: given.confidence,
            }),
        }
    }
    read
}

/// Validates a rule; every mistake has its JSON pointer.
pub fn validate(tree: &serde_json::Value) -> RuleValidation {
    match Rule::compile(tree) {
        Ok(rule) => {
            let facts = rule.facts().iter().map(|fact| fact.name().to_owned()).collect();
            RuleValidation { valid: true, errors: Vec::new(), facts }
        }
        Err(errors) => {
            RuleValidation { valid: false, errors: errors.iter().map(rule_fault).collect(), facts: Vec::new() }
        }
    }
}

fn rule_fault(error: &RuleError) -> RuleFault {
    let code = error.problem.code();
    let texts = field_codes::texts(code);
    RuleFault {
        pointer: format!("/rule{}", error.pointer),
        code: code.to_owned(),
        detail: BilingualText::new(texts.id, texts.en),
    }
}

async fn lock(tx: &mut Tx, code: &str) -> Result<ProgramRow, Error> {
    let row = store::lock_program(&mut tx.conn, code).await?.ok_or_else(Error::not_found)?;
    require(tx, row.region_code.as_deref())?;
    Ok(row)
}

async fn touch(tx: &mut Tx, row: &mut ProgramRow, what: &str) -> Result<(), Error> {
    row.version += 1;
    row.updated_at = tx.now;
    store::save_program(&mut tx.conn, row).await?;
    record_change(tx, row, what).await
}

async fn record_change(tx: &mut Tx, row: &ProgramRow, what: &str) -> Result<(), Error> {
    store::raise_revision(&mut tx.conn).await?;
    tx.audit(what, "program", row.id, row.region_code.as_deref());
    tx.publish(NewEvent {
        type_: "program.changed".to_owned(),
        subject_kind: "program",
        subject_id: row.id,
        region_code: row.region_code.clone().unwrap_or_else(|| "ID".to_owned()),
        organization_id: None,
        data: json!({ "code": row.code, "what": what, "version": row.version }),
    });
    Ok(())
}

/// Compiles the rows of this transaction. The process-wide cache must not contain uncommitted rows.
async fn compiled(tx: &mut Tx, row: ProgramRow) -> Result<CompiledProgram, Error> {
    let rules = store::list_rules_of(&mut tx.conn, &row.code).await?;
    compile_program(row, &rules)
}

async fn show(tx: &mut Tx, row: ProgramRow) -> Result<Program, Error> {
    Ok(Program::from(&compiled(tx, row).await?))
}
