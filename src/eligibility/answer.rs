//! Evaluates programmes for a household and builds the result of a check. Pure.

use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

use super::api::{
    BilingualText, EligibilityCheck, EligibilityClause, EligibilityResult, EligibilitySnapshot, MissingFact,
};
use super::cache::{CompiledProgram, Version};
use super::derive;
use super::evaluate::{ClauseResult, ComponentEstimate, FactState, Truth, pkh_components};
use super::explain;
use super::facts::{FactId, FactSet, Lang};
use super::model::{ClauseOutcome, EligibilityGap, EligibilityOutcome, NOTICE_EN, NOTICE_ID};
use super::rules::RecipientUnit;
use super::visibility::Visibility;
use crate::auth::caller::AccessPurpose;
use crate::error::Error;
use crate::registry::rows::{Household, PersonRow};

/// A fact that the officer states. Its kind is validated already.
#[derive(Debug, Clone)]
pub struct StatedFact {
    pub id: FactId,
    pub value: Value,
}

/// The request of one caller, and what that caller may see.
#[derive(Debug, Clone, Default)]
pub struct Inquiry {
    pub person_id: Option<Uuid>,
    pub on: NaiveDate,
    pub stated: Vec<StatedFact>,
    /// The caller may see specific personal data.
    pub revealed: bool,
    /// Purpose for which it is opened.
    pub purpose: Option<AccessPurpose>,
    /// The caller may see the restricted categories.
    pub restricted: bool,
    /// Leave out the list of conditions, for batches.
    pub brief: bool,
}

/// The facts about the family and one of its members.
struct SubjectFacts<'a> {
    person: Option<&'a PersonRow>,
    facts: FactSet,
}

pub fn answer(home: &Household, programs: &[&CompiledProgram], inquiry: &Inquiry) -> Result<EligibilityCheck, Error> {
    let shared = derive::family_facts(home, inquiry.on)?;
    let mut head = subject_facts(&shared, home.head().or(home.members.first()), inquiry)?;
    let mut persons: Vec<SubjectFacts<'_>> = home
        .members
        .iter()
        .filter(|m| inquiry.person_id.is_none_or(|id| m.id == id))
        .map(|m| subject_facts(&shared, Some(m), inquiry))
        .collect::<Result<_, _>>()?;
    let mut results = Vec::new();
    for program in programs {
        match program.recipient_unit {
            RecipientUnit::Family => results.push(result(program, home, &mut head, inquiry)),
            RecipientUnit::Individual if persons.is_empty() => {
                results.push(gap_result(program, None, EligibilityGap::NoPerson));
            }
            RecipientUnit::Individual => {
                results.extend(persons.iter_mut().map(|person| result(program, home, person, inquiry)));
            }
        }
    }
    Ok(EligibilityCheck {
        summary: explain::check(&results),
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
    })
}

fn is_about_subject(id: FactId) -> bool {
    id.name().starts_with("subject.") || id.name().starts_with("assessment.")
}

/// A stated fact about the subject applies only to the person of the request.
fn applies(stated: &StatedFact, person: Option<&PersonRow>, inquiry: &Inquiry) -> bool {
    !is_about_subject(stated.id) || person.is_some_and(|p| Some(p.id) == inquiry.person_id)
}

fn subject_facts<'a>(
    shared: &FactSet,
    person: Option<&'a PersonRow>,
    inquiry: &Inquiry,
) -> Result<SubjectFacts<'a>, Error> {
    let mut facts = shared.clone();
    if let Some(person) = person {
        derive::add_person(&mut facts, person, inquiry.on)?;
    }
    for fact in inquiry.stated.iter().filter(|fact| applies(fact, person, inquiry)) {
        let set = facts.set_json(fact.id.name(), &fact.value);
        debug_assert!(set.is_ok(), "the kind of a stated fact is validated");
    }
    Ok(SubjectFacts { person, facts })
}

fn gap_result(program: &CompiledProgram, person_id: Option<Uuid>, gap: EligibilityGap) -> EligibilityResult {
    EligibilityResult {
        program_code: program.code.clone(),
        program_name: program.name.clone(),
        program_region_code: program.region_code.clone(),
        instance_of: program.instance_of.clone(),
        recipient_unit: program.recipient_unit,
        person_id,
        outcome: gap_outcome(gap),
        summary: explain::gap(program, gap),
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
    subject: &mut SubjectFacts<'_>,
    inquiry: &Inquiry,
) -> EligibilityResult {
    let person_id = subject.person.map(|p| p.id);
    let version = match version_for(program, home, subject, inquiry) {
        Ok(version) => version,
        Err(gap) => return gap_result(program, person_id, gap),
    };
    let stated: Vec<FactId> =
        inquiry.stated.iter().filter(|f| applies(f, subject.person, inquiry)).map(|f| f.id).collect();
    let visibility = Visibility::new(inquiry.revealed, inquiry.restricted, stated.clone());
    let evaluation = version.rule.explain_to(&subject.facts, &visibility);
    clear_domicile(program, subject, inquiry);
    let outcome = outcome(evaluation.outcome);
    let summary = explain::result(program, version, outcome, &evaluation);
    EligibilityResult {
        program_code: program.code.clone(),
        program_name: program.name.clone(),
        program_region_code: program.region_code.clone(),
        instance_of: program.instance_of.clone(),
        recipient_unit: program.recipient_unit,
        person_id,
        outcome,
        gap: None,
        rule_version: Some(version.version),
        effective_from: Some(version.effective_from),
        effective_to: version.effective_to,
        legal_basis: program.legal_basis.clone(),
        confidence: version.confidence,
        summary,
        components: estimate(program, version, outcome, &subject.facts, &visibility).map(Into::into),
        missing: evaluation.missing.iter().map(|id| missing(*id)).collect(),
        clauses: if inquiry.brief {
            Vec::new()
        } else {
            evaluation.clauses.into_iter().map(|c| clause(c, &stated)).collect()
        },
    }
}

const fn outcome(truth: Truth) -> EligibilityOutcome {
    match truth {
        Truth::Met => EligibilityOutcome::LikelyEligible,
        Truth::NotMet => EligibilityOutcome::NotEligible,
        Truth::Undetermined => EligibilityOutcome::Undetermined,
    }
}

/// The rule version in force, or the reason why there is none. A local programme applies only inside its region; for it, this sets the
/// fact that the subject lives there.
fn version_for<'p>(
    program: &'p CompiledProgram,
    home: &Household,
    subject: &mut SubjectFacts<'_>,
    inquiry: &Inquiry,
) -> Result<&'p Version, EligibilityGap> {
    if program.region_code.is_some() {
        let stated = stated_domicile(subject.person, inquiry);
        if !stated.unwrap_or_else(|| program.covers(&home.family.region_code)) {
            return Err(EligibilityGap::OutsideRegion);
        }
        // Cannot fail: the fact is boolean.
        let _ = subject.facts.set(FactId::SubjectDomicileInProgramRegion, true);
    }
    program.version_on(inquiry.on).ok_or(EligibilityGap::NoRuleInForce)
}

/// Clears the fact set by `version_for`: the next programme has another region.
fn clear_domicile(program: &CompiledProgram, subject: &mut SubjectFacts<'_>, inquiry: &Inquiry) {
    if program.region_code.is_some() && stated_domicile(subject.person, inquiry).is_none() {
        subject.facts.set_unknown(FactId::SubjectDomicileInProgramRegion);
    }
}

fn stated_domicile(person: Option<&PersonRow>, inquiry: &Inquiry) -> Option<bool> {
    let of_domicile =
        |fact: &&StatedFact| fact.id == FactId::SubjectDomicileInProgramRegion && applies(fact, person, inquiry);
    inquiry.stated.iter().find(of_domicile).and_then(|fact| fact.value.as_bool())
}

/// Outcome of one programme for one subject, without texts and without specific personal data.
pub struct ProgramOutcome<'a> {
    pub program: &'a CompiledProgram,
    pub person: Option<&'a PersonRow>,
    pub outcome: EligibilityOutcome,
    pub version: Option<&'a Version>,
    /// Facts to collect, if the outcome is undetermined.
    pub missing: Vec<FactId>,
    pub estimate: Option<ComponentEstimate>,
}

/// Evaluates programmes without texts, for checks of many families: outcomes, missing facts and estimates.
pub fn evaluate_household<'a>(
    home: &'a Household,
    programs: &[&'a CompiledProgram],
    on: NaiveDate,
) -> Result<Vec<ProgramOutcome<'a>>, Error> {
    let inquiry = Inquiry { on, ..Inquiry::default() };
    let shared = derive::family_facts(home, on)?;
    let mut head = subject_facts(&shared, home.head().or(home.members.first()), &inquiry)?;
    let mut persons: Vec<SubjectFacts<'_>> = Vec::new();
    if programs.iter().any(|p| p.recipient_unit == RecipientUnit::Individual) {
        persons = home.members.iter().map(|m| subject_facts(&shared, Some(m), &inquiry)).collect::<Result<_, _>>()?;
    }
    let mut outcomes = Vec::with_capacity(programs.len() + persons.len());
    for program in programs {
        match program.recipient_unit {
            RecipientUnit::Family => outcomes.push(evaluate_program(program, home, &mut head, &inquiry)),
            RecipientUnit::Individual => {
                outcomes.extend(persons.iter_mut().map(|person| evaluate_program(program, home, person, &inquiry)));
            }
        }
    }
    Ok(outcomes)
}

fn evaluate_program<'a>(
    program: &'a CompiledProgram,
    home: &'a Household,
    subject: &mut SubjectFacts<'a>,
    inquiry: &Inquiry,
) -> ProgramOutcome<'a> {
    let person = subject.person;
    match version_for(program, home, subject, inquiry) {
        Err(gap) => {
            let outcome = gap_outcome(gap);
            ProgramOutcome { program, person, outcome, version: None, missing: Vec::new(), estimate: None }
        }
        Ok(version) => {
            let outcome = outcome(version.rule.outcome(&subject.facts));
            let undetermined = outcome == EligibilityOutcome::Undetermined;
            let visibility = Visibility::default();
            let missing = if undetermined { version.rule.missing(&subject.facts, &visibility) } else { Vec::new() };
            let estimate = estimate(program, version, outcome, &subject.facts, &visibility);
            clear_domicile(program, subject, inquiry);
            ProgramOutcome { program, person, outcome, version: Some(version), missing, estimate }
        }
    }
}

const fn gap_outcome(gap: EligibilityGap) -> EligibilityOutcome {
    match gap {
        EligibilityGap::OutsideRegion => EligibilityOutcome::NotEligible,
        EligibilityGap::NoRuleInForce | EligibilityGap::NoPerson => EligibilityOutcome::Undetermined,
    }
}

fn clause(result: ClauseResult<'_>, stated: &[FactId]) -> EligibilityClause {
    let label = result.field.meta().label;
    EligibilityClause {
        explanation: BilingualText::new(result.sentence(Lang::Id), result.sentence(Lang::En)),
        label: BilingualText::new(label.id, label.en),
        field: result.field.name().into(),
        stated: stated.contains(&result.field),
        op: result.op.name().into(),
        pointer: result.pointer.to_owned(),
        expected: result.expected.clone(),
        actual: result.actual,
        outcome: match (result.state, result.outcome) {
            (FactState::Withheld, _) => ClauseOutcome::Withheld,
            (_, Truth::Met) => ClauseOutcome::Met,
            (_, Truth::NotMet) => ClauseOutcome::NotMet,
            (_, Truth::Undetermined) => ClauseOutcome::Undetermined,
        },
        decisive: result.decisive,
    }
}

fn missing(id: FactId) -> MissingFact {
    let question = id.meta().question;
    MissingFact { field: id.name().into(), question_id: question.id.into(), question_en: question.en.into() }
}

fn estimate(
    program: &CompiledProgram,
    version: &Version,
    outcome: EligibilityOutcome,
    facts: &FactSet,
    visibility: &Visibility,
) -> Option<ComponentEstimate> {
    let components = program.components_of(version);
    if components.is_empty() || outcome == EligibilityOutcome::NotEligible {
        return None;
    }
    Some(pkh_components(components, &version.limits, facts, visibility))
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
