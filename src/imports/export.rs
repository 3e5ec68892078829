//! The export job. It writes the columns that an import takes, page by page; each page is one step. Numbers are masked unless
//! the request asked to reveal them. Each person whose name or number is shown gets an access record.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::columns::quote;
use super::export_rows::{self as rows, Show};
use super::model::ImportKind;
use crate::audit::store::{self as audit, AuditRow};
use crate::auth::caller::AccessPurpose;
use crate::db::stored;
use crate::error::Error;
use crate::imports::download;
use crate::jobs::model::{JobKind, JobKindSpec};
use crate::jobs::run::{Outcome, Progress, Run, Runner, Stop};
use crate::regions::RegionScope;
use crate::registry;
use crate::registry::bulk::load;
use crate::registry::people::viewer::Viewer;
use crate::registry::permissions::REGISTRY_READ;
use crate::registry::rows::{DwellingRow, FamilyRow, PersonRow};
use crate::transaction::Tx;

pub const EXPORT: JobKind = JobKind::new(&JobKindSpec {
    code: "export",
    label_id: "Mengeluarkan data",
    label_en: "Export",
    permission: REGISTRY_READ,
    guard: Some(|conn, caller, log, job| Box::pin(download::authorize(conn, caller, log, job))),
});
pub const RUNNER: Runner = Runner { kind: EXPORT, run: |run| Box::pin(export(run)) };

/// Rows of a page: one short transaction.
const PAGE: i64 = 1000;

/// PostgreSQL allows 65,535 parameters per statement; an access record has 11.
const ROWS_PER_STATEMENT: usize = 5000;

/// Parameters of the request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExportParams {
    pub kind: ImportKind,
    /// Numbers, addresses and birth dates are not masked. The download needs the permission again.
    pub reveal: bool,
    /// Purpose of the access. Without one, neither numbers nor names are shown.
    pub purpose: Option<AccessPurpose>,
}

/// Position after which the next page begins.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Position {
    region: String,
    id: Uuid,
    /// Id of this pass over the registry. A pass restarts when a person is erased in the meantime. It is the trace id of the
    /// access records, so it identifies the persons in the file, and each download refers to it.
    #[serde(default)]
    pub pass: Uuid,
}

async fn export(run: &mut Run) -> Result<Outcome, Stop> {
    let params: ExportParams = run.job.params()?;
    if run.progress.position.is_null() {
        let header = params.kind.columns().iter().map(|c| c.name.to_owned()).collect();
        run.progress.write_result(line(header).as_bytes());
        run.progress.result_type = Some("text/csv; charset=utf-8".to_owned());
        run.progress.position = json!({ "region": "", "id": Uuid::nil(), "pass": Uuid::now_v7() });
        run.report().await?;
    }
    loop {
        let before = run.progress.position.clone();
        let params = params.clone();
        run.step(async move |tx: &mut Tx, progress: &mut Progress| page(tx, progress, &params).await).await?;
        if run.progress.position == before {
            break;
        }
    }
    run.progress.total = Some(run.progress.done);
    run.report().await?;
    Ok(Outcome::Succeeded)
}

fn line(cells: Vec<String>) -> String {
    let mut text = cells.iter().map(|cell| quote(cell)).collect::<Vec<_>>().join(",");
    text.push_str("\r\n");
    text
}

/// Writes the next page and moves the position. After the last page the position does not change.
async fn page(tx: &mut Tx, progress: &mut Progress, params: &ExportParams) -> Result<(), Error> {
    let at: Position = progress.position()?;
    let (scope, keys) = (tx.actor.scope.clone(), tx.keys.clone());
    let viewer = Viewer::of(&tx.actor, &keys.sealer, params.reveal);
    let mut text = String::new();
    let Page { last, read, written, masked } = match params.kind {
        ImportKind::Persons => {
            let page = load::page_of_persons(&mut tx.conn, &scope, (&at.region, at.id), PAGE).await?;
            let (last, read) = (page.last().map(|p| (p.region_code.clone(), p.id)), page.len());
            let shown: Vec<PersonRow> = page.into_iter().filter(|p| !is_excluded(p, params.purpose)).collect();
            let action = if params.reveal { "person.reveal" } else { "person.export_names" };
            let records = RecordTemplate { kind: "person", action, purpose: params.purpose, pass: at.pass };
            write_records(tx, &records, shown.iter().map(|p| (p.id, p.region_code.as_str()))).await?;
            let written = shown.len();
            for person in shown {
                text.push_str(&line(rows::person(&viewer, person)?));
            }
            Page { last, read, written, masked: 0 }
        }
        ImportKind::Families | ImportKind::Dwellings | ImportKind::WelfareStatuses => {
            families(tx, params, &at, &scope, &mut text).await?
        }
        ImportKind::Organizations => {
            let page = crate::directory::load::page_of_organizations(&mut tx.conn, &scope, Some(at.id), PAGE).await?;
            let outcome = Page::whole(page.last().map(|o| (String::new(), o.id)), page.len());
            page.into_iter().for_each(|o| text.push_str(&line(rows::organization(o))));
            outcome
        }
        ImportKind::Services => {
            let page = crate::directory::load::page_of_services(&mut tx.conn, &scope, Some(at.id), PAGE).await?;
            let outcome = Page::whole(page.last().map(|s| (String::new(), s.id)), page.len());
            page.into_iter().for_each(|s| text.push_str(&line(rows::service(s))));
            outcome
        }
    };
    let count = |n: usize| i64::try_from(n).unwrap_or(0);
    progress.write_result(text.as_bytes());
    progress.done += count(written);
    progress.count("exported", count(written));
    progress.count("masked", count(masked));
    if params.kind == ImportKind::Persons {
        progress.count("withheld", count(read) - count(written));
    }
    if let Some((region, id)) = last {
        progress.position = stored::write(&Position { region, id, pass: at.pass })?;
    }
    Ok(())
}

/// Result of a page.
struct Page {
    /// Position after which the next page begins; none for an empty page.
    last: Option<(String, Uuid)>,
    read: usize,
    written: usize,
    /// Rows written with blank numbers and addresses because of a limit on processing.
    masked: usize,
}

impl Page {
    fn whole(last: Option<(String, Uuid)>, rows: usize) -> Self {
        Self { last, read: rows, written: rows, masked: 0 }
    }
}

/// Writes a page of families, or of their dwellings or statuses.
async fn families(
    tx: &mut Tx,
    params: &ExportParams,
    at: &Position,
    scope: &RegionScope,
    text: &mut String,
) -> Result<Page, Error> {
    let keys = tx.keys.clone();
    let page: Vec<FamilyRow> = load::page_of_families(&mut tx.conn, scope, (&at.region, at.id), PAGE).await?;
    let (last, read) = (page.last().map(|f| (f.region_code.clone(), f.id)), page.len());
    let ids: Vec<Uuid> = page.iter().map(|f| f.id).collect();
    // The identifying columns of a household are blank where a member limited the processing.
    let closed = if params.reveal {
        registry::privacy::limits::list_closed(&mut tx.conn, &ids, params.purpose).await?
    } else {
        HashSet::new()
    };
    let show = |family_id: Uuid| match params.reveal {
        false => Show::Masked,
        true if closed.contains(&family_id) => Show::Blank,
        true => Show::Open,
    };
    let (written, masked) = match params.kind {
        ImportKind::Families => {
            if params.reveal {
                let open = page.iter().filter(|f| !closed.contains(&f.id));
                record_households(tx, (params.purpose, at.pass), open).await?;
            }
            let written = page.len();
            for family in page {
                text.push_str(&line(rows::family(&keys.sealer, show(family.id), family)?));
            }
            (written, closed.len())
        }
        ImportKind::Dwellings => {
            let mut homes: Vec<_> = load::dwellings(&mut tx.conn, &ids).await?.into_values().collect();
            homes.sort_by_key(|home| home.family_id);
            if params.reveal {
                let numbered =
                    |home: &&DwellingRow| home.pln_customer_id.as_ref().is_some_and(|number| !number.is_empty());
                let shown: HashSet<Uuid> = homes.iter().filter(numbered).map(|home| home.family_id).collect();
                let open = page.iter().filter(|f| shown.contains(&f.id) && !closed.contains(&f.id));
                record_households(tx, (params.purpose, at.pass), open).await?;
            }
            for home in &homes {
                text.push_str(&line(rows::dwelling(show(home.family_id), home)));
            }
            (homes.len(), homes.iter().filter(|home| closed.contains(&home.family_id)).count())
        }
        _ => {
            let mut statuses: Vec<_> = load::statuses(&mut tx.conn, &ids).await?.into_values().flatten().collect();
            statuses.sort_by_key(|s| (s.family_id, s.as_of, s.source, s.snapshot_version.clone()));
            let written = statuses.len();
            statuses.into_iter().for_each(|status| text.push_str(&line(rows::status(status))));
            (written, 0)
        }
    };
    Ok(Page { last, read, written, masked })
}

/// Excludes erased persons, persons with restricted processing, and persons who withdrew consent for this purpose.
fn is_excluded(person: &PersonRow, purpose: Option<AccessPurpose>) -> bool {
    let closed = |purpose: AccessPurpose| person.limited_purposes.iter().any(|limit| limit == purpose.as_str());
    person.is_erased() || person.is_restricted() || purpose.is_some_and(closed)
}

/// Identifying data of a household is recorded as an access to every member.
async fn record_households<'a>(
    tx: &mut Tx,
    (purpose, pass): (Option<AccessPurpose>, Uuid),
    shown: impl Iterator<Item = &'a FamilyRow>,
) -> Result<(), Error> {
    let template = |kind| RecordTemplate { kind, action: "family.reveal", purpose, pass };
    let families: Vec<(Uuid, &str)> = shown.map(|f| (f.id, f.region_code.as_str())).collect();
    let ids: Vec<Uuid> = families.iter().map(|(id, _)| *id).collect();
    let scope = tx.actor.scope.clone();
    let members = load::member_places(&mut tx.conn, &scope, &ids).await?;
    write_records(tx, &template("family"), families.into_iter()).await?;
    write_records(tx, &template("person"), members.iter().map(|(id, region)| (*id, region.as_str()))).await
}

/// Common values of the access records of a page.
struct RecordTemplate {
    kind: &'static str,
    action: &'static str,
    purpose: Option<AccessPurpose>,
    pass: Uuid,
}

/// Writes one access record for each person, which the subject can request.
async fn write_records<'a>(
    tx: &mut Tx,
    template: &RecordTemplate,
    revealed: impl Iterator<Item = (Uuid, &'a str)>,
) -> Result<(), Error> {
    // A masked file of before names required a purpose.
    let Some(purpose) = template.purpose else { return Ok(()) };
    let records: Vec<AuditRow> = revealed
        .map(|(id, region)| AuditRow {
            id: Uuid::now_v7(),
            at: tx.now,
            client_id: tx.actor.client_id.clone(),
            actor: tx.actor.subject.clone(),
            action: template.action.to_owned(),
            target_kind: template.kind.to_owned(),
            target_id: Some(id),
            region_code: Some(region.to_owned()),
            organization_id: tx.actor.organization_id,
            purpose: Some(purpose.as_str().to_owned()),
            trace_id: template.pass.simple().to_string(),
        })
        .collect();
    for records in records.chunks(ROWS_PER_STATEMENT) {
        audit::insert(&tx.conn, records).await?;
    }
    Ok(())
}
