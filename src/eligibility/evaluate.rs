//! What a rule says about a set of facts, and why: three-valued, each condition with its own result.
//! Rule: more knowledge never turns a met rule into an unmet one or back; only an undetermined rule is open.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde::Serialize;
use serde_json::Value as Json;

use super::facts::{Fact, FactId, FactSet, Kind, Lang, Value};
use super::rules::{Clause, Component, Confidence, Limits, Node, Op, Operand, Phrase, Rule};

// Ordered so that `all` is the least and `any` the greatest of its parts (Kleene's strong logic).
crate::text_enum! {
    /// What one condition comes to.
    pub enum ClauseOutcome {
        NotMet = "not_met": "Tidak terpenuhi" / "Not met",
        Undetermined = "undetermined": "Belum dapat ditentukan" / "Undetermined",
        Met = "met": "Terpenuhi" / "Met",
    }
}

impl ClauseOutcome {
    pub const fn negated(self) -> Self {
        match self {
            Self::Met => Self::NotMet,
            Self::NotMet => Self::Met,
            Self::Undetermined => Self::Undetermined,
        }
    }
}

impl From<bool> for ClauseOutcome {
    fn from(met: bool) -> Self {
        if met { Self::Met } else { Self::NotMet }
    }
}

/// How much is known of a fact, which may be told where its value may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactState {
    Unknown,
    Absent,
    Present,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation<'r> {
    pub outcome: ClauseOutcome,
    pub clauses: Vec<ClauseResult<'r>>,
    /// What to collect: only facts that can still change the outcome, in the order of the tree.
    pub missing: Vec<FactId>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClauseResult<'r> {
    /// A JSON pointer (RFC 6901) from the root of the rule tree.
    pub pointer: &'r str,
    pub field: FactId,
    pub op: Op,
    pub expected: &'r Json,
    pub outcome: ClauseOutcome,
    pub state: FactState,
    /// `null` or an empty list when there is known to be none; left out when unknown or withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<Json>,
    /// Whether the condition is a reason for the outcome of the whole rule.
    pub decisive: bool,
    /// Whether the condition stands under an odd number of `not`: the rule then wants it unmet.
    pub negated: bool,
    #[serde(skip)]
    wanted: &'r Phrase,
}

/// What one condition comes to and whether it is a reason for the whole.
struct Mark<'r> {
    clause: &'r Clause,
    outcome: ClauseOutcome,
    decisive: bool,
}

impl Rule {
    /// The outcome alone, without allocating.
    pub fn outcome(&self, facts: &FactSet) -> ClauseOutcome {
        self.root.outcome(facts)
    }

    pub fn explain(&self, facts: &FactSet) -> Evaluation<'_> {
        let mut marks = Vec::new();
        let outcome = self.root.mark(facts, &mut marks);
        let missing = missing(&marks);
        let clauses = marks.iter().map(|mark| mark.clause.explain(facts, mark)).collect();
        Evaluation { outcome, clauses, missing }
    }

    /// What to collect, without the explanation.
    pub fn missing(&self, facts: &FactSet) -> Vec<FactId> {
        let mut marks = Vec::new();
        self.root.mark(facts, &mut marks);
        missing(&marks)
    }
}

fn missing(marks: &[Mark<'_>]) -> Vec<FactId> {
    let mut missing = Vec::new();
    for mark in marks {
        let open = mark.decisive && mark.outcome == ClauseOutcome::Undetermined;
        if open && !missing.contains(&mark.clause.fact) {
            missing.push(mark.clause.fact);
        }
    }
    missing
}

impl Evaluation<'_> {
    /// Takes out the values that only a caller with a right to specific personal data may see. The
    /// results stay, and with them what they imply: who may not learn that gets no conditions.
    pub fn hide_sensitive(&mut self) {
        for clause in &mut self.clauses {
            if clause.field.meta().sensitive {
                clause.actual = None;
            }
        }
    }
}

impl Node {
    fn outcome(&self, facts: &FactSet) -> ClauseOutcome {
        match self {
            Self::Clause(clause) => clause.outcome(facts.get(clause.fact)),
            Self::Not(node) => node.outcome(facts).negated(),
            Self::All(nodes) => {
                let mut all = ClauseOutcome::Met;
                for node in nodes {
                    all = all.min(node.outcome(facts));
                    if all == ClauseOutcome::NotMet {
                        break;
                    }
                }
                all
            }
            Self::Any(nodes) => {
                let mut any = ClauseOutcome::NotMet;
                for node in nodes {
                    any = any.max(node.outcome(facts));
                    if any == ClauseOutcome::Met {
                        break;
                    }
                }
                any
            }
        }
    }

    /// Adds every clause below as decisive, then takes that back where a part did not bring about
    /// the whole: it is a reason for its group exactly when both have the same outcome.
    fn mark<'r>(&'r self, facts: &FactSet, marks: &mut Vec<Mark<'r>>) -> ClauseOutcome {
        let (nodes, fold): (_, fn(ClauseOutcome, ClauseOutcome) -> ClauseOutcome) = match self {
            Self::Clause(clause) => {
                let outcome = clause.outcome(facts.get(clause.fact));
                marks.push(Mark { clause, outcome, decisive: true });
                return outcome;
            }
            Self::Not(node) => return node.mark(facts, marks).negated(),
            Self::All(nodes) => (nodes, ClauseOutcome::min),
            Self::Any(nodes) => (nodes, ClauseOutcome::max),
        };
        let mut parts = Vec::with_capacity(nodes.len());
        for node in nodes {
            let start = marks.len();
            let outcome = node.mark(facts, marks);
            parts.push((outcome, start..marks.len()));
        }
        let whole = parts.iter().map(|(part, _)| *part).reduce(fold);
        let whole = whole.unwrap_or(ClauseOutcome::Undetermined);
        for (_, range) in parts.into_iter().filter(|(part, _)| *part != whole) {
            for mark in marks.get_mut(range).unwrap_or_default() {
                mark.decisive = false;
            }
        }
        whole
    }

    /// Puts into words what the rule wants of each fact, once for all answers.
    pub(super) fn phrase(&mut self, negated: bool) {
        match self {
            Self::Clause(clause) => {
                clause.negated = negated;
                clause.wanted = Phrase { id: clause.wanted_words(Lang::Id), en: clause.wanted_words(Lang::En) };
            }
            Self::Not(node) => node.phrase(!negated),
            Self::All(nodes) | Self::Any(nodes) => nodes.iter_mut().for_each(|node| node.phrase(negated)),
        }
    }
}

impl Clause {
    /// What is absent equals nothing and compares with nothing, so `ne` and `not_in` are met, as are
    /// `exists` and `not_empty` with `false`. What is unknown leaves every operator undetermined.
    fn outcome(&self, fact: &Fact) -> ClauseOutcome {
        let value = match (fact, &self.operand) {
            (Fact::Unknown, _) => return ClauseOutcome::Undetermined,
            (fact, Operand::Flag(wanted)) => {
                return ClauseOutcome::from(matches!(fact, Fact::Present(_)) == *wanted);
            }
            (Fact::Absent, _) => return ClauseOutcome::from(matches!(self.op, Op::Ne | Op::NotIn)),
            (Fact::Present(value), _) => value,
        };
        ClauseOutcome::from(match (self.op, &self.operand) {
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

    fn explain(&self, facts: &FactSet, mark: &Mark<'_>) -> ClauseResult<'_> {
        let (state, actual) = match facts.get(self.fact) {
            Fact::Unknown => (FactState::Unknown, None),
            Fact::Present(value) => (FactState::Present, Some(value.to_json())),
            Fact::Absent if self.fact.meta().kind == Kind::List => (FactState::Absent, Some(Json::Array(vec![]))),
            Fact::Absent => (FactState::Absent, Some(Json::Null)),
        };
        ClauseResult {
            pointer: &self.pointer,
            field: self.fact,
            op: self.op,
            expected: &self.expected,
            outcome: mark.outcome,
            state,
            actual,
            decisive: mark.decisive,
            negated: self.negated,
            wanted: &self.wanted,
        }
    }

    /// What the rule wants of the fact: under a `not`, the contrary of what the condition says.
    fn wanted_words(&self, lang: Lang) -> String {
        let bound = match self.op {
            Op::Lt | Op::Lte | Op::Gt | Op::Gte | Op::Between => say(lang, "batas", "limit"),
            _ => say(lang, "syarat", "required"),
        };
        format!(" ({bound}: {})", self.condition(lang))
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
            (Op::Ne, false) | (Op::Eq, true) => say(lang, "bukan", "not"),
            (Op::Lt, false) | (Op::Gte, true) => say(lang, "di bawah", "below"),
            (Op::Lte, false) | (Op::Gt, true) => say(lang, "paling tinggi", "at most"),
            (Op::Gt, false) | (Op::Lte, true) => say(lang, "di atas", "above"),
            (Op::Gte, false) | (Op::Lt, true) => say(lang, "paling sedikit", "at least"),
            (Op::Between, true) => say(lang, "di luar", "outside"),
            (Op::In, false) | (Op::NotIn, true) => say(lang, "salah satu dari", "one of"),
            (Op::NotIn, false) | (Op::In, true) => say(lang, "bukan salah satu dari", "none of"),
            (Op::Contains, false) => say(lang, "memuat", "includes"),
            (Op::Contains, true) => say(lang, "tidak memuat", "does not include"),
            (Op::Exists | Op::NotEmpty, _) if flag => {
                return say(lang, "harus ada", "must exist").into();
            }
            (Op::Exists | Op::NotEmpty, _) => {
                return say(lang, "harus tidak ada", "must not exist").into();
            }
        };
        format!("{phrase} {value}")
    }
}

impl Value {
    /// The order of two numbers of one kind; there is none between other values.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b),
            _ => None,
        }
    }
}

impl ClauseResult<'_> {
    /// The condition in words: "Desil kesejahteraan 3 (batas: paling tinggi 4)". A hidden value stays hidden.
    pub fn sentence(&self, lang: Lang) -> String {
        let meta = self.field.meta();
        let is_number = matches!(meta.kind, Kind::Int | Kind::Number);
        let value = match (self.state, &self.actual) {
            (FactState::Unknown, _) => say(lang, "belum diketahui", "not known yet").into(),
            (_, None) => say(lang, "dirahasiakan", "withheld").into(),
            (FactState::Absent, _) => say(lang, "tidak ada", "none").into(),
            (FactState::Present, Some(actual)) => show(self.field, actual, lang),
        };
        let between = match self.state {
            FactState::Present if is_number && self.actual.is_some() => " ",
            _ => ": ",
        };
        let wanted = match lang {
            Lang::Id => &self.wanted.id,
            Lang::En => &self.wanted.en,
        };
        [meta.label.get(lang), between, &value, wanted].concat()
    }

    /// Is there a value that this caller may not see?
    pub fn withheld(&self) -> bool {
        self.state != FactState::Unknown && self.actual.is_none()
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

/// An estimate of what a family's members add up to; quota and verification decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentEstimate {
    pub counted: Vec<CountedComponent>,
    pub total_idr_per_year: i64,
    /// Counts nobody recorded: while there are any, the estimate may change.
    pub missing: Vec<FactId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountedComponent {
    pub code: String,
    pub count: u32,
    pub amount_idr_per_year: i64,
    pub confidence: Confidence,
}

/// Counts each member as one component, the best paid first, up to the family's limit.
pub fn pkh_components(components: &[Component], limits: &Limits, facts: &FactSet) -> ComponentEstimate {
    let mut by_amount: Vec<_> = components.iter().collect();
    by_amount.sort_by_key(|component| std::cmp::Reverse(component.amount_idr_per_year));
    let mut left = limits.max_components_per_family.unwrap_or(u32::MAX);
    let mut estimate = ComponentEstimate { counted: vec![], total_idr_per_year: 0, missing: vec![] };
    for component in by_amount {
        let members = match facts.get(component.fact) {
            Fact::Present(Value::Int(count)) => (*count).max(0),
            Fact::Unknown => {
                estimate.missing.push(component.fact);
                continue;
            }
            _ => continue,
        };
        let count = u32::try_from(members).unwrap_or(u32::MAX).min(left);
        if count == 0 {
            continue;
        }
        left -= count;
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
