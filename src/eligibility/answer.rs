//! From a household and the programmes to the answer of a check. Pure.

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
use super::sight::Sight;
use crate::auth::caller::AccessPurpose;
use crate::error::Error;
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
    /// What it is opened for.
    pub purpose: Option<AccessPurpose>,
    /// May see the specific categories.
    pub restricted: bool,
    /// Leaves out the conditions one by one, for many answers at once.
    pub brief: bool,
}

/// The facts about one person of the family.
struct Judged<'a> {
    person: Option<&'a PersonRow>,
    facts: FactSet,
}

pub fn answer(home: &Household, programs: &[&CompiledProgram], inquiry: &Inquiry) -> Result<EligibilityCheck, Error> {
    let shared = derive::family_facts(home, inquiry.on)?;
    let mut head = judged(&shared, home.head().or(home.members.first()), inquiry)?;
    let mut persons: Vec<Judged<'_>> = home
        .members
        .iter()
        .filter(|m| inquiry.person_id.is_none_or(|id| m.id == id))
        .map(|m| judged(&shared, Some(m), inquiry))
        .collect::<Result<_, _>>()?;
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

/// What is stated of the subject holds for the person asked about and for nobody else.
fn applies(stated: &StatedFact, person: Option<&PersonRow>, inquiry: &Inquiry) -> bool {
    !is_about_subject(stated.id) || person.is_some_and(|p| Some(p.id) == inquiry.person_id)
}

fn judged<'a>(shared: &FactSet, person: Option<&'a PersonRow>, inquiry: &Inquiry) -> Result<Judged<'a>, Error> {
    let mut facts = shared.clone();
    if let Some(person) = person {
        derive::add_person(&mut facts, person, inquiry.on)?;
    }
    for fact in inquiry.stated.iter().filter(|fact| applies(fact, person, inquiry)) {
        let set = facts.set_json(fact.id.name(), &fact.value);
        debug_assert!(set.is_ok(), "the kind of a stated fact was checked");
    }
    Ok(Judged { person, facts })
}

fn empty(program: &CompiledProgram, person_id: Option<Uuid>, gap: EligibilityGap) -> EligibilityResult {
    EligibilityResult {
        program_code: program.code.clone(),
        program_name: program.name.clone(),
        program_region_code: program.region_code.clone(),
        instance_of: program.instance_of.clone(),
        recipient_unit: program.recipient_unit,
        person_id,
        outcome: empty_outcome(gap),
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
    subject: &mut Judged<'_>,
    inquiry: &Inquiry,
) -> EligibilityResult {
    let person_id = subject.person.map(|p| p.id);
    let version = match version_for(program, home, subject, inquiry) {
        Ok(version) => version,
        Err(gap) => return empty(program, person_id, gap),
    };
    let stated: Vec<FactId> =
        inquiry.stated.iter().filter(|f| applies(f, subject.person, inquiry)).map(|f| f.id).collect();
    let sight = Sight::new(inquiry.revealed, inquiry.restricted, stated.clone());
    let evaluation = version.rule.explain_to(&subject.facts, &sight);
    forget_region(program, subject, inquiry);
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
        components: estimate(program, version, outcome, &subject.facts, &sight).map(Into::into),
        missing: evaluation.missing.iter().map(|id| missing(*id)).collect(),
        clauses: if inquiry.brief {
            Vec::new()
        } else {
            evaluation.clauses.into_iter().map(|c| clause(c, &stated)).collect()
        },
    }
}

const fn outcome(of_rule: Truth) -> EligibilityOutcome {
    match of_rule {
        Truth::Met => EligibilityOutcome::LikelyEligible,
        Truth::NotMet => EligibilityOutcome::NotEligible,
        Truth::Undetermined => EligibilityOutcome::Undetermined,
    }
}

/// The version that decides, or why there is none. A local programme applies inside its region alone, and adds to the facts
/// that the subject lives there.
fn version_for<'p>(
    program: &'p CompiledProgram,
    home: &Household,
    subject: &mut Judged<'_>,
    inquiry: &Inquiry,
) -> Result<&'p Version, EligibilityGap> {
    if program.region_code.is_some() {
        let stated = stated_domicile(subject.person, inquiry);
        if !stated.unwrap_or_else(|| program.covers(&home.family.region_code)) {
            return Err(EligibilityGap::OutsideRegion);
        }
        // A yes-or-no fact takes a yes or no.
        let _ = subject.facts.set(FactId::SubjectDomicileInProgramRegion, true);
    }
    program.version_on(inquiry.on).ok_or(EligibilityGap::NoRuleInForce)
}

/// The next programme has another region.
fn forget_region(program: &CompiledProgram, subject: &mut Judged<'_>, inquiry: &Inquiry) {
    if program.region_code.is_some() && stated_domicile(subject.person, inquiry).is_none() {
        subject.facts.set_unknown(FactId::SubjectDomicileInProgramRegion);
    }
}

fn stated_domicile(person: Option<&PersonRow>, inquiry: &Inquiry) -> Option<bool> {
    let of_domicile =
        |fact: &&StatedFact| fact.id == FactId::SubjectDomicileInProgramRegion && applies(fact, person, inquiry);
    inquiry.stated.iter().find(of_domicile).and_then(|fact| fact.value.as_bool())
}

/// What one programme comes to for one subject, without words and without specific personal data.
pub struct Verdict<'a> {
    pub program: &'a CompiledProgram,
    pub person: Option<&'a PersonRow>,
    pub outcome: EligibilityOutcome,
    pub version: Option<&'a Version>,
    /// What to find out, where that was asked for and the outcome is open.
    pub missing: Vec<FactId>,
    pub estimate: Option<ComponentEstimate>,
}

/// The same judgement for many families at once: outcomes, and what is missing.
pub fn verdicts<'a>(
    home: &'a Household,
    programs: &[&'a CompiledProgram],
    on: NaiveDate,
) -> Result<Vec<Verdict<'a>>, Error> {
    let inquiry = Inquiry { on, ..Inquiry::default() };
    let shared = derive::family_facts(home, on)?;
    let mut head = judged(&shared, home.head().or(home.members.first()), &inquiry)?;
    let mut persons: Vec<Judged<'_>> = Vec::new();
    if programs.iter().any(|p| p.recipient_unit == RecipientUnit::Individual) {
        persons = home.members.iter().map(|m| judged(&shared, Some(m), &inquiry)).collect::<Result<_, _>>()?;
    }
    let mut verdicts = Vec::with_capacity(programs.len() + persons.len());
    for program in programs {
        match program.recipient_unit {
            RecipientUnit::Family => verdicts.push(verdict(program, home, &mut head, &inquiry)),
            RecipientUnit::Individual => {
                verdicts.extend(persons.iter_mut().map(|person| verdict(program, home, person, &inquiry)));
            }
        }
    }
    Ok(verdicts)
}

fn verdict<'a>(
    program: &'a CompiledProgram,
    home: &'a Household,
    subject: &mut Judged<'a>,
    inquiry: &Inquiry,
) -> Verdict<'a> {
    let person = subject.person;
    match version_for(program, home, subject, inquiry) {
        Err(gap) => {
            let outcome = empty_outcome(gap);
            Verdict { program, person, outcome, version: None, missing: Vec::new(), estimate: None }
        }
        Ok(version) => {
            let outcome = outcome(version.rule.outcome(&subject.facts));
            let open = outcome == EligibilityOutcome::Undetermined;
            let sight = Sight::default();
            let missing = if open { version.rule.missing(&subject.facts, &sight) } else { Vec::new() };
            let estimate = estimate(program, version, outcome, &subject.facts, &sight);
            forget_region(program, subject, inquiry);
            Verdict { program, person, outcome, version: Some(version), missing, estimate }
        }
    }
}

const fn empty_outcome(gap: EligibilityGap) -> EligibilityOutcome {
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
    sight: &Sight,
) -> Option<ComponentEstimate> {
    let components = program.components_of(version);
    if components.is_empty() || outcome == EligibilityOutcome::NotEligible {
        return None;
    }
    Some(pkh_components(components, &version.limits, facts, sight))
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
