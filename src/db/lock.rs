//! One query for a read and for a read that locks its rows.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// Whether a read locks its rows until the end of the transaction.
#[derive(Debug, Clone, Copy)]
pub enum Lock {
    No,
    ForUpdate,
}

impl Lock {
    /// Adds the lock to a query of one table. Read the result with `get_result` or `load`.
    pub fn on<Q>(self, query: Q) -> Locking<Q> {
        Locking { query, lock: self }
    }
}

pub struct Locking<Q> {
    query: Q,
    lock: Lock,
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Locking<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        if let Lock::ForUpdate = self.lock {
            out.push_sql(" FOR UPDATE");
        }
        Ok(())
    }
}

impl<Q: Query> Query for Locking<Q> {
    type SqlType = Q::SqlType;
}

/// No static id: the text depends on the lock.
impl<Q> QueryId for Locking<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
