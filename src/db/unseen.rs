//! Values that the planner does not see. PostgreSQL uses the generic plan of a prepared statement only if its estimated cost is
//! not higher than the cost of plans for the actual values. Actual values mostly lower the estimate, so it makes a new plan for
//! each use, although both plans are the same; this can take longer than the statement. A value in a subquery is unknown to
//! both plans, so their estimates are equal and the generic plan is used.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, TypedExpressionType, ValidGrouping, is_aggregate,
};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, SqlType};

/// One value of the SQL type `S`, written as `(select $1)`.
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

/// A query with a `limit` that the planner does not see.
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

/// No static id: Diesel caches the statement by its text.
impl<Q> QueryId for Limited<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
