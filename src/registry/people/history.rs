//! History of families and persons: who changed which fields and when. Values are stored encrypted and decrypted only
//! for a stated access purpose.

use chrono::{DateTime, NaiveDate, Utc};
use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::sealing::Sealer;
use crate::db::stored;
use crate::error::Error;
use crate::http::page::{Page, PageRequest, Position};
use crate::registry::model::is_restricted_ppks;
use crate::registry::people::document::{self, Document};
use crate::registry::people::store::changes as store;
use crate::registry::rows::{ChangeRow, DwellingRow, FamilyRow, LoadRow, PersonRow};
use crate::transaction::Tx;

/// PostgreSQL allows 65,535 parameters per statement; a change has twelve.
const ROWS_PER_STATEMENT: usize = 5000;

/// The family or person whose history is meant.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    Family(Uuid),
    Person(Uuid),
}

impl Subject {
    pub fn kind(self) -> &'static str {
        match self {
            Self::Family(_) => "family",
            Self::Person(_) => "person",
        }
    }

    pub fn id(self) -> Uuid {
        match self {
            Self::Family(id) | Self::Person(id) => id,
        }
    }
}

/// A change to record.
pub struct Change<'a> {
    pub kind: &'static str,
    pub id: Uuid,
    pub family_id: Uuid,
    pub action: &'static str,
    pub values: &'a Document,
    pub happened_on: Option<NaiveDate>,
    pub reason: Option<String>,
}

pub async fn record(tx: &mut Tx, change: Change<'_>) -> Result<(), Error> {
    let fields = change.values.keys().cloned().collect();
    write(tx, change, fields).await
}

async fn write(tx: &mut Tx, change: Change<'_>, fields: Vec<String>) -> Result<(), Error> {
    let row = row(tx, change, fields)?;
    Ok(store::insert(&mut tx.conn, std::slice::from_ref(&row)).await?)
}

/// A family or person that an import changed, with the values that changed.
pub struct ImportedChange {
    pub kind: &'static str,
    pub id: Uuid,
    pub family_id: Uuid,
    pub values: Document,
}

/// Records the changes of one import batch, in as few statements as possible. Records that the batch created get no
/// change row each: one load row replaces them (see `find_entry_by_import`).
pub async fn record_imported(tx: &mut Tx, import_id: Uuid, loaded: &[ImportedChange]) -> Result<(), Error> {
    let (actor, client_id) = (tx.actor.subject.clone(), tx.actor.client_id.clone());
    store::insert_load(&mut tx.conn, &LoadRow { at: tx.now, import_id, actor, client_id }).await?;
    for chunk in loaded.chunks(ROWS_PER_STATEMENT) {
        let rows = chunk.iter().filter(|one| !one.values.is_empty()).map(|one| {
            let ImportedChange { kind, id, family_id, values } = one;
            let change = Change {
                kind,
                id: *id,
                family_id: *family_id,
                action: "import",
                values,
                happened_on: None,
                reason: None,
            };
            row(tx, change, values.keys().cloned().collect())
        });
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        store::insert(&mut tx.conn, &rows).await?;
    }
    Ok(())
}

/// Records the creation of a family and its members: the names of the fields that were given, without values. The
/// values are in the records themselves.
pub async fn record_created(
    tx: &mut Tx,
    family: &FamilyRow,
    home: Option<&DwellingRow>,
    members: &[PersonRow],
) -> Result<(), Error> {
    let given =
        |document: Document| document.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key).collect();
    let nothing = Document::new();
    let change = |kind, id| Change {
        kind,
        id,
        family_id: family.id,
        action: "create",
        values: &nothing,
        happened_on: None,
        reason: None,
    };
    // Records that a number was given, not the number itself.
    let number = |sealed: &Option<Vec<u8>>| sealed.as_ref().map(|_| "");
    let card = number(&family.family_card_sealed);
    let mut rows = vec![row(tx, change("family", family.id), given(document::family(family, home, card)?))?];
    for member in members {
        let fields = given(document::person(member, number(&member.nik_sealed))?);
        rows.push(row(tx, change("person", member.id), fields)?);
    }
    Ok(store::insert(&mut tx.conn, &rows).await?)
}

fn row(tx: &Tx, change: Change<'_>, mut fields: Vec<String>) -> Result<ChangeRow, Error> {
    let id = Uuid::now_v7();
    let sealed = if change.values.is_empty() {
        None
    } else {
        let values = serde_json::to_vec(change.values).map_err(Error::internal)?;
        Some(tx.keys.sealer.seal_bytes(&sealing_context(change.id, id), &values)?)
    };
    fields.sort();
    Ok(ChangeRow {
        subject_id: change.id,
        id,
        subject_kind: change.kind.to_owned(),
        family_id: change.family_id,
        at: tx.now,
        actor: tx.actor.subject.clone(),
        client_id: tx.actor.client_id.clone(),
        action: change.action.to_owned(),
        fields,
        values_sealed: sealed,
        happened_on: change.happened_on,
        reason: change.reason,
    })
}

/// Records which fields changed, without their values.
pub async fn record_fields(
    tx: &mut Tx,
    kind: &'static str,
    id: Uuid,
    family_id: Uuid,
    action: &'static str,
    fields: &[&str],
) -> Result<(), Error> {
    let nothing = Document::new();
    let change = Change { kind, id, family_id, action, values: &nothing, happened_on: None, reason: None };
    write(tx, change, fields.iter().map(|field| (*field).to_owned()).collect()).await
}

fn sealing_context(subject: Uuid, id: Uuid) -> Vec<u8> {
    [b"registry_change".as_slice(), subject.as_bytes(), id.as_bytes()].concat()
}

/// One change of a family or a person.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RegistryChange {
    /// Id of the change.
    pub id: Uuid,
    /// When the change was recorded.
    pub at: DateTime<Utc>,
    /// The officer or client who made the change.
    #[schema(example = "bandung-fo-1")]
    pub actor: String,
    /// Action that made the change.
    #[schema(example = "update")]
    pub action: String,
    /// The day of the event itself, for example of a death or a move; absent for other changes.
    #[schema(example = json!(null))]
    pub happened_on: Option<NaiveDate>,
    /// Code of the reason, if one was given.
    #[schema(example = json!(null))]
    pub reason: Option<String>,
    /// Fields that changed; empty if an import created the whole record.
    pub fields: Vec<ChangedField>,
}

/// A field that changed.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangedField {
    /// Name of the field; nested names are joined with a dot, for example `dwelling.toilet`.
    #[schema(example = "jkn_status")]
    pub field: String,
    /// Old value; only when revealed. A NIK or card number is always masked.
    pub from: Option<Value>,
    /// New value; only when revealed. A NIK or card number is always masked.
    pub to: Option<Value>,
}

/// Shows changes as one caller may see them.
#[derive(Clone, Copy)]
pub struct ChangeViewer<'a> {
    pub sealer: &'a Sealer,
    pub revealed: bool,
    pub restricted: bool,
}

impl ChangeViewer<'_> {
    pub fn show(&self, row: ChangeRow) -> Result<RegistryChange, Error> {
        let values: Document = match &row.values_sealed {
            Some(sealed) if self.revealed => {
                let bytes = self.sealer.open_bytes(&sealing_context(row.subject_id, row.id), sealed)?;
                stored::read_text(&bytes, "registry_changes.values_sealed", row.id)?
            }
            _ => Document::new(),
        };
        let fields = row.fields.into_iter().map(|field| {
            let of = |side: &str| values.get(&field).and_then(|pair| pair.get(side)).filter(|v| !v.is_null()).cloned();
            let visible = |side: &str| of(side).map(|value| self.without_restricted_codes(value));
            let (from, to) = (visible("from"), visible("to"));
            ChangedField { field, from, to }
        });
        Ok(RegistryChange {
            id: row.id,
            at: row.at,
            actor: row.actor,
            action: row.action,
            happened_on: row.happened_on,
            reason: row.reason,
            fields: fields.collect(),
        })
    }

    /// Removes codes of specific categories from lists if the caller lacks the permission.
    fn without_restricted_codes(&self, value: Value) -> Value {
        match value {
            Value::Array(items) if !self.restricted => {
                let hidden = |v: &Value| v.as_str().is_some_and(|code| is_restricted_ppks(code) || code == "violence");
                json!(items.into_iter().filter(|v| !hidden(v)).collect::<Vec<_>>())
            }
            other => other,
        }
    }
}

/// A page of changes of a subject that the caller may see, latest first.
pub async fn list(
    conn: &mut AsyncPgConnection,
    viewer: ChangeViewer<'_>,
    subject: Subject,
    page: &PageRequest,
) -> Result<Page<RegistryChange>, Error> {
    let mut rows = store::list_of_visible(conn, subject.id(), page).await?;
    if i64::try_from(rows.len()).is_ok_and(|found| found < page.fetch()) {
        let not_yet_shown = |row: &ChangeRow| page.after.is_none_or(|after| row.id < after.id);
        rows.extend(find_entry_by_import(conn, subject).await?.filter(not_yet_shown));
    }
    let page = page.page(rows, |row| Position::of_key(0, row.id), |row| row);
    let items = page.items.into_iter().map(|row| viewer.show(row)).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor: page.next_cursor, resume_cursor: None })
}

/// All changes of the subject, for the export to the person concerned.
pub async fn list_all(
    conn: &mut AsyncPgConnection,
    sealer: &Sealer,
    subject: Subject,
) -> Result<Vec<RegistryChange>, Error> {
    let viewer = ChangeViewer { sealer, revealed: true, restricted: true };
    let entry = find_entry_by_import(conn, subject).await?;
    let rows = store::list_all_of_visible(conn, subject.id()).await?;
    entry.into_iter().chain(rows).map(|row| viewer.show(row)).collect()
}

/// An import writes no change row for each record that it creates. The first entry of their history is derived from the
/// load row of the batch.
async fn find_entry_by_import(conn: &mut AsyncPgConnection, subject: Subject) -> Result<Option<ChangeRow>, Error> {
    let Some(made_at) = store::find_made_at_of_visible(conn, subject).await? else { return Ok(None) };
    let found = store::find_load_of_visible(conn, subject.id(), made_at).await?;
    Ok(found.map(|load| ChangeRow {
        subject_id: subject.id(),
        id: first_id_at(load.at),
        subject_kind: subject.kind().to_owned(),
        family_id: subject.id(),
        at: load.at,
        actor: load.actor,
        client_id: load.client_id,
        action: "import".to_owned(),
        fields: Vec::new(),
        values_sealed: None,
        happened_on: None,
        reason: None,
    }))
}

/// The lowest UUIDv7 of this time, so that the entry sorts before all later changes in a list by id.
fn first_id_at(at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}
