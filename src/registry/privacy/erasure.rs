//! Erasure of a person's identity. Data for statistics remains: sex, year of birth, codes, the village.

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::lock::Lock;
use crate::erased_text::{ERASED, without_name};
use crate::registry::identity::store::names as name_store;
use crate::registry::model::IdentityStatus;
use crate::registry::people::history;
use crate::registry::people::store;
use crate::registry::rows::PersonRow;

use crate::registry::people::store::changes;

use crate::registry::people::store::households;

use crate::clock::local_day;
use crate::db::schema::{dwellings, families, family_shocks, identities, persons, program_participations};
use crate::error::Error;
use crate::regions::{RegionScope, Unscoped};
use crate::registry::institutions::store as residences;
use crate::transaction::Tx;

/// Locks and returns the record and the records merged into it: all of them are the same person.
pub async fn hold_records(tx: &mut Tx, who: PersonRow) -> Result<Vec<PersonRow>, Error> {
    let everywhere = RegionScope::everything(Unscoped::SubjectRights);
    let mut ids = crate::registry::people::actions::list_ids_of_person(&mut tx.conn, who.id).await?;
    ids.retain(|id| *id != who.id);
    ids.sort();
    let around = households::list_families_of_persons(&mut tx.conn, &everywhere, &ids).await?;
    let around: Vec<Uuid> = around.into_iter().map(|(_, family_id)| family_id).collect();
    store::list_family_places(&mut tx.conn, &everywhere, &around, true).await?;
    let mut records = vec![who];
    for id in ids {
        records.extend(store::find_person(&mut tx.conn, &everywhere, id, Lock::ForUpdate).await?);
    }
    Ok(records)
}

/// True if the family has no other members, or only erased ones.
pub async fn is_last_of_family(tx: &mut Tx, family_id: Uuid, ids: &[Uuid]) -> Result<bool, Error> {
    let others: i64 = persons::table
        .filter(persons::family_id.eq(family_id))
        .filter(persons::id.ne_all(ids))
        .filter(persons::full_name.ne(ERASED))
        .count()
        .get_result(&mut *tx.conn)
        .await?;
    Ok(others == 0)
}

/// Number of programmes in which the person participates today: public aid must be accounted for by name.
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

/// Erases the sealed NIK, its blind index, the name, and the values stored in the history. With the last member of a family it also
/// erases the address and location of the family.
pub async fn erase_record(tx: &mut Tx, who: &PersonRow, last_of_family: bool) -> Result<(), Error> {
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
    name_store::delete_names(&mut tx.conn, row.family_id, row.id).await?;
    changes::erase_values(&mut tx.conn, row.id).await?;
    residences::set_names_forgotten(&mut tx.conn, row.id, tx.now).await?;
    let fields = ["birth_date", "full_name", "identity_status", "nik"];
    history::record_fields(tx, "person", row.id, row.family_id, "erase", &fields).await?;
    if last_of_family {
        erase_home(tx, who.family_id).await?;
    }
    let notes = family_shocks::table
        .filter(family_shocks::family_id.eq(who.family_id))
        .filter(family_shocks::note.is_not_null())
        .select((family_shocks::id, family_shocks::note.assume_not_null()))
        .load::<(Uuid, String)>(&mut *tx.conn)
        .await?;
    for (id, note) in notes {
        let note = Some(without_name(&note, &who.full_name)).filter(|_| !last_of_family);
        diesel::update(family_shocks::table.find((who.family_id, id)))
            .set(family_shocks::note.eq(note))
            .execute(&mut *tx.conn)
            .await?;
    }
    // With the hash of the request body, a guess of the erased content could be confirmed.
    diesel::update(families::table.find(who.family_id))
        .set(families::submission_hash.eq(None::<Vec<u8>>))
        .execute(&mut *tx.conn)
        .await?;
    store::touch_family(&mut tx.conn, who.family_id, tx.now).await?;
    Ok(())
}

/// Erases the address, location and numbers of the family and of the families merged into it.
async fn erase_home(tx: &mut Tx, family_id: Uuid) -> Result<(), Error> {
    let taken_in: Vec<Uuid> =
        families::table.filter(families::merged_into.eq(family_id)).select(families::id).load(&mut *tx.conn).await?;
    for id in taken_in.into_iter().chain([family_id]) {
        diesel::delete(identities::table.filter(identities::family_id.eq(id))).execute(&mut *tx.conn).await?;
        diesel::update(families::table.find(id))
            .set((
                families::family_card_sealed.eq(None::<Vec<u8>>),
                families::address.eq(None::<String>),
                families::latitude.eq(None::<f64>),
                families::longitude.eq(None::<f64>),
                families::submission_hash.eq(None::<Vec<u8>>),
            ))
            .execute(&mut *tx.conn)
            .await?;
        diesel::update(dwellings::table.find(id))
            .set(dwellings::pln_customer_id.eq(None::<String>))
            .execute(&mut *tx.conn)
            .await?;
        changes::erase_values(&mut tx.conn, id).await?;
        let fields = ["address", "family_card_no", "latitude", "longitude"];
        history::record_fields(tx, "family", id, id, "erase", &fields).await?;
    }
    Ok(())
}
