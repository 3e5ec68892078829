//! Cached prepared statements. Diesel does not cache a statement whose text it cannot predict: an update, an upsert, an insert
//! of many rows, SQL written by hand. Each use then costs a round trip, a parse and a plan. The wrapper here caches them.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// Maximum number of parts of a cached statement. Longer statements have many different texts, and preparing them costs
/// little compared with running them.
const MAX_CACHED_PARTS: usize = 4;

pub struct Prepared<Q> {
    statement: Q,
    cached: bool,
}

/// For a statement with few different texts: each text stays prepared in every connection.
pub fn prepared<Q>(statement: Q) -> Prepared<Q> {
    Prepared { statement, cached: true }
}

/// For a statement whose text depends on the number of parts, such as rows to insert or regions to search.
pub fn prepared_for<Q>(parts: usize, statement: Q) -> Prepared<Q> {
    Prepared { statement, cached: parts <= MAX_CACHED_PARTS }
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Prepared<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.statement.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, backend: &Pg) -> QueryResult<bool> {
        if self.cached { Ok(true) } else { self.statement.is_safe_to_cache_prepared(backend) }
    }
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

/// No static id: Diesel caches the statement by its text.
impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
