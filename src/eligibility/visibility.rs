//! What one caller may see of the facts. Rule: what is hidden counts as unknown wherever a result is explained, so that neither
//! a condition nor the choice of reasons tells it. The outcome of the whole alone is told: it is what was asked for.

use std::borrow::Cow;

use super::facts::{Fact, FactId, Value};
use super::rules::{Clause, Operand};
use crate::registry::model::{SocialCriterion, is_restricted_ppks};

/// By default nothing that is specific personal data.
#[derive(Debug, Clone, Default)]
pub struct Sight {
    /// Specific personal data.
    specific: bool,
    /// The specific categories among it.
    categories: bool,
    /// What the caller said is no secret from the caller.
    stated: Vec<FactId>,
}

impl Sight {
    pub const fn new(specific: bool, categories: bool, stated: Vec<FactId>) -> Self {
        Self { specific, categories, stated }
    }

    pub const fn whole() -> Self {
        Self::new(true, true, Vec::new())
    }

    pub fn shows(&self, fact: FactId) -> bool {
        self.specific || !fact.meta().sensitive || self.stated.contains(&fact)
    }

    /// What there is to be seen of a fact through a condition; none where even the result would tell what may not be told.
    /// That nobody recorded a fact is no secret.
    pub(super) fn of<'f>(&self, clause: &Clause, fact: &'f Fact) -> Option<Cow<'f, Fact>> {
        if *fact == Fact::Unknown {
            return Some(Cow::Borrowed(fact));
        }
        if !self.shows(clause.fact) {
            return None;
        }
        let has_categories = matches!(clause.fact, FactId::SubjectPpksCodes | FactId::SubjectCriteria);
        if !has_categories || self.categories || self.stated.contains(&clause.fact) {
            return Some(Cow::Borrowed(fact));
        }
        let is_open = |code: &String| !is_category(clause.fact, code);
        if matches!(&clause.operand, Operand::Text(code) if !is_open(code)) {
            return None;
        }
        // An empty list looks like one that holds nothing but what may not be told.
        let Fact::Present(Value::List(codes)) = fact else { return None };
        let open: Vec<String> = codes.iter().filter(|code| is_open(code)).cloned().collect();
        (!open.is_empty()).then_some(Cow::Owned(Fact::Present(Value::List(open))))
    }
}

fn is_category(fact: FactId, code: &str) -> bool {
    match fact {
        FactId::SubjectPpksCodes => is_restricted_ppks(code),
        _ => code == SocialCriterion::Violence.as_str(),
    }
}
