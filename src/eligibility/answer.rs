//! From a household and the programmes to the answer of a check. Pure.

use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

use super::api::{
    BilingualText, EligibilityCheck, EligibilityClause, EligibilityResult, EligibilitySnapshot, MissingFact,
};
use super::cache::{CompiledProgram, Version};
use super::derive;
use super::evaluate::{ClauseOutcome, ClauseResult, Evaluation, pkh_components};
use super::facts::{FactId, FactSet, Lang};
use super::model::{EligibilityGap, EligibilityOutcome, NOTICE_EN, NOTICE_ID};
use super::rules::RecipientUnit;
use crate::regions::model::contains;
use crate::registry::model::{SocialCriterion, is_restricted_ppks};
use crate::registry::rows::{Household, PersonRow};

/// A fact that the officer states; its kind was checked.
#[derive(Debug, Clone)]
pub struct StatedFact {
    pub id: FactId,
    pub value: Value,
}

/// What one caller asks, and may see.
#[derive(Debug, Clone, Default)]
pub struct Inquiry {
    pub person_id: Option<Uuid>,
    pub on: NaiveDate,
    pub stated: Vec<StatedFact>,
    /// May see specific personal data.
    pub revealed: bool,
    /// May see the specific categories.
    pub restricted: bool,
}

/// The facts about one person of the family.
struct Judged<'a> {
    person: Option<&'a PersonRow>,
    facts: FactSet,
}

pub fn answer(home: &Household, programs: &[&CompiledProgram], inquiry: &Inquiry) -> EligibilityCheck {
    let shared = derive::family_facts(home, inquiry.on);
    let mut head = judged(&shared, home.head().or(home.members.first()), inquiry);
    let mut persons: Vec<Judged<'_>> = home
        .members
        .iter()
        .filter(|m| inquiry.person_id.is_none_or(|id| m.id == id))
        .map(|m| judged(&shared, Some(m), inquiry))
        .collect();
    let mut results = Vec::new();
    for program in programs {
        match program.recipient_unit {
            RecipientUnit::Family => results.push(result(program, home, &mut head, inquiry)),
            RecipientUnit::Individual if persons.is_empty() => {
                results.push(empty(program, None, EligibilityGap::NoPerson));
            }
            RecipientUnit::Individual => {
                results.extend(persons.iter_mut().map(|person| result(program, home, person, inquiry)));
            }
        }
    }
    EligibilityCheck {
        family_id: home.family.id,
        person_id: inquiry.person_id,
        region_code: home.family.region_code.clone(),
        evaluated_on: inquiry.on,
        snapshot: home.status.as_ref().map(|status| EligibilitySnapshot {
            source: status.source,
            snapshot_version: status.snapshot_version.clone(),
            as_of: status.as_of,
        }),
        registered_not_recipient: BilingualText::new(NOTICE_ID, NOTICE_EN),
        stated_facts: inquiry.stated.iter().map(|fact| fact.id.name().to_owned()).collect(),
        results,
    }
}

fn is_about_subject(id: FactId) -> bool {
    id.name().starts_with("subject.") || id.name().starts_with("assessment.")
}

/// What is stated of the subject holds for the person asked about and for nobody else.
fn applies(stated: &StatedFact, person: Option<&PersonRow>, inquiry: &Inquiry) -> bool {
    !is_about_subject(stated.id) || person.is_some_and(|p| Some(p.id) == inquiry.person_id)
}

fn judged<'a>(shared: &FactSet, person: Option<&'a PersonRow>, inquiry: &Inquiry) -> Judged<'a> {
    let mut facts = shared.clone();
    if let Some(person) = person {
        derive::add_person(&mut facts, person, inquiry.on);
    }
    for fact in inquiry.stated.iter().filter(|fact| applies(fact, person, inquiry)) {
        let set = facts.set_json(fact.id.name(), &fact.value);
        debug_assert!(set.is_ok(), "the kind of a stated fact was checked");
    }
    Judged { person, facts }
}

fn empty(program: &CompiledProgram, person_id: Option<Uuid>, gap: EligibilityGap) -> EligibilityResult {
    EligibilityResult {
        program_code: program.code.clone(),
        program_name: program.name.clone(),
        recipient_unit: program.recipient_unit,
        person_id,
        outcome: EligibilityOutcome::Undetermined,
        gap: Some(gap),
        rule_version: None,
        effective_from: None,
        effective_to: None,
        legal_basis: program.legal_basis.clone(),
        confidence: program.confidence,
        clauses: Vec::new(),
        missing: Vec::new(),
        components: None,
    }
}

fn result(
    program: &CompiledProgram,
    home: &Household,
    subject: &mut Judged<'_>,
    inquiry: &Inquiry,
) -> EligibilityResult {
    let person_id = subject.person.map(|p| p.id);
    let Some(version) = program.version_on(inquiry.on) else {
        return empty(program, person_id, EligibilityGap::NoRuleInForce);
    };
    let local = program.region_code.as_deref().filter(|_| !states_domicile(subject.person, inquiry));
    if let Some(region) = local {
        let lives_there = contains(region, &home.family.region_code);
        // A yes-or-no fact takes a yes or no.
        let _ = subject.facts.set(FactId::SubjectDomicileInProgramRegion, lives_there);
    }
    let mut evaluation = version.rule.explain(&subject.facts);
    if local.is_some() {
        subject.facts.set_unknown(FactId::SubjectDomicileInProgramRegion);
    }
    withhold(&mut evaluation, inquiry);
    let outcome = match evaluation.outcome {
        ClauseOutcome::Met => EligibilityOutcome::LikelyEligible,
        ClauseOutcome::NotMet => EligibilityOutcome::NotEligible,
        ClauseOutcome::Undetermined => EligibilityOutcome::Undetermined,
    };
    let stated = |id: FactId| inquiry.stated.iter().any(|f| f.id == id && applies(f, subject.person, inquiry));
    EligibilityResult {
        outcome,
        gap: None,
        rule_version: Some(version.version),
        effective_from: Some(version.effective_from),
        effective_to: version.effective_to,
        confidence: version.confidence,
        components: components(program, version, outcome, &subject.facts),
        missing: evaluation.missing.iter().map(|id| missing(*id)).collect(),
        clauses: evaluation.clauses.into_iter().map(|c| clause(c, &stated)).collect(),
        ..empty(program, person_id, EligibilityGap::NoRuleInForce)
    }
}

fn states_domicile(person: Option<&PersonRow>, inquiry: &Inquiry) -> bool {
    inquiry
        .stated
        .iter()
        .any(|fact| fact.id == FactId::SubjectDomicileInProgramRegion && applies(fact, person, inquiry))
}

/// Takes out what this caller may not see. The outcomes stay: they are what was asked for.
fn withhold(evaluation: &mut Evaluation, inquiry: &Inquiry) {
    if !inquiry.revealed {
        evaluation.hide_sensitive();
    }
    if inquiry.restricted {
        return;
    }
    for clause in &mut evaluation.clauses {
        if let Some(Value::Array(values)) = &mut clause.actual {
            match clause.field {
                FactId::SubjectPpksCodes => values.retain(|v| !v.as_str().is_some_and(is_restricted_ppks)),
                FactId::SubjectCriteria => values.retain(|v| v.as_str() != Some(SocialCriterion::Violence.as_str())),
                _ => {}
            }
        }
    }
}

fn clause(result: ClauseResult, stated: &impl Fn(FactId) -> bool) -> EligibilityClause {
    let label = result.field.meta().label;
    EligibilityClause {
        explanation: BilingualText::new(result.sentence(Lang::Id), result.sentence(Lang::En)),
        label: BilingualText::new(label.id, label.en),
        field: result.field.name().to_owned(),
        stated: stated(result.field),
        op: result.op.name().to_owned(),
        pointer: result.pointer,
        expected: result.expected,
        actual: result.actual,
        outcome: result.outcome,
        decisive: result.decisive,
    }
}

fn missing(id: FactId) -> MissingFact {
    let question = id.meta().question;
    MissingFact {
        field: id.name().to_owned(),
        question_id: question.id.to_owned(),
        question_en: question.en.to_owned(),
    }
}

fn components(
    program: &CompiledProgram,
    version: &Version,
    outcome: EligibilityOutcome,
    facts: &FactSet,
) -> Option<super::api::BenefitEstimate> {
    if program.components.is_empty() || outcome == EligibilityOutcome::NotEligible {
        return None;
    }
    Some(pkh_components(&program.components, &version.limits, facts).into())
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
