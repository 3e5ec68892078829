//! Which facts one caller may see. A withheld fact counts as unknown wherever a result is explained, so that neither a condition nor the
//! choice of reasons reveals it. Only the outcome of the whole rule uses it, because the outcome is what the caller requested.

use std::borrow::Cow;

use super::facts::{Fact, FactId, Value};
use super::rules::{Clause, Operand};
use crate::registry::model::{SocialCriterion, is_restricted_ppks};

/// By default, no specific personal data is visible.
#[derive(Debug, Clone, Default)]
pub struct Visibility {
    /// Specific personal data.
    specific: bool,
    /// The restricted categories among it.
    categories: bool,
    /// Facts that the caller stated; they are always visible to the caller.
    stated: Vec<FactId>,
}

impl Visibility {
    pub const fn new(specific: bool, categories: bool, stated: Vec<FactId>) -> Self {
        Self { specific, categories, stated }
    }

    /// Everything is visible.
    pub const fn full() -> Self {
        Self::new(true, true, Vec::new())
    }

    pub fn shows(&self, fact: FactId) -> bool {
        self.specific || !fact.meta().sensitive || self.stated.contains(&fact)
    }

    /// The visible part of a fact in a condition; `None` if even the outcome of the condition would reveal withheld data. That a fact is
    /// unknown may always be shown.
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
        let is_visible = |code: &String| !is_restricted_category(clause.fact, code);
        if matches!(&clause.operand, Operand::Text(code) if !is_visible(code)) {
            return None;
        }
        // An empty list must look like a list that has only restricted categories.
        let Fact::Present(Value::List(codes)) = fact else { return None };
        let visible: Vec<String> = codes.iter().filter(|code| is_visible(code)).cloned().collect();
        (!visible.is_empty()).then_some(Cow::Owned(Fact::Present(Value::List(visible))))
    }
}

fn is_restricted_category(fact: FactId, code: &str) -> bool {
    match fact {
        FactId::SubjectPpksCodes => is_restricted_ppks(code),
        _ => code == SocialCriterion::Violence.as_str(),
    }
}
