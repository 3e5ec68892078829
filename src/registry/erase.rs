//! Erasing who a person is. What the service counts by stays: sex, year of birth, codes, the village.

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::IdentityStatus;
use super::rows::PersonRow;
use super::store;
use crate::clock::local_day;
use crate::db::schema::{dwellings, families, identities, persons, program_participations};
use crate::error::Error;
use crate::transaction::Tx;

/// Stands for the name of somebody who was erased.
pub const ERASED: &str = "(dihapus)";

/// Is nobody else in the family, or only people who were erased?
pub async fn is_last_of_family(tx: &mut Tx, who: &PersonRow) -> Result<bool, Error> {
    let others: i64 = persons::table
        .filter(persons::family_id.eq(who.family_id))
        .filter(persons::id.ne(who.id))
        .filter(persons::full_name.ne(ERASED))
        .count()
        .get_result(&mut *tx.conn)
        .await?;
    Ok(others == 0)
}

/// Programmes that run for the person today: public aid has to be accounted for by name.
pub async fn count_running_programs(tx: &mut Tx, family_id: Uuid, person_id: Uuid) -> Result<usize, Error> {
    let today = local_day(tx.now);
    let count: i64 = program_participations::table
        .filter(program_participations::family_id.eq(family_id))
        .filter(program_participations::person_id.eq(person_id))
        .filter(program_participations::until.is_null().or(program_participations::until.ge(today)))
        .count()
        .get_result(&mut *tx.conn)
        .await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// The sealed number is destroyed, its index removed, the name blanked. With the last of a family goes where it lived.
pub async fn erase_person(tx: &mut Tx, who: &PersonRow, last_of_family: bool) -> Result<(), Error> {
    diesel::delete(identities::table.filter(identities::person_id.eq(who.id))).execute(&mut *tx.conn).await?;
    let row = PersonRow {
        nik_sealed: None,
        identity_status: IdentityStatus::Unknown,
        full_name: ERASED.to_owned(),
        birth_date: who.birth_date.and_then(|day| NaiveDate::from_ymd_opt(day.year(), 1, 1)),
        limited_purposes: Vec::new(),
        version: who.version + 1,
        updated_at: tx.now,
        ..who.clone()
    };
    store::save_person(&mut tx.conn, &row).await?;
    if last_of_family {
        diesel::delete(identities::table.filter(identities::family_id.eq(who.family_id)))
            .execute(&mut *tx.conn)
            .await?;
        diesel::update(families::table.find(who.family_id))
            .set((
                families::family_card_sealed.eq(None::<Vec<u8>>),
                families::address.eq(None::<String>),
                families::latitude.eq(None::<f64>),
                families::longitude.eq(None::<f64>),
            ))
            .execute(&mut *tx.conn)
            .await?;
        diesel::update(dwellings::table.find(who.family_id))
            .set(dwellings::pln_customer_id.eq(None::<String>))
            .execute(&mut *tx.conn)
            .await?;
    }
    // A hash of the body that was sent would still let a guess at it be confirmed.
    diesel::update(families::table.find(who.family_id))
        .set(families::submission_hash.eq(None::<Vec<u8>>))
        .execute(&mut *tx.conn)
        .await?;
    store::touch_family(&mut tx.conn, who.family_id, tx.now).await?;
    Ok(())
}
