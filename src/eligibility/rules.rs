//! Programme rules as data: a JSON tree of conditions is validated and compiled; a version is chosen by date.
//! Invariant: a tree that compiles evaluates without error. All mistakes are reported at once.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::facts::{FactId, Kind, Value};
use crate::identity_numbers::holds_identity_number;

pub const MAX_DEPTH: usize = 32;
pub const MAX_NODES: usize = 500;
pub const MAX_LIST: usize = 200;
/// Limits the response to a hostile tree. A normal tree has fewer mistakes than nodes.
const MAX_ERRORS: usize = 500;

macro_rules! operators {
    ($($op:ident $name:literal)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Op { $(#[serde(rename = $name)] $op,)+ }

        impl Op {
            pub const ALL: &'static [Self] = &[$(Self::$op,)+];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$op => $name,)+ }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$op),)+ _ => None }
            }
        }
    };
}

operators! {
    Eq "eq"  Ne "ne"  Lt "lt"  Lte "lte"  Gt "gt"  Gte "gte"  Between "between"
    In "in"  NotIn "not_in"  Contains "contains"  Exists "exists"  NotEmpty "not_empty"
}

impl Op {
    /// Whether the operator applies to facts of this kind. `exists` does not apply to a boolean fact: a recorded "no" would meet it.
    pub const fn fits(self, kind: Kind) -> bool {
        match self {
            Self::Eq | Self::Ne => !matches!(kind, Kind::List),
            Self::Lt | Self::Lte | Self::Gt | Self::Gte | Self::Between => {
                matches!(kind, Kind::Int | Kind::Number)
            }
            Self::In | Self::NotIn => matches!(kind, Kind::Int | Kind::Number | Kind::Text),
            Self::Contains => matches!(kind, Kind::List),
            Self::Exists => !matches!(kind, Kind::Bool),
            Self::NotEmpty => matches!(kind, Kind::Text | Kind::List),
        }
    }
}

macro_rules! problems {
    ($($problem:ident $code:literal $message:literal)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        pub enum RuleProblem { $(#[error($message)] $problem,)+ }

        impl RuleProblem {
            pub const fn code(self) -> &'static str {
                match self { $(Self::$problem => $code,)+ }
            }
        }
    };
}

problems! {
    NotObject "rule_not_object" "a rule node must be an object"
    NodeUnknown "rule_node_unknown" "a rule node must have all, any, not, or field with op and value"
    NodeAmbiguous "rule_node_ambiguous" "a rule node must have only one of: all, any, not, or field with op and value"
    KeyUnknown "rule_key_unknown" "unknown key"
    GroupNotArray "rule_group_not_array" "all and any must be arrays of rule nodes"
    GroupEmpty "rule_group_empty" "a group must have at least one node"
    TooDeep "rule_too_deep" "the tree is nested more than {MAX_DEPTH} levels deep"
    TooLarge "rule_too_large" "the tree has more than {MAX_NODES} nodes"
    FieldMissing "rule_field_missing" "a condition must have a field"
    FieldUnknown "rule_field_unknown" "no fact has this name"
    OperatorMissing "rule_operator_missing" "a condition must have an operator"
    OperatorUnknown "rule_operator_unknown" "unknown operator"
    OperatorUnfit "rule_operator_unfit" "the operator does not apply to this field"
    ValueMissing "rule_value_missing" "a condition must have a value"
    ValueType "rule_value_type" "the value has the wrong type for this field and operator"
    ValueEmpty "rule_value_empty" "the value is blank or an empty list"
    ValueTooLong "rule_value_too_long" "the list has more than {MAX_LIST} values"
    ValueIdentity "contains_identity_number" "a rule is public and must not contain an identity number"
    RangeReversed "rule_range_reversed" "the end of the range is before its start"
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {problem}")]
pub struct RuleError {
    /// A JSON pointer (RFC 6901) from the root of the tree; empty for the root itself.
    pub pointer: String,
    pub problem: RuleProblem,
}

/// A valid, compiled rule tree.
#[derive(Clone)]
pub struct Rule {
    pub(super) root: Node,
}

#[derive(Clone)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Clause(Clause),
}

#[derive(Clone)]
pub(super) struct Clause {
    pub fact: FactId,
    pub op: Op,
    pub operand: Operand,
    pub pointer: String,
    pub expected: Json,
    /// Whether it is under an odd number of `not`.
    pub negated: bool,
    /// Text of what the rule requires of the fact, composed once for all checks.
    pub requirement: Phrase,
}

/// The end of a sentence in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phrase {
    pub id: String,
    pub en: String,
}

#[derive(Clone)]
pub(super) enum Operand {
    One(Value),
    Range(Value, Value),
    Many(Vec<Value>),
    Text(String),
    Flag(bool),
}

impl Rule {
    pub fn compile(tree: &Json) -> Result<Self, Vec<RuleError>> {
        let mut compiler = Compiler::default();
        match compiler.node(tree, String::new(), 1) {
            Some(mut root) if compiler.errors.is_empty() => {
                root.phrase(false);
                Ok(Self { root })
            }
            _ => Err(compiler.errors),
        }
    }

    /// The facts that the rule uses, each once, in the order of the tree.
    pub fn facts(&self) -> Vec<FactId> {
        fn gather(node: &Node, facts: &mut Vec<FactId>) {
            match node {
                Node::All(nodes) | Node::Any(nodes) => nodes.iter().for_each(|n| gather(n, facts)),
                Node::Not(node) => gather(node, facts),
                Node::Clause(clause) if facts.contains(&clause.fact) => {}
                Node::Clause(clause) => facts.push(clause.fact),
            }
        }
        let mut facts = Vec::new();
        gather(&self.root, &mut facts);
        facts
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rule").field(&self.facts()).finish()
    }
}

#[derive(Default)]
struct Compiler {
    errors: Vec<RuleError>,
    nodes: usize,
}

impl Compiler {
    fn report<T>(&mut self, pointer: impl Into<String>, problem: RuleProblem) -> Option<T> {
        if self.errors.len() < MAX_ERRORS {
            let pointer = pointer.into();
            self.errors.push(RuleError { pointer, problem });
        }
        None
    }

    fn node(&mut self, tree: &Json, pointer: String, depth: usize) -> Option<Node> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return None;
        }
        if depth > MAX_DEPTH {
            return self.report(pointer, RuleProblem::TooDeep);
        }
        let Some(object) = tree.as_object() else {
            return self.report(pointer, RuleProblem::NotObject);
        };
        let is_clause = ["field", "op", "value"].iter().any(|key| object.contains_key(*key));
        match (object.get("all"), object.get("any"), object.get("not"), is_clause) {
            (Some(nodes), None, None, false) => {
                self.only_keys(object, &["all"], &pointer);
                self.group(nodes, pointer + "/all", depth).map(Node::All)
            }
            (None, Some(nodes), None, false) => {
                self.only_keys(object, &["any"], &pointer);
                self.group(nodes, pointer + "/any", depth).map(Node::Any)
            }
            (None, None, Some(node), false) => {
                self.only_keys(object, &["not"], &pointer);
                let node = self.node(node, pointer + "/not", depth + 1)?;
                Some(Node::Not(Box::new(node)))
            }
            (None, None, None, true) => {
                self.only_keys(object, &["field", "op", "value"], &pointer);
                self.clause(object, pointer).map(Node::Clause)
            }
            (None, None, None, false) => self.report(pointer, RuleProblem::NodeUnknown),
            _ => self.report(pointer, RuleProblem::NodeAmbiguous),
        }
    }

    fn only_keys(&mut self, object: &Map<String, Json>, known: &[&str], pointer: &str) {
        for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
            let key = key.replace('~', "~0").replace('/', "~1");
            self.report::<()>(format!("{pointer}/{key}"), RuleProblem::KeyUnknown);
        }
    }

    fn group(&mut self, nodes: &Json, pointer: String, depth: usize) -> Option<Vec<Node>> {
        let Some(nodes) = nodes.as_array() else {
            return self.report(pointer, RuleProblem::GroupNotArray);
        };
        if nodes.is_empty() {
            return self.report(pointer, RuleProblem::GroupEmpty);
        }
        let mut compiled = Vec::with_capacity(nodes.len().min(MAX_NODES));
        for (index, node) in nodes.iter().enumerate() {
            compiled.extend(self.node(node, format!("{pointer}/{index}"), depth + 1));
            if self.nodes > MAX_NODES {
                // Reported once, for the whole tree, although every enclosing group comes here.
                if !self.errors.iter().any(|e| e.problem == RuleProblem::TooLarge) {
                    self.report::<()>("", RuleProblem::TooLarge);
                }
                return None;
            }
        }
        Some(compiled)
    }

    fn clause(&mut self, object: &Map<String, Json>, pointer: String) -> Option<Clause> {
        let fact = match object.get("field") {
            None => self.report(pointer.as_str(), RuleProblem::FieldMissing),
            Some(name) => match name.as_str().and_then(FactId::from_name) {
                None => self.report(format!("{pointer}/field"), RuleProblem::FieldUnknown),
                fact => fact,
            },
        };
        let op = match object.get("op") {
            None => self.report(pointer.as_str(), RuleProblem::OperatorMissing),
            Some(name) => match name.as_str().and_then(Op::from_name) {
                None => self.report(format!("{pointer}/op"), RuleProblem::OperatorUnknown),
                op => op,
            },
        };
        let expected = match object.get("value") {
            None => self.report(pointer.as_str(), RuleProblem::ValueMissing),
            value => value,
        };
        let (fact, op) = (fact?, op?);
        if !op.fits(fact.meta().kind) {
            return self.report(format!("{pointer}/op"), RuleProblem::OperatorUnfit);
        }
        let expected = expected?;
        let operand = self.operand(op, fact.meta().kind, expected, format!("{pointer}/value"))?;
        let (expected, requirement) = (expected.clone(), Phrase::default());
        Some(Clause { fact, op, operand, pointer, expected, negated: false, requirement })
    }

    fn operand(&mut self, op: Op, kind: Kind, json: &Json, pointer: String) -> Option<Operand> {
        match op {
            Op::Exists | Op::NotEmpty => match json.as_bool() {
                Some(flag) => Some(Operand::Flag(flag)),
                None => self.report(pointer, RuleProblem::ValueType),
            },
            Op::Contains => match self.scalar(Kind::Text, json, pointer)? {
                Value::Text(text) => Some(Operand::Text(text.into_owned())),
                _ => None,
            },
            Op::In | Op::NotIn => self.scalars(kind, json, pointer).map(Operand::Many),
            Op::Between => {
                if json.as_array().is_none_or(|bounds| bounds.len() != 2) {
                    return self.report(pointer, RuleProblem::ValueType);
                }
                let bounds: [Value; 2] = self.scalars(kind, json, pointer.clone())?.try_into().ok()?;
                let [from, to] = bounds;
                if from.compare(&to).is_none_or(|order| order.is_gt()) {
                    return self.report(pointer, RuleProblem::RangeReversed);
                }
                Some(Operand::Range(from, to))
            }
            _ => self.scalar(kind, json, pointer).map(Operand::One),
        }
    }

    fn scalars(&mut self, kind: Kind, json: &Json, pointer: String) -> Option<Vec<Value>> {
        let Some(items) = json.as_array() else {
            return self.report(pointer, RuleProblem::ValueType);
        };
        if items.is_empty() {
            return self.report(pointer, RuleProblem::ValueEmpty);
        }
        if items.len() > MAX_LIST {
            return self.report(pointer, RuleProblem::ValueTooLong);
        }
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            values.extend(self.scalar(kind, item, format!("{pointer}/{index}")));
        }
        (values.len() == items.len()).then_some(values)
    }

    fn scalar(&mut self, kind: Kind, json: &Json, pointer: String) -> Option<Value> {
        if holds_identity_number(json) {
            return self.report(pointer, RuleProblem::ValueIdentity);
        }
        match Value::from_json(kind, json) {
            None => self.report(pointer, RuleProblem::ValueType),
            Some(Value::Text(text)) if text.trim().is_empty() => self.report(pointer, RuleProblem::ValueEmpty),
            value => value,
        }
    }
}

crate::text_enum! {
    /// How certain a threshold or an amount is. Show every confidence other than `regulation` to the reader of a result.
    pub enum Confidence {
        Regulation = "regulation": "Bunyi peraturan" / "The regulation's own text",
        Medium = "medium": "Sedang" / "Medium",
        Low = "low": "Rendah" / "Low",
        Seed = "seed": "Data awal" / "Seed data",
        Memory = "memory": "Ingatan, belum diperiksa" / "From memory, unchecked",
        Local = "local": "Ketentuan daerah" / "Set locally",
    }
}

crate::text_enum! {
    /// Recipient of a programme: the family or one person.
    pub enum RecipientUnit {
        Family = "family": "Keluarga" / "Family",
        Individual = "individual": "Perorangan" / "Individual",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    HighestIndexFirst,
}

#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub max_components_per_family: Option<u32>,
    pub selection: Option<Selection>,
}

#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleVersion {
    pub effective_from: NaiveDate,
    /// The last day of validity.
    pub effective_to: Option<NaiveDate>,
    pub rule: Json,
    pub limits: Option<Limits>,
    pub confidence: Option<Confidence>,
    pub source: Option<String>,
}

impl RuleVersion {
    pub fn in_force_on(&self, date: NaiveDate) -> bool {
        self.effective_from <= date && self.effective_to.is_none_or(|last| date <= last)
    }
}

/// A kind of family member that a programme pays for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    pub code: String,
    /// The fact that counts these members.
    pub fact: FactId,
    pub amount_idr_per_year: i64,
    pub confidence: Confidence,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramSeed {
    pub code: String,
    pub name: String,
    pub recipient_unit: RecipientUnit,
    pub owner: String,
    pub legal_basis: String,
    pub confidence: Confidence,
    pub notes: String,
    pub rule_versions: Vec<RuleVersion>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
}

impl ProgramSeed {
    /// The version in force on a date; if two overlap, the one with the later first day.
    pub fn version_on(&self, date: NaiveDate) -> Option<&RuleVersion> {
        let versions = self.rule_versions.iter();
        versions.filter(|version| version.in_force_on(date)).max_by_key(|version| version.effective_from)
    }
}

/// Reads the text of `reference/programs.json`.
pub fn read_programs(text: &str) -> serde_json::Result<Vec<ProgramSeed>> {
    #[derive(Deserialize)]
    struct File {
        programs: Vec<ProgramSeed>,
    }
    serde_json::from_str::<File>(text).map(|file| file.programs)
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
