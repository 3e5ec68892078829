//! The regions that a caller may see, as a filter. Every read of regional data requires a scope; an unscoped read must state
//! its reason.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Bool, Text};

use super::model::{RegionCode, contains};
use crate::error::Code;
use crate::error::Error;

/// Reason for a read outside any caller's regions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unscoped {
    /// The public part of the directory needs no permission.
    PublicDirectory,
    /// Any user may verify a letter; the response contains no personal data.
    PublicVerification,
    /// The service completes an action that a caller started within its scope.
    FollowUpOfScopedAction,
    /// Background work of the service.
    BackgroundWork,
    /// Holidays and service level targets are public.
    ServiceStandards,
    /// All data stored about a person whom the caller may see, for that person's own request.
    SubjectRights,
    /// A reporter identified one complaint by its number and code.
    ReporterWithCode,
    /// A signed link determines what it opens.
    SignedLink,
    /// Deletion of expired data, in any region.
    Housekeeping,
    /// An operator at the command line.
    Operator,
    /// A look-up that returns only an id; the resource is then read within the caller's regions.
    ReadWithinScopeNext,
    /// An id may be in use outside the caller's regions; the caller learns only that it is in use.
    Uniqueness,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionScope {
    /// Outermost codes only, sorted. `None` is the whole country.
    codes: Option<Vec<String>>,
}

impl RegionScope {
    /// From a token's `slrt_regions`. Unknown codes grant nothing.
    pub fn from_codes<S: AsRef<str>>(codes: &[S]) -> Self {
        if codes.iter().any(|c| c.as_ref() == "ID") {
            return Self { codes: None };
        }
        let mut known: Vec<String> =
            codes.iter().filter_map(|c| RegionCode::parse(c.as_ref())).map(|c| c.as_str().to_owned()).collect();
        known.sort();
        known.dedup();
        let outermost = known
            .iter()
            .filter(|code| !known.iter().any(|other| other != *code && contains(other, code)))
            .cloned()
            .collect();
        Self { codes: Some(outermost) }
    }

    pub fn everything(_why: Unscoped) -> Self {
        Self { codes: None }
    }

    pub fn is_everything(&self) -> bool {
        self.codes.is_none()
    }

    /// True if all regions are whole regencies or wider.
    pub fn of_whole_regencies(&self) -> bool {
        self.codes.as_ref().is_none_or(|codes| codes.iter().all(|code| code.len() <= REGENCY))
    }

    pub fn allows(&self, code: &str) -> bool {
        self.codes.as_ref().is_none_or(|codes| codes.iter().any(|outer| contains(outer, code)))
    }

    /// Level of the scope's own region that contains this code: 0 for the country, 1 for a province, 4 for a village.
    pub fn level_over(&self, code: &str) -> Option<usize> {
        match &self.codes {
            None => Some(0),
            Some(codes) => codes.iter().filter(|c| contains(c, code)).map(|c| c.split('.').count()).max(),
        }
    }

    /// Check for a new resource: a region that is not granted is 403, because there is no existing resource to hide.
    pub fn require(&self, code: &RegionCode) -> Result<(), Error> {
        if self.allows(code.as_str()) { Ok(()) } else { Err(Error::new(Code::REGION_NOT_GRANTED)) }
    }

    /// The regions that both scopes cover.
    pub fn intersect(&self, other: &Self) -> Self {
        match (&self.codes, &other.codes) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(a), Some(b)) => {
                let inner = |x: &[String], y: &Self| x.iter().filter(|c| y.allows(c)).cloned().collect::<Vec<_>>();
                let mut both = inner(a, other);
                both.extend(inner(b, self));
                Self::from_codes(&both)
            }
        }
    }

    pub fn codes(&self) -> Vec<String> {
        self.codes.clone().unwrap_or_else(|| vec!["ID".to_owned()])
    }

    /// The filter for a query; `column` is the table's region code.
    pub fn covers<C>(&self, column: C) -> InRegions<C> {
        InRegions { column, codes: self.codes.clone() }
    }

    /// The narrowest region that contains the whole scope; `ID` is the whole country.
    pub fn enclosing_region(&self) -> String {
        let codes = self.codes.as_deref().unwrap_or_default();
        let Some(first) = codes.first().and_then(|code| RegionCode::parse(code)) else { return "ID".to_owned() };
        let enclosing = first.lineage().filter(|outer| codes.iter().all(|code| contains(outer, code))).last();
        enclosing.unwrap_or("ID").to_owned()
    }

    /// Like `covers`, for a column with several codes; all of them must be inside the scope.
    pub fn covers_all<C>(&self, column: C) -> AllInRegions<C> {
        AllInRegions(self.covers(column))
    }

    /// Like `covers`, for a table with an index that begins with the regency (the first five characters of the code).
    pub fn covers_by_regency<C>(&self, column: C) -> InRegionsByRegency<C> {
        InRegionsByRegency { regions: self.covers(column), unseen: false }
    }
}

/// Length of a regency's code, the prefix of every code inside it.
const REGENCY: usize = 5;

/// The regency of a code, or the code itself where it is wider.
pub fn regency(code: &str) -> &str {
    code.get(..REGENCY).unwrap_or(code)
}

/// Length of a village's code. No region is inside a village.
const VILLAGE: usize = 13;

/// `column` is inside one of the scope's regions, as ranges that an index with collation C supports.
#[derive(Debug, Clone)]
pub struct InRegions<C> {
    column: C,
    codes: Option<Vec<String>>,
}

#[derive(Debug, Clone)]
pub struct InRegionsByRegency<C> {
    regions: InRegions<C>,
    unseen: bool,
}

impl<C> InRegionsByRegency<C> {
    /// Hides the codes from the planner (see `db::unseen`). A regency is put into a subquery. A wider or narrower region is put
    /// into an expression that the planner assumes to match half of the rows; for an unknown range it would assume 1 in 200,
    /// and would sort the rows instead of walking an index.
    pub fn unseen(self) -> Self {
        Self { unseen: true, ..self }
    }
}

#[derive(Debug, Clone)]
pub struct AllInRegions<C>(InRegions<C>);

impl<C: QueryFragment<Pg>> QueryFragment<Pg> for AllInRegions<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> diesel::QueryResult<()> {
        let Some(codes) = &self.0.codes else {
            out.push_sql("true");
            return Ok(());
        };
        out.push_sql("not exists (select from unnest(");
        self.0.column.walk_ast(out.reborrow())?;
        out.push_sql(") as of_row(code) where not (false");
        for code in codes {
            out.push_sql(" or (of_row.code >= ");
            out.push_bind_param::<Text, _>(code)?;
            out.push_sql(" and of_row.code < (");
            out.push_bind_param::<Text, _>(code)?;
            out.push_sql(" || '/'))");
        }
        out.push_sql("))");
        Ok(())
    }
}

impl<C> InRegions<C> {
    fn walk<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>, by_regency: bool, unseen: bool) -> diesel::QueryResult<()>
    where
        C: QueryFragment<Pg>,
    {
        let Some(codes) = &self.codes else {
            out.push_sql("true");
            return Ok(());
        };
        if codes.is_empty() {
            out.push_sql("false");
            return Ok(());
        }
        out.push_sql("(");
        for (index, code) in codes.iter().enumerate() {
            if index > 0 {
                out.push_sql(" or ");
            }
            out.push_sql("(");
            if by_regency && code.len() >= REGENCY {
                out.push_sql("substr(");
                self.column.walk_ast(out.reborrow())?;
                out.push_sql(if unseen { ", 1, 5) = substr((select " } else { ", 1, 5) = substr(" });
                out.push_bind_param::<Text, _>(code)?;
                out.push_sql(if unseen { "), 1, 5)" } else { ", 1, 5)" });
                if code.len() == REGENCY {
                    // A whole regency needs no second condition, about which the planner could be wrong.
                    out.push_sql(")");
                    continue;
                }
                out.push_sql(" and ");
            }
            if unseen {
                out.push_sql("coalesce(");
            }
            self.column.walk_ast(out.reborrow())?;
            if code.len() == VILLAGE {
                out.push_sql(" = ");
                out.push_bind_param::<Text, _>(code)?;
            } else {
                // '/' is the character after '.', so this range is the code itself and every code inside it.
                out.push_sql(" >= ");
                out.push_bind_param::<Text, _>(code)?;
                out.push_sql(" and ");
                self.column.walk_ast(out.reborrow())?;
                out.push_sql(" < (");
                out.push_bind_param::<Text, _>(code)?;
                out.push_sql(" || '/')");
            }
            out.push_sql(if unseen { ", false))" } else { ")" });
        }
        out.push_sql(")");
        Ok(())
    }
}

impl<C: QueryFragment<Pg>> QueryFragment<Pg> for InRegions<C> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> diesel::QueryResult<()> {
        self.walk(out, false, false)
    }
}

impl<C: QueryFragment<Pg>> QueryFragment<Pg> for InRegionsByRegency<C> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> diesel::QueryResult<()> {
        self.regions.walk(out, true, self.unseen)
    }
}

macro_rules! boolean_expression {
    ($Name:ident) => {
        impl<C> Expression for $Name<C> {
            type SqlType = Bool;
        }
        impl<C> QueryId for $Name<C> {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
        impl<C> ValidGrouping<()> for $Name<C> {
            type IsAggregate = is_aggregate::No;
        }
        impl<C, QS> AppearsOnTable<QS> for $Name<C> where C: AppearsOnTable<QS> {}
        impl<C, QS> SelectableExpression<QS> for $Name<C> where C: SelectableExpression<QS> {}
    };
}
boolean_expression!(InRegions);
boolean_expression!(InRegionsByRegency);
boolean_expression!(AllInRegions);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regions::directory;
    use proptest::prelude::*;

    fn some_codes() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec((0usize..91_599).prop_map(|i| directory::all()[i].code.to_owned()), 0..6)
    }

    proptest! {
        #[test]
        fn a_scope_allows_exactly_what_one_of_its_codes_contains(codes in some_codes(), at in 0usize..91_599) {
            let region = directory::all()[at].code;
            let scope = RegionScope::from_codes(&codes);
            prop_assert_eq!(scope.allows(region), codes.iter().any(|c| contains(c, region)));
        }

        #[test]
        fn an_intersection_allows_what_both_allow(a in some_codes(), b in some_codes(), at in 0usize..91_599) {
            let region = directory::all()[at].code;
            let (x, y) = (RegionScope::from_codes(&a), RegionScope::from_codes(&b));
            prop_assert_eq!(x.intersect(&y).allows(region), x.allows(region) && y.allows(region));
            prop_assert_eq!(x.intersect(&y), y.intersect(&x));
        }
    }

    #[test]
    fn unknown_codes_grant_nothing_and_id_grants_all() {
        assert!(!RegionScope::from_codes(&["99", "3", "", "32.04.99"]).allows("32.04"));
        assert!(RegionScope::from_codes(&["ID"]).allows("94.01"));
        assert!(!RegionScope::from_codes::<&str>(&[]).allows("32"));
    }
}
