//! Who changed what of a family or a person, and when. What stood there is sealed, and opened only with a purpose.

use chrono::{DateTime, NaiveDate, Utc};
use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::document::{self, Document};
use super::model::is_restricted_ppks;
use super::rows::{ChangeRow, DwellingRow, FamilyRow, LoadRow, PersonRow};
use super::store::changes as store;
use crate::auth::sealing::Sealer;
use crate::db::stored;
use crate::error::Error;
use crate::http::page::{Page, PageRequest, Position};
use crate::transaction::Tx;

/// PostgreSQL takes 65,535 parameters a statement; a change has twelve.
const ROWS_A_STATEMENT: usize = 5000;

/// Whose trail it is.
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

/// A change that is being made.
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

/// Something that an import changed: of what kind, which one, of which family, and what in it.
pub struct Loaded {
    pub kind: &'static str,
    pub id: Uuid,
    pub family_id: Uuid,
    pub values: Document,
}

/// What a batch of an import changed, in as few statements as it takes, and that what it entered came of it.
pub async fn record_loaded(tx: &mut Tx, import_id: Uuid, loaded: &[Loaded]) -> Result<(), Error> {
    let (actor, client_id) = (tx.actor.subject.clone(), tx.actor.client_id.clone());
    store::insert_load(&mut tx.conn, &LoadRow { at: tx.now, import_id, actor, client_id }).await?;
    for chunk in loaded.chunks(ROWS_A_STATEMENT) {
        let rows = chunk.iter().filter(|one| !one.values.is_empty()).map(|one| {
            let Loaded { kind, id, family_id, values } = one;
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

/// A family that was entered, with everybody in it: which fields were said. What was said stands in the records.
pub async fn record_created(
    tx: &mut Tx,
    family: &FamilyRow,
    home: Option<&DwellingRow>,
    members: &[PersonRow],
) -> Result<(), Error> {
    let said =
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
    // That there is a number is told, not the number.
    let number = |sealed: &Option<Vec<u8>>| sealed.as_ref().map(|_| "");
    let card = number(&family.family_card_sealed);
    let mut rows = vec![row(tx, change("family", family.id), said(document::family(family, home, card)?))?];
    for member in members {
        let fields = said(document::person(member, number(&member.nik_sealed))?);
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
        Some(tx.keys.sealer.seal_bytes(&place(change.id, id), &values)?)
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

/// A change of which it is told that these fields changed, and not what stood there.
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

fn place(subject: Uuid, id: Uuid) -> Vec<u8> {
    [b"registry_change".as_slice(), subject.as_bytes(), id.as_bytes()].concat()
}

/// One change of a family or a person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RegistryChange {
    /// Id of the entry.
    pub id: Uuid,
    /// When it was entered.
    pub at: DateTime<Utc>,
    /// The officer or client who changed it.
    #[schema(example = "bandung-fo-1")]
    pub actor: String,
    /// What was done.
    #[schema(example = "update")]
    pub action: String,
    /// The day on which it happened, where that is another matter: a death, a move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub happened_on: Option<NaiveDate>,
    /// The reason given, as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub reason: Option<String>,
    /// The fields that changed; none where an import entered the whole record.
    pub fields: Vec<ChangedField>,
}

/// A field that changed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangedField {
    /// Name of the field, with a dot where it lies deeper.
    #[schema(example = "jkn_status")]
    pub field: String,
    /// What stood there, when revealed. A NIK or card number is masked even then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// What stands there since, when revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
}

/// What one caller may see of changes.
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
                let bytes = self.sealer.open_bytes(&place(row.subject_id, row.id), sealed)?;
                stored::read_text(&bytes, "registry_changes.values_sealed", row.id)?
            }
            _ => Document::new(),
        };
        let fields = row.fields.into_iter().map(|field| {
            let of = |side: &str| values.get(&field).and_then(|pair| pair.get(side)).filter(|v| !v.is_null()).cloned();
            let (from, to) = (of("from").map(|v| self.open_to(v)), of("to").map(|v| self.open_to(v)));
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

    /// Codes of the specific categories stay out of lists without the permission.
    fn open_to(&self, value: Value) -> Value {
        match value {
            Value::Array(items) if !self.restricted => {
                let hidden = |v: &Value| v.as_str().is_some_and(|code| is_restricted_ppks(code) || code == "violence");
                json!(items.into_iter().filter(|v| !hidden(v)).collect::<Vec<_>>())
            }
            other => other,
        }
    }
}

/// A page of what was changed of a subject that the caller was shown to see, latest first.
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
    let page = page.page(rows, |row| Position { key: 0, id: row.id }, |row| row);
    let items = page.items.into_iter().map(|row| viewer.show(row)).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// What was ever changed of the subject, for the export to whom it is about.
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

/// An import leaves no change of its own for each of the many that it enters: their first entry is made of its batch.
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

/// An id that goes before all that were made since, so that the entry keeps its place in a list by id.
fn first_id_at(at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}
