//! Pages of families and persons of a region: by id, or by time of change for a change feed.

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::schema::{dwellings, families, family_shocks, persons, program_participations, welfare_statuses};
use crate::events::order::ChangeWindow;
use crate::http::page::PageRequest;
use crate::in_window;
use crate::regions::RegionScope;
use crate::registry::model::{RelationToHead, Standing};
use crate::registry::rows::{
    DwellingRow, FamilyRow, Household, ParticipationRow, PersonRow, ShockRow, WelfareStatusRow,
};

/// Filter of a list.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    pub within: Option<RegionScope>,
    /// Include inactive families and persons.
    pub all_standings: bool,
    pub changed_in: Option<ChangeWindow>,
}

/// Lists by id, oldest first. In a window of changes: in their order.
macro_rules! list {
    ($name:ident, $table:ident, $Row:ty) => {
        pub async fn $name(
            conn: &mut AsyncPgConnection,
            scope: &RegionScope,
            filter: &ListFilter,
            page: &PageRequest,
        ) -> QueryResult<Vec<$Row>> {
            let mut query = $table::table
                .filter(scope.covers_by_regency($table::region_code))
                .limit(page.fetch())
                .select(<$Row>::as_select())
                .into_boxed();
            if let Some(within) = &filter.within {
                query = query.filter(within.covers_by_regency($table::region_code));
            }
            let Some(window) = &filter.changed_in else {
                if !filter.all_standings {
                    query = query.filter($table::standing.eq(Standing::Active));
                }
                if let Some(after) = page.after {
                    query = query.filter($table::id.gt(after.id));
                }
                return query.order($table::id.asc()).load(conn).await;
            };
            // A feed includes inactive rows, so that systems with a copy can remove them.
            in_window!(query, $table.updated_at, window).load(conn).await
        }
    };
}
list!(list_families_visible, families, FamilyRow);
list!(list_persons_visible, persons, PersonRow);

/// The households of these families, in their order. One statement per table, regardless of the number of families.
pub async fn list_households_of_visible(
    conn: &mut AsyncPgConnection,
    rows: Vec<FamilyRow>,
    on: NaiveDate,
) -> QueryResult<Vec<Household>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut members: Vec<PersonRow> = persons::table
        .filter(persons::family_id.eq_any(&ids))
        .filter(persons::standing.eq(Standing::Active))
        .select(PersonRow::as_select())
        .load(conn)
        .await?;
    members.sort_by_key(|m| (m.relation_to_head != RelationToHead::Head, m.created_at, m.id));
    let mut homes: Vec<DwellingRow> =
        dwellings::table.filter(dwellings::family_id.eq_any(&ids)).select(DwellingRow::as_select()).load(conn).await?;
    let latest = sql::<diesel::sql_types::Bool>("(family_id, id) in (select f.id, w.id from unnest(")
        .bind::<Array<SqlUuid>, _>(&ids)
        .sql(") as f(id) cross join lateral (select id from welfare_statuses where family_id = f.id and as_of <= ")
        .bind::<Date, _>(on)
        .sql(" order by as_of desc, id desc limit 1) as w)");
    let mut statuses: Vec<WelfareStatusRow> =
        welfare_statuses::table.filter(latest).select(WelfareStatusRow::as_select()).load(conn).await?;
    let participations: Vec<ParticipationRow> = program_participations::table
        .filter(program_participations::family_id.eq_any(&ids))
        .order(program_participations::id)
        .select(ParticipationRow::as_select())
        .load(conn)
        .await?;
    let shocks: Vec<ShockRow> = family_shocks::table
        .filter(family_shocks::family_id.eq_any(&ids))
        .order((family_shocks::happened_on.desc(), family_shocks::id.desc()))
        .select(ShockRow::as_select())
        .load(conn)
        .await?;
    let households = rows.into_iter().map(|family| {
        let id = family.id;
        Household {
            dwelling: homes.iter().position(|h| h.family_id == id).map(|at| homes.swap_remove(at)),
            status: statuses.iter().position(|s| s.family_id == id).map(|at| statuses.swap_remove(at)),
            participations: participations.iter().filter(|p| p.family_id == id).cloned().collect(),
            shocks: shocks.iter().filter(|s| s.family_id == id).cloned().collect(),
            members: members.iter().filter(|m| m.family_id == id).cloned().collect(),
            program_revision: 0,
            family,
        }
    });
    Ok(households.collect())
}
