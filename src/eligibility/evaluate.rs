//! Evaluates a rule on a set of facts and explains the outcome: three-valued, each condition with its own result.
//! Invariant: more knowledge never changes a met rule into an unmet one or back; it can only settle an undetermined one.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::facts::{Fact, FactId, FactSet, Kind, Lang, Value};
use super::rules::{Clause, Component, Confidence, Limits, Node, Op, Operand, Phrase, Rule};
use super::visibility::Visibility;

/// Outcome of a condition, a group or a rule. Ordered so that `all` is the minimum and `any` the maximum of its parts (Kleene's strong
/// logic).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    NotMet,
    Undetermined,
    Met,
}

impl Truth {
    pub const fn negated(self) -> Self {
        match self {
            Self::Met => Self::NotMet,
            Self::NotMet => Self::Met,
            Self::Undetermined => Self::Undetermined,
        }
    }
}

impl From<bool> for Truth {
    fn from(met: bool) -> Self {
        if met { Self::Met } else { Self::NotMet }
    }
}

/// State of a fact. It may be shown where the value may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactState {
    Unknown,
    Absent,
    Present,
    /// A value is recorded that this caller may not see.
    Withheld,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation<'r> {
    pub outcome: Truth,
    /// Whether the visible facts suffice for the outcome. If not, no condition is marked as decisive.
    pub explained: bool,
    pub clauses: Vec<ClauseResult<'r>>,
    /// Facts to collect: only those that can still change the outcome, in the order of the tree.
    pub missing: Vec<FactId>,
}

#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClauseResult<'r> {
    /// A JSON pointer (RFC 6901) from the root of the rule tree.
    pub pointer: &'r str,
    pub field: FactId,
    pub op: Op,
    pub expected: &'r Json,
    /// Undetermined where it is withheld.
    pub outcome: Truth,
    pub state: FactState,
    /// `null` or an empty list if the fact is absent; left out if it is unknown or withheld.
    pub actual: Option<Json>,
    /// Whether the condition is a reason for the outcome of the whole rule.
    pub decisive: bool,
    /// Whether the condition is under an odd number of `not`: the rule then requires it to be unmet.
    pub negated: bool,
    #[serde(skip)]
    requirement: &'r Phrase,
}

/// Outcome of one condition, and whether it is a reason for the outcome of the rule.
struct Mark<'r> {
    clause: &'r Clause,
    outcome: Truth,
    decisive: bool,
}

impl Rule {
    /// The outcome alone, without allocating.
    pub fn outcome(&self, facts: &FactSet) -> Truth {
        self.root.outcome(facts)
    }

    pub fn explain(&self, facts: &FactSet) -> Evaluation<'_> {
        self.explain_to(facts, &Visibility::full())
    }

    /// The true outcome, with only those reasons that the caller may see.
    pub fn explain_to(&self, facts: &FactSet, visibility: &Visibility) -> Evaluation<'_> {
        let outcome = self.outcome(facts);
        let mut marks = Vec::new();
        let explained = self.mark(facts, visibility, &mut marks) == outcome;
        let missing = missing(outcome, facts, &marks);
        let clauses = marks.iter().map(|mark| mark.clause.explain(facts, visibility, mark, explained)).collect();
        Evaluation { outcome, explained, clauses, missing }
    }

    /// The facts to collect, without the explanation.
    pub fn missing(&self, facts: &FactSet, visibility: &Visibility) -> Vec<FactId> {
        let mut marks = Vec::new();
        self.mark(facts, visibility, &mut marks);
        missing(self.outcome(facts), facts, &marks)
    }

    fn mark<'r>(&'r self, facts: &FactSet, visibility: &Visibility, marks: &mut Vec<Mark<'r>>) -> Truth {
        let evaluate = |clause: &Clause| match visibility.of(clause, facts.get(clause.fact)) {
            Some(fact) => clause.outcome(&fact),
            None => Truth::Undetermined,
        };
        self.root.mark(&evaluate, marks)
    }
}

/// Withheld values play no part in the choice: a fact is listed even if a withheld value makes it unnecessary.
fn missing(outcome: Truth, facts: &FactSet, marks: &[Mark<'_>]) -> Vec<FactId> {
    let mut missing = Vec::new();
    for mark in marks.iter().filter(|_| outcome == Truth::Undetermined) {
        let is_needed = mark.decisive && *facts.get(mark.clause.fact) == Fact::Unknown;
        if is_needed && !missing.contains(&mark.clause.fact) {
            missing.push(mark.clause.fact);
        }
    }
    missing
}

impl Node {
    fn outcome(&self, facts: &FactSet) -> Truth {
        match self {
            Self::Clause(clause) => clause.outcome(facts.get(clause.fact)),
            Self::Not(node) => node.outcome(facts).negated(),
            Self::All(nodes) => {
                let mut all = Truth::Met;
                for node in nodes {
                    all = all.min(node.outcome(facts));
                    if all == Truth::NotMet {
                        break;
                    }
                }
                all
            }
            Self::Any(nodes) => {
                let mut any = Truth::NotMet;
                for node in nodes {
                    any = any.max(node.outcome(facts));
                    if any == Truth::Met {
                        break;
                    }
                }
                any
            }
        }
    }

    /// Adds every clause below as decisive, then clears the mark for parts that are no reason for their group: a part is a reason
    /// exactly if it has the same outcome as the group.
    fn mark<'r>(&'r self, evaluate: &impl Fn(&Clause) -> Truth, marks: &mut Vec<Mark<'r>>) -> Truth {
        let (nodes, fold): (_, fn(Truth, Truth) -> Truth) = match self {
            Self::Clause(clause) => {
                let outcome = evaluate(clause);
                marks.push(Mark { clause, outcome, decisive: true });
                return outcome;
            }
            Self::Not(node) => return node.mark(evaluate, marks).negated(),
            Self::All(nodes) => (nodes, Truth::min),
            Self::Any(nodes) => (nodes, Truth::max),
        };
        let mut parts = Vec::with_capacity(nodes.len());
        for node in nodes {
            let start = marks.len();
            let outcome = node.mark(evaluate, marks);
            parts.push((outcome, start..marks.len()));
        }
        let whole = parts.iter().map(|(part, _)| *part).reduce(fold);
        let whole = whole.unwrap_or(Truth::Undetermined);
        for (_, range) in parts.into_iter().filter(|(part, _)| *part != whole) {
            for mark in marks.get_mut(range).unwrap_or_default() {
                mark.decisive = false;
            }
        }
        whole
    }

    /// Composes the text of what the rule requires of each fact, once for all checks.
    pub(super) fn phrase(&mut self, negated: bool) {
        match self {
            Self::Clause(clause) => {
                clause.negated = negated;
                clause.requirement = Phrase { id: clause.requirement(Lang::Id), en: clause.requirement(Lang::En) };
            }
            Self::Not(node) => node.phrase(!negated),
            Self::All(nodes) | Self::Any(nodes) => nodes.iter_mut().for_each(|node| node.phrase(negated)),
        }
    }
}

impl Clause {
    /// An absent fact equals nothing and compares with nothing, so `ne` and `not_in` are met, and so are `exists` and `not_empty` with
    /// `false`. An unknown fact leaves every operator undetermined.
    fn outcome(&self, fact: &Fact) -> Truth {
        let value = match (fact, &self.operand) {
            (Fact::Unknown, _) => return Truth::Undetermined,
            (fact, Operand::Flag(wanted)) => {
                return Truth::from(matches!(fact, Fact::Present(_)) == *wanted);
            }
            (Fact::Absent, _) => return Truth::from(matches!(self.op, Op::Ne | Op::NotIn)),
            (Fact::Present(value), _) => value,
        };
        Truth::from(match (self.op, &self.operand) {
            (Op::Ne, Operand::One(one)) => value != one,
            (Op::Lt, Operand::One(one)) => value.compare(one).is_some_and(Ordering::is_lt),
            (Op::Lte, Operand::One(one)) => value.compare(one).is_some_and(Ordering::is_le),
            (Op::Gt, Operand::One(one)) => value.compare(one).is_some_and(Ordering::is_gt),
            (Op::Gte, Operand::One(one)) => value.compare(one).is_some_and(Ordering::is_ge),
            (_, Operand::One(one)) => value == one,
            (_, Operand::Range(from, to)) => {
                value.compare(from).is_some_and(Ordering::is_ge) && value.compare(to).is_some_and(Ordering::is_le)
            }
            (Op::NotIn, Operand::Many(many)) => !many.contains(value),
            (_, Operand::Many(many)) => many.contains(value),
            (_, Operand::Text(text)) => matches!(value, Value::List(list) if list.contains(text)),
            (_, Operand::Flag(wanted)) => *wanted,
        })
    }

    fn explain(&self, facts: &FactSet, visibility: &Visibility, mark: &Mark<'_>, explained: bool) -> ClauseResult<'_> {
        let seen = visibility.of(self, facts.get(self.fact));
        let (state, actual) = match seen.as_deref() {
            None => (FactState::Withheld, None),
            Some(Fact::Unknown) => (FactState::Unknown, None),
            Some(Fact::Present(value)) => (FactState::Present, Some(value.to_json())),
            Some(Fact::Absent) if self.fact.meta().kind == Kind::List => (FactState::Absent, Some(Json::Array(vec![]))),
            Some(Fact::Absent) => (FactState::Absent, Some(Json::Null)),
        };
        ClauseResult {
            pointer: &self.pointer,
            field: self.fact,
            op: self.op,
            expected: &self.expected,
            outcome: mark.outcome,
            state,
            actual,
            decisive: mark.decisive && explained && state != FactState::Withheld,
            negated: self.negated,
            requirement: &self.requirement,
        }
    }

    /// The end of the sentence: what the rule requires of the fact. Under a `not` that is the opposite of the condition.
    fn requirement(&self, lang: Lang) -> String {
        let condition = self.condition(lang);
        match (lang, self.op) {
            (Lang::Id, _) => format!(", syaratnya {condition}"),
            (Lang::En, Op::Lt | Op::Lte | Op::Gt | Op::Gte | Op::Between) => format!(" (limit: {condition})"),
            (Lang::En, _) => format!(" (required: {condition})"),
        }
    }

    fn condition(&self, lang: Lang) -> String {
        let bounds = self.expected.as_array().map(Vec::as_slice);
        let value = match (self.op, bounds) {
            (Op::Between, Some([from, to])) => {
                let (from, to) = (show(self.fact, from, lang), show(self.fact, to, lang));
                format!("{from} {} {to}", say(lang, "sampai", "to"))
            }
            _ => show(self.fact, &self.expected, lang).into_owned(),
        };
        let flag = (self.expected == Json::Bool(true)) != self.negated;
        let phrase = match (self.op, self.negated) {
            (Op::Eq, false) | (Op::Ne, true) | (Op::Between, false) => return value,
            (Op::Ne, false) | (Op::Eq, true) => say(lang, "selain", "not"),
            (Op::Lt, false) | (Op::Gte, true) => say(lang, "di bawah", "below"),
            (Op::Lte, false) | (Op::Gt, true) => say(lang, "paling tinggi", "at most"),
            (Op::Gt, false) | (Op::Lte, true) => say(lang, "di atas", "above"),
            (Op::Gte, false) | (Op::Lt, true) => say(lang, "paling sedikit", "at least"),
            (Op::Between, true) => say(lang, "di luar", "outside"),
            (Op::In, false) | (Op::NotIn, true) => say(lang, "salah satu dari", "one of"),
            (Op::NotIn, false) | (Op::In, true) => say(lang, "selain", "none of"),
            (Op::Contains, false) => say(lang, "termasuk", "includes"),
            (Op::Contains, true) => say(lang, "tidak termasuk", "does not include"),
            (Op::Exists | Op::NotEmpty, _) if flag => {
                return say(lang, "ada", "must exist").into();
            }
            (Op::Exists | Op::NotEmpty, _) => {
                return say(lang, "tidak ada", "must not exist").into();
            }
        };
        format!("{phrase} {value}")
    }
}

impl Value {
    /// Compares two numbers of the same kind; `None` for other values.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b),
            _ => None,
        }
    }
}

impl ClauseResult<'_> {
    /// The condition as text: "Desil kesejahteraan 3, syaratnya paling tinggi 4". A withheld value is not shown.
    pub fn sentence(&self, lang: Lang) -> String {
        let meta = self.field.meta();
        let is_number = matches!(meta.kind, Kind::Int | Kind::Number);
        let value = match (self.state, &self.actual) {
            (FactState::Unknown, _) => say(lang, "belum diketahui", "not known yet").into(),
            (FactState::Absent, _) => say(lang, "tidak ada", "none").into(),
            (FactState::Present, Some(actual)) => show(self.field, actual, lang),
            (FactState::Withheld | FactState::Present, _) => say(lang, "dirahasiakan", "withheld").into(),
        };
        let between = match self.state {
            FactState::Present if is_number => " ",
            _ => ": ",
        };
        let requirement = match lang {
            Lang::Id => &self.requirement.id,
            Lang::En => &self.requirement.en,
        };
        [meta.label.get(lang), between, &value, requirement].concat()
    }
}

fn say(lang: Lang, id: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Id => id,
        Lang::En => en,
    }
}

fn show(field: FactId, value: &Json, lang: Lang) -> Cow<'_, str> {
    match value {
        Json::Bool(true) => say(lang, "ya", "yes").into(),
        Json::Bool(false) => say(lang, "tidak", "no").into(),
        Json::Number(number) if lang == Lang::Id => number.to_string().replace('.', ",").into(),
        Json::Number(number) => number.to_string().into(),
        Json::String(text) => field.code_label(text, lang).unwrap_or(text).into(),
        Json::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| show(field, item, lang)).collect();
            items.join(", ").into()
        }
        Json::Null | Json::Object(_) => say(lang, "tidak ada", "none").into(),
    }
}

/// Estimated amount of a family's components. Quota and verification decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentEstimate {
    pub counted: Vec<CountedComponent>,
    pub total_idr_per_year: i64,
    /// Counts that are not recorded. While there are any, the estimate may change.
    pub missing: Vec<FactId>,
    /// Components that this caller may not see. They are left out of the counted components and the sum, whether they apply or not.
    pub withheld: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountedComponent {
    pub code: String,
    pub count: u32,
    pub amount_idr_per_year: i64,
    pub confidence: Confidence,
}

/// Counts each member as one component, highest amount first, up to the family's limit. Uses only what the caller may see.
pub fn pkh_components(
    components: &[Component],
    limits: &Limits,
    facts: &FactSet,
    visibility: &Visibility,
) -> ComponentEstimate {
    let mut by_amount: Vec<_> = components.iter().collect();
    by_amount.sort_by_key(|component| std::cmp::Reverse(component.amount_idr_per_year));
    let mut remaining = limits.max_components_per_family.unwrap_or(u32::MAX);
    let mut estimate = ComponentEstimate { counted: vec![], total_idr_per_year: 0, missing: vec![], withheld: vec![] };
    for component in by_amount {
        if !visibility.shows(component.fact) {
            estimate.withheld.push(component.code.clone());
            continue;
        }
        let members = match facts.get(component.fact) {
            Fact::Present(Value::Int(count)) => (*count).max(0),
            Fact::Unknown => {
                estimate.missing.push(component.fact);
                continue;
            }
            _ => continue,
        };
        let count = u32::try_from(members).unwrap_or(u32::MAX).min(remaining);
        if count == 0 {
            continue;
        }
        remaining -= count;
        let amount = component.amount_idr_per_year.saturating_mul(count.into());
        estimate.total_idr_per_year = estimate.total_idr_per_year.saturating_add(amount);
        estimate.counted.push(CountedComponent {
            code: component.code.clone(),
            count,
            amount_idr_per_year: component.amount_idr_per_year,
            confidence: component.confidence,
        });
    }
    estimate
}
