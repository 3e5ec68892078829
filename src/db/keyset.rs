//! Pages of a list in the order of two columns, its key. A page starts after the key of the last row of the page before. The key
//! is compared as a row, `row(a, b) > row($1, $2)`, so that PostgreSQL starts an index scan at the key.

use diesel::dsl::{AsExprOf, Asc, Desc, Gt, Lt, SqlTypeOf};
use diesel::expression::{AsExpression, Expression};
use diesel::query_dsl::methods::{FilterDsl, OrderDsl};
use diesel::sql_types::Record;
use diesel::{ExpressionMethods, IntoSql};

type Row<A, B> = Record<(SqlTypeOf<A>, SqlTypeOf<B>)>;
type After<A, B, K> = Gt<AsExprOf<(A, B), Row<A, B>>, K>;
type Before<A, B, K> = Lt<AsExprOf<(A, B), Row<A, B>>, K>;

/// Filters the rows whose columns are greater than `key`, compared as rows.
pub fn after<A, B, K>(columns: (A, B), key: K) -> After<A, B, K>
where
    A: Expression,
    B: Expression,
    (A, B): AsExpression<Row<A, B>>,
    K: AsExpression<Row<A, B>>,
{
    columns.into_sql::<Row<A, B>>().gt(key)
}

/// Orders a boxed query by the columns, smallest first, and starts it after `key`.
pub fn ascending<Q, A, B, K>(query: Q, (a, b): (A, B), key: Option<K>) -> Q
where
    A: ExpressionMethods<SqlType: 'static> + Copy,
    B: ExpressionMethods<SqlType: 'static> + Copy,
    (A, B): AsExpression<Row<A, B>>,
    K: AsExpression<Row<A, B>>,
    Q: OrderDsl<(Asc<A>, Asc<B>), Output = Q> + FilterDsl<After<A, B, K>, Output = Q>,
{
    let query = query.order((a.asc(), b.asc()));
    match key {
        Some(key) => query.filter(after((a, b), key)),
        None => query,
    }
}

/// Orders a boxed query by the columns, greatest first, and starts it after `key`.
pub fn descending<Q, A, B, K>(query: Q, (a, b): (A, B), key: Option<K>) -> Q
where
    A: ExpressionMethods<SqlType: 'static> + Copy,
    B: ExpressionMethods<SqlType: 'static> + Copy,
    (A, B): AsExpression<Row<A, B>>,
    K: AsExpression<Row<A, B>>,
    Q: OrderDsl<(Desc<A>, Desc<B>), Output = Q> + FilterDsl<Before<A, B, K>, Output = Q>,
{
    let query = query.order((a.desc(), b.desc()));
    match key {
        Some(key) => query.filter((a, b).into_sql::<Row<A, B>>().lt(key)),
        None => query,
    }
}

#[cfg(test)]
mod tests {
    use diesel::pg::Pg;
    use diesel::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::db::schema::changes;

    #[test]
    fn a_page_starts_after_the_whole_key() {
        let ids = || changes::table.select(changes::change_id).into_boxed::<Pg>();
        let text = |query| diesel::debug_query::<Pg, _>(&query).to_string();
        let key = Some((7_i64, Uuid::nil()));
        let columns = (changes::position, changes::change_id);
        let first = text(ascending(ids(), columns, None::<(i64, Uuid)>));
        assert!(!first.contains("WHERE"), "{first}");
        let next = text(ascending(ids(), columns, key));
        let (filter, order) =
            (r#"ROW("changes"."position", "changes"."change_id")"#, r#"ORDER BY "changes"."position""#);
        assert!(next.contains(&format!("{filter} > ROW($1, $2)")) && next.contains(&format!("{order} ASC")), "{next}");
        let last = text(descending(ids(), columns, key));
        assert!(last.contains(&format!("{filter} < ROW($1, $2)")) && last.contains(&format!("{order} DESC")), "{last}");
    }
}
