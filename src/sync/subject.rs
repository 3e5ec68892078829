//! Visits of a household, for data subject rights.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::api::Visit;
use super::store::VisitRow;
use crate::db::schema::visits;
use crate::erased_text::without_name;
use crate::error::Error;
use crate::regions::Unscoped;
use crate::transaction::Tx;

async fn list_visits_of(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    family_id: Uuid,
    complaints: &[Uuid],
) -> QueryResult<Vec<VisitRow>> {
    visits::table
        .filter(visits::family_id.eq(family_id).or(visits::complaint_id.eq_any(complaints.to_vec())))
        .order((visits::created_at, visits::id))
        .select(VisitRow::as_select())
        .load(conn)
        .await
}

/// Visits of the household and about these complaints.
pub async fn list_about(tx: &mut Tx, family_id: Uuid, complaints: &[Uuid]) -> Result<Vec<Visit>, Error> {
    let rows = list_visits_of(&mut tx.conn, Unscoped::SubjectRights, family_id, complaints).await?;
    Ok(rows.into_iter().map(Visit::from).collect())
}

/// Deletes the notes of visits about these complaints, and those of the household if it has no other member. In the other notes
/// only the name is removed.
pub async fn erase(tx: &mut Tx, family_id: Uuid, last: bool, complaints: &[Uuid], name: &str) -> Result<(), Error> {
    for row in list_visits_of(&mut tx.conn, Unscoped::SubjectRights, family_id, complaints).await? {
        let delete = last || row.complaint_id.is_some_and(|id| complaints.contains(&id));
        let note = row.note.filter(|_| !delete).map(|text| without_name(&text, name));
        diesel::update(visits::table.find(row.id))
            .set((
                visits::note.eq(note),
                visits::submission_hash.eq(Vec::new()),
                visits::version.eq(visits::version + 1),
            ))
            .execute(&mut *tx.conn)
            .await?;
    }
    Ok(())
}
