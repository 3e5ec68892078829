//! Values that the planner does not see. It keeps the plan of a prepared statement only if that seems no dearer than a plan for
//! the values at hand, and values mostly make it hopeful: though both plans are the same, it then makes one anew for each use,
//! which can take longer than the statement itself. What stands in a subquery is as unknown to one as to the other.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, TypedExpressionType, ValidGrouping, is_aggregate,
};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, SqlType};

/// One value of the SQL type `S`.
#[derive(Debug, Clone)]
pub struct Unseen<S, T> {
    value: T,
    kind: PhantomData<S>,
}

pub fn unseen<S, T>(value: T) -> Unseen<S, T> {
    Unseen { value, kind: PhantomData }
}

impl<S, T> QueryFragment<Pg> for Unseen<S, T>
where
    T: ToSql<S, Pg>,
    Pg: HasSqlType<S>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(select ");
        out.push_bind_param::<S, T>(&self.value)?;
        out.push_sql(")");
        Ok(())
    }
}

impl<S: SqlType + TypedExpressionType, T> Expression for Unseen<S, T> {
    type SqlType = S;
}

impl<S: QueryId, T> QueryId for Unseen<S, T> {
    type QueryId = Unseen<S::QueryId, ()>;
    const HAS_STATIC_QUERY_ID: bool = S::HAS_STATIC_QUERY_ID;
}

impl<S, T> ValidGrouping<()> for Unseen<S, T> {
    type IsAggregate = is_aggregate::Never;
}

impl<S, T, QS> AppearsOnTable<QS> for Unseen<S, T> where Self: Expression {}
impl<S, T, QS> SelectableExpression<QS> for Unseen<S, T> where Self: Expression {}

/// A query that ends with a limit that the planner does not see.
pub struct Limited<Q> {
    query: Q,
    limit: Unseen<BigInt, i64>,
}

pub fn limited<Q>(query: Q, limit: i64) -> Limited<Q> {
    Limited { query, limit: unseen(limit) }
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Limited<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(" limit ");
        self.limit.walk_ast(out)
    }
}

impl<Q: Query> Query for Limited<Q> {
    type SqlType = Q::SqlType;
}

/// It is known by its text.
impl<Q> QueryId for Limited<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
