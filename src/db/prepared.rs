//! Statements that are prepared once and kept. Diesel prepares anew whatever it cannot foresee the text of: an update,
//! an upsert, an insert of many rows, SQL written by hand. That is a round trip, a parse and a plan for each use.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// With so few parts a statement is worth keeping: longer ones take many forms, and their preparation is little beside the work.
const FEW: usize = 4;

pub struct Prepared<Q> {
    statement: Q,
    kept: bool,
}

/// For a statement whose text takes few forms: each stays prepared in every connection.
pub fn prepared<Q>(statement: Q) -> Prepared<Q> {
    Prepared { statement, kept: true }
}

/// For a statement whose text grows with so many parts: rows to enter, regions to look in.
pub fn prepared_for<Q>(parts: usize, statement: Q) -> Prepared<Q> {
    Prepared { statement, kept: parts <= FEW }
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Prepared<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.statement.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, backend: &Pg) -> QueryResult<bool> {
        if self.kept { Ok(true) } else { self.statement.is_safe_to_cache_prepared(backend) }
    }
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

/// It is kept by its text.
impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
