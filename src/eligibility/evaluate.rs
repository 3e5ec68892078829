//! What a rule says about a set of facts, and why: three-valued, each condition with its own result.
//! Rule: more knowledge never turns a met rule into an unmet one or back; only an undetermined rule is open.

use std::cmp::Ordering;

use serde::Serialize;
use serde_json::Value as Json;

use super::facts::{Fact, FactId, FactSet, Kind, Lang, Value};
use super::rules::{Clause, Component, Confidence, Limits, Node, Op, Operand, Rule};

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
pub struct Evaluation {
    pub outcome: ClauseOutcome,
    pub clauses: Vec<ClauseResult>,
    /// What to collect: only facts that can still change the outcome, in the order of the tree.
    pub missing: Vec<FactId>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClauseResult {
    /// A JSON pointer (RFC 6901) from the root of the rule tree.
    pub pointer: String,
    pub field: FactId,
    pub op: Op,
    pub expected: Json,
    pub outcome: ClauseOutcome,
    pub state: FactState,
    /// `null` or an empty list when there is known to be none; left out when unknown or withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<Json>,
    /// Whether the condition is a reason for the outcome of the whole rule.
    pub decisive: bool,
    /// Whether the condition stands under an odd number of `not`: the rule then wants it unmet.
    pub negated: bool,
}

impl Rule {
    /// The outcome alone, without allocating.
    pub fn outcome(&self, facts: &FactSet) -> ClauseOutcome {
        self.root.outcome(facts)
    }

    pub fn explain(&self, facts: &FactSet) -> Evaluation {
        let mut clauses = Vec::new();
        let outcome = self.root.explain(facts, false, &mut clauses);
        let mut missing = Vec::new();
        for clause in &clauses {
            let open = clause.decisive && clause.outcome == ClauseOutcome::Undetermined;
            if open && !missing.contains(&clause.field) {
                missing.push(clause.field);
            }
        }
        Evaluation { outcome, clauses, missing }
    }
}

impl Evaluation {
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
    fn explain(&self, facts: &FactSet, negated: bool, results: &mut Vec<ClauseResult>) -> ClauseOutcome {
        let (nodes, fold): (_, fn(ClauseOutcome, ClauseOutcome) -> ClauseOutcome) = match self {
            Self::Clause(clause) => {
                let result = clause.explain(facts, negated);
                let outcome = result.outcome;
                results.push(result);
                return outcome;
            }
            Self::Not(node) => return node.explain(facts, !negated, results).negated(),
            Self::All(nodes) => (nodes, ClauseOutcome::min),
            Self::Any(nodes) => (nodes, ClauseOutcome::max),
        };
        let mut parts = Vec::with_capacity(nodes.len());
        for node in nodes {
            let start = results.len();
            let outcome = node.explain(facts, negated, results);
            parts.push((outcome, start..results.len()));
        }
        let whole = parts.iter().map(|(part, _)| *part).reduce(fold);
        let whole = whole.unwrap_or(ClauseOutcome::Undetermined);
        for (_, range) in parts.into_iter().filter(|(part, _)| *part != whole) {
            for result in results.get_mut(range).unwrap_or_default() {
                result.decisive = false;
            }
        }
        whole
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

    fn explain(&self, facts: &FactSet, negated: bool) -> ClauseResult {
        let fact = facts.get(self.fact);
        let (state, actual) = match fact {
            Fact::Unknown => (FactState::Unknown, None),
            Fact::Present(value) => (FactState::Present, Some(value.to_json())),
            Fact::Absent if self.fact.meta().kind == Kind::List => (FactState::Absent, Some(Json::Array(vec![]))),
            Fact::Absent => (FactState::Absent, Some(Json::Null)),
        };
        ClauseResult {
            pointer: self.pointer.clone(),
            field: self.fact,
            op: self.op,
            expected: self.expected.clone(),
            outcome: self.outcome(fact),
            state,
            actual,
            decisive: true,
            negated,
        }
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

impl ClauseResult {
    /// The condition in words: "Desil kesejahteraan 3 (batas: paling tinggi 4)". A hidden value stays hidden.
    pub fn sentence(&self, lang: Lang) -> String {
        let meta = self.field.meta();
        let is_number = matches!(meta.kind, Kind::Int | Kind::Number);
        let value = match (self.state, &self.actual) {
            (FactState::Unknown, _) => say(lang, "belum diketahui", "not known yet").to_owned(),
            (_, None) => say(lang, "dirahasiakan", "withheld").to_owned(),
            (FactState::Absent, _) => say(lang, "tidak ada", "none").to_owned(),
            (FactState::Present, Some(actual)) => show(self.field, actual, lang),
        };
        let between = match self.state {
            FactState::Present if is_number && self.actual.is_some() => " ",
            _ => ": ",
        };
        let bound = match self.op {
            Op::Lt | Op::Lte | Op::Gt | Op::Gte | Op::Between => say(lang, "batas", "limit"),
            _ => say(lang, "syarat", "required"),
        };
        let (label, wanted) = (meta.label.get(lang), self.wanted(lang));
        format!("{label}{between}{value} ({bound}: {wanted})")
    }

    /// What the rule wants of the fact: under a `not`, the contrary of what the condition says.
    fn wanted(&self, lang: Lang) -> String {
        let bounds = self.expected.as_array().map(Vec::as_slice);
        let value = match (self.op, bounds) {
            (Op::Between, Some([from, to])) => {
                let (from, to) = (show(self.field, from, lang), show(self.field, to, lang));
                format!("{from} {} {to}", say(lang, "sampai", "to"))
            }
            _ => show(self.field, &self.expected, lang),
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

fn say(lang: Lang, id: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Id => id,
        Lang::En => en,
    }
}

fn show(field: FactId, value: &Json, lang: Lang) -> String {
    match value {
        Json::Bool(true) => say(lang, "ya", "yes").to_owned(),
        Json::Bool(false) => say(lang, "tidak", "no").to_owned(),
        Json::Number(number) if lang == Lang::Id => number.to_string().replace('.', ","),
        Json::Number(number) => number.to_string(),
        Json::String(text) => field.code_label(text, lang).unwrap_or(text).to_owned(),
        Json::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| show(field, item, lang)).collect();
            items.join(", ")
        }
        Json::Null | Json::Object(_) => say(lang, "tidak ada", "none").to_owned(),
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
