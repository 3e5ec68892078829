//! Wire types of offline work.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AnyOfBuilder, Ref, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::model::{SyncItemKind, SyncOperationKind, VisitResult};
use super::store::{DeviceRow, VisitRow};
use crate::attachments::api::CreateAttachment;
use crate::complaints::api::{Complaint, SubmitComplaint};
use crate::complaints::bodies::{AnswerQuestion, CloseComplaint, CreateComplaintNote};
use crate::eligibility::api_programs::Program;
use crate::http::problem::Problem;
use crate::http::text::{LongText, ShortText};
use crate::reference::catalogue::ReferenceList;
use crate::regions::RegionCode;
use crate::registry::answers::Family;
use crate::registry::api::{CreateFamily, CreatePerson};
use crate::registry::api_changes::{PatchFamily, PatchPerson};

fn fault(code: &'static str, at: &'static str) -> Result<(), ValidationError> {
    let mut error = ValidationError::new(code);
    error.add_param("pointer".into(), &at);
    Err(error)
}

/// A tablet.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Device {
    /// Id of the tablet.
    pub id: Uuid,
    /// What is written on it.
    #[schema(example = "Tablet Puskesos Cileunyi 1")]
    pub label: String,
    /// The officer who carries it; nobody else can sync with it.
    #[schema(example = "bandung-fas-1")]
    pub staff_id: String,
    /// The desk it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<Uuid>,
    /// The villages it works in.
    #[schema(example = json!(["32.04.05.2001"]))]
    pub village_codes: Vec<String>,
    /// When it last synced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<DateTime<Utc>>,
    /// How far its clock lay behind the service's then, in milliseconds; negative when it ran ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = -1200)]
    pub last_skew_ms: Option<i64>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<DateTime<Utc>>,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<DeviceRow> for Device {
    fn from(row: DeviceRow) -> Self {
        Self {
            id: row.id,
            label: row.label,
            staff_id: row.staff_id,
            organization_id: row.organization_id,
            village_codes: row.village_codes,
            last_seen_at: row.last_seen_at,
            last_skew_ms: row.last_skew_ms,
            revoked_at: row.revoked_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A new tablet.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "device_fits"))]
pub struct CreateDevice {
    /// Id made by the client (UUIDv7); made by the service if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub id: Option<Uuid>,
    /// What is written on it.
    #[schema(example = "Tablet Puskesos Cileunyi 1")]
    pub label: ShortText,
    /// The officer who carries it.
    #[schema(example = "bandung-fas-1")]
    pub staff_id: ShortText,
    /// The villages it works in.
    #[validate(length(min = 1, max = 50, code = "too_many"))]
    #[schema(min_items = 1, max_items = 50)]
    pub village_codes: Vec<RegionCode>,
}

fn device_fits(input: &CreateDevice) -> Result<(), ValidationError> {
    match input {
        _ if input.id.is_some_and(|id| id.get_version_num() != 7) => fault("not_uuid_v7", "/id"),
        _ if input.village_codes.iter().any(|code| code.level() != 4) => fault("village_required", "/village_codes"),
        _ => Ok(()),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeviceQuery {
    /// Only tablets of this officer.
    #[param(example = "bandung-fas-1")]
    pub staff_id: Option<String>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Tablets a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// One thing that was recorded without a network.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "operation_fits"))]
pub struct SyncOperation {
    /// Id made by the tablet (UUIDv7). Sent again, it is answered with what became of it and done no second time.
    pub operation_id: Uuid,
    /// What was recorded.
    pub kind: SyncOperationKind,
    /// When, by the tablet's clock.
    pub captured_at: DateTime<Utc>,
    /// The thing that is acted on; not for new things.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub target_id: Option<Uuid>,
    /// The version of it that the tablet had; another one is a conflict. A correction needs it, unless an operation that
    /// it depends on made or changed the same thing: then that one's version counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub based_on: Option<i32>,
    /// Operations without which this one makes no sense.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 20, code = "too_many"))]
    #[schema(max_items = 20, example = json!([]))]
    pub depends_on: Vec<Uuid>,
    /// The body as the endpoint takes it: `CreateFamily` and `CreatePerson` (without NIK and card number), `SubmitComplaint`,
    /// `CloseComplaint`, `AnswerQuestion`, `CreateComplaintNote`, `CreateAttachment`, `CreateVisit`; for corrections a merge
    /// patch as `PATCH /v1/families/{id}` and `PATCH /v1/persons/{id}` take it, without numbers and region.
    /// `captured_at` in it is set by the service.
    #[schema(value_type = SyncPayload)]
    pub payload: serde_json::Value,
}

/// The body of an operation: that of the endpoint for its kind.
struct SyncPayload;

impl PartialSchema for SyncPayload {
    fn schema() -> RefOr<Schema> {
        let kinds = [
            CreateFamily::name(),
            CreatePerson::name(),
            SubmitComplaint::name(),
            CloseComplaint::name(),
            AnswerQuestion::name(),
            CreateComplaintNote::name(),
            CreateAttachment::name(),
            CreateVisit::name(),
            PatchFamily::name(),
            PatchPerson::name(),
        ];
        let bodies = kinds.into_iter().fold(AnyOfBuilder::new(), |all, name| all.item(Ref::from_schema_name(name)));
        bodies.description(Some("The body of an operation, as the endpoint for its kind takes it.")).into()
    }
}

impl ToSchema for SyncPayload {}

fn operation_fits(input: &SyncOperation) -> Result<(), ValidationError> {
    let acts = input.kind.acts();
    match input {
        _ if input.operation_id.get_version_num() != 7 => fault("not_uuid_v7", "/operation_id"),
        _ if acts && input.target_id.is_none() => fault("required", "/target_id"),
        _ if !acts && input.target_id.is_some() => fault("only_for_actions", "/target_id"),
        _ if !acts && input.based_on.is_some() => fault("only_for_actions", "/based_on"),
        _ if input.kind.corrects() && input.based_on.is_none() && input.depends_on.is_empty() => {
            fault("required", "/based_on")
        }
        _ if !input.payload.is_object() => fault("type", "/payload"),
        _ => Ok(()),
    }
}

/// What a tablet brings home.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SyncBatch {
    /// The tablet.
    pub device_id: Uuid,
    /// Its clock at the moment of sending; how far it is off is measured, kept and corrected.
    pub device_time: DateTime<Utc>,
    /// What was recorded, in its order; each is judged by itself.
    #[validate(length(min = 1, max = 1000, code = "too_many"))]
    #[schema(value_type = Vec<SyncOperation>, min_items = 1, max_items = 1000)]
    pub operations: Vec<serde_json::Value>,
}

/// The thing that an operation made or changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SyncResource {
    /// What it is.
    pub kind: SyncOperationKind,
    /// Which one.
    pub id: Uuid,
    /// Its version right after the operation.
    #[schema(example = 1)]
    pub version: i32,
}

/// Both sides of a conflict. Nothing was overwritten.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SyncConflict {
    /// What the tablet wanted.
    #[schema(value_type = SyncPayload)]
    pub yours: serde_json::Value,
    /// What stands in the service, as far as the caller may see it; personal data is masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub server: Option<serde_json::Value>,
}

/// What became of one operation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SyncResult {
    /// Which one; absent when it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<Uuid>,
    /// The status that the endpoint would have answered.
    #[schema(example = 201, minimum = 200, maximum = 599)]
    pub status: u16,
    /// Was it done before? Then this is what became of it at that time.
    #[schema(example = false)]
    pub replayed: bool,
    /// What it made or changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<SyncResource>,
    /// When it was recorded, by the service's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected_at: Option<DateTime<Utc>>,
    /// Why it was not done; it may be sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// Both sides, when something newer stands in its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<SyncConflict>,
}

/// What became of a batch.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SyncAnswer {
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// How far the tablet's clock lies behind the service's, in milliseconds; negative when it runs ahead.
    #[schema(example = -1200)]
    pub skew_ms: i64,
    /// One result an operation, in order.
    pub results: Vec<SyncResult>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The tablet.
    pub device_id: Uuid,
    /// The `next_cursor` of the last answer, or the bundle's.
    pub cursor: String,
    /// Events looked at, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 200)]
    pub limit: Option<i64>,
}

/// Something that changed. Exactly one of `family`, `complaint` and `gone`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SyncItem {
    /// What it is.
    pub kind: SyncItemKind,
    /// Which one.
    pub id: Uuid,
    /// True when it was voided, moved away or is no longer this tablet's: forget it.
    #[schema(example = false)]
    pub gone: bool,
    /// The family with its members, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<Family>,
    /// The complaint, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complaint: Option<Complaint>,
}

/// What changed since a cursor.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SyncChanges {
    /// The changed things, each once, as they are now.
    pub items: Vec<SyncItem>,
    /// The villages of the tablet now.
    #[schema(example = json!(["32.04.05.2001"]))]
    pub village_codes: Vec<String>,
    /// True when the tablet's villages changed since the cursor was made: what lies elsewhere is to be forgotten, and a new
    /// bundle fetched.
    #[schema(example = false)]
    pub bundle_required: bool,
    /// Pass it next time, whether or not there was anything new.
    pub next_cursor: String,
    /// Is there more to read right now?
    #[schema(example = false)]
    pub has_more: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BundleQuery {
    /// The tablet.
    pub device_id: Uuid,
    /// Where to read on.
    pub cursor: Option<String>,
}

/// A place.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SyncRegion {
    /// Code of the region.
    #[schema(example = "32.04.05.2001")]
    pub code: String,
    /// Name of the region.
    #[schema(example = "Cileunyi Kulon")]
    pub name: String,
}

/// What a tablet needs for its first day. The first page has everything but further families; pages after it have families alone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SyncBundle {
    /// The tablet.
    pub device: Device,
    /// Its villages with the regions that hold them.
    pub regions: Vec<SyncRegion>,
    /// Every code list and state machine.
    pub code_lists: Vec<ReferenceList>,
    /// The programmes with their rules.
    pub programs: Vec<Program>,
    /// Families of the villages, masked.
    pub families: Vec<Family>,
    /// Complaints that have not ended, masked.
    pub complaints: Vec<Complaint>,
    /// Where `GET /v1/sync/changes` begins.
    pub changes_cursor: String,
    /// Pass it as `cursor` for more families; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A visit to a family or about a complaint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Visit {
    /// Id of the visit.
    pub id: Uuid,
    /// The village.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// The family visited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_id: Option<Uuid>,
    /// The complaint it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complaint_id: Option<Uuid>,
    /// When.
    pub visited_at: DateTime<Utc>,
    /// By whom.
    #[schema(example = "bandung-fas-1")]
    pub visited_by: String,
    /// What it came to.
    pub result: VisitResult,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Rumah kosong, tetangga menyebut kembali sore.")]
    pub note: Option<String>,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

impl From<VisitRow> for Visit {
    fn from(row: VisitRow) -> Self {
        Self {
            id: row.id,
            region_code: row.region_code,
            family_id: row.family_id,
            complaint_id: row.complaint_id,
            visited_at: row.visited_at,
            visited_by: row.visited_by,
            result: row.result,
            note: row.note,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// A new visit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "visit_fits"))]
pub struct CreateVisit {
    /// Id made by the client (UUIDv7); made by the service if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub id: Option<Uuid>,
    /// The village.
    pub region_code: RegionCode,
    /// The family visited; it or a complaint is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub family_id: Option<Uuid>,
    /// The complaint it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complaint_id: Option<Uuid>,
    /// When; now if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visited_at: Option<DateTime<Utc>>,
    /// What it came to.
    pub result: VisitResult,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

fn visit_fits(input: &CreateVisit) -> Result<(), ValidationError> {
    match input {
        _ if input.id.is_some_and(|id| id.get_version_num() != 7) => fault("not_uuid_v7", "/id"),
        _ if input.region_code.level() != 4 => fault("village_required", "/region_code"),
        _ if input.family_id.is_none() && input.complaint_id.is_none() => fault("required", "/family_id"),
        _ => Ok(()),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VisitQuery {
    /// Only visits to this family.
    pub family_id: Option<Uuid>,
    /// Only visits about this complaint.
    pub complaint_id: Option<Uuid>,
    /// Only visits by this officer.
    #[param(example = "bandung-fas-1")]
    pub visited_by: Option<String>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Visits a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}
