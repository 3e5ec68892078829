//! Kinds and states of jobs.

use std::fmt::{Display, Formatter};
use std::sync::OnceLock;

use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{IsNull, Output, ToSql};
use diesel::sql_types::Text;
use diesel_async::AsyncPgConnection;
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::store::JobRow;
use crate::audit::access::AccessLog;
use crate::auth::{Caller, Permission};
use crate::db::text_enum::{Code, CodeList};
use crate::error::Error;
use crate::events::permissions::EventsRead;

/// Called before the result of a job is given out: refuses, or records the access.
pub type ResultGuard = for<'a> fn(
    &'a mut AsyncPgConnection,
    &'a Caller<EventsRead>,
    &'a AccessLog,
    &'a JobRow,
) -> LocalBoxFuture<'a, Result<(), Error>>;

/// A kind of job, as its slice declares it.
#[derive(Debug)]
pub struct JobKindSpec {
    pub code: &'static str,
    pub label_id: &'static str,
    pub label_en: &'static str,
    /// Needed to create such a job, and, besides `events:read`, to see or cancel one.
    pub permission: Permission,
    /// For results that show personal data.
    pub guard: Option<ResultGuard>,
}

/// The work that a job does.
#[derive(Debug, Clone, Copy, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct JobKind(&'static JobKindSpec);

static ALL: OnceLock<Vec<JobKind>> = OnceLock::new();

impl JobKind {
    pub const fn new(spec: &'static JobKindSpec) -> Self {
        Self(spec)
    }

    /// Sets the kinds of the service. Called by the composition root; later calls change nothing.
    pub fn install(all: impl Iterator<Item = JobKind>) {
        ALL.get_or_init(|| all.collect());
    }

    pub fn all() -> &'static [JobKind] {
        ALL.get().map_or(&[], Vec::as_slice)
    }

    pub const fn as_str(self) -> &'static str {
        self.0.code
    }

    pub const fn permission(self) -> Permission {
        self.0.permission
    }

    pub const fn guard(self) -> Option<ResultGuard> {
        self.0.guard
    }

    fn find(code: &str) -> Option<Self> {
        Self::all().iter().copied().find(|kind| kind.as_str() == code)
    }
}

impl PartialEq for JobKind {
    fn eq(&self, other: &Self) -> bool {
        self.0.code == other.0.code
    }
}

impl Eq for JobKind {}

impl Display for JobKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for JobKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for JobKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::find(&code).ok_or_else(|| serde::de::Error::custom("unknown_value"))
    }
}

impl PartialSchema for JobKind {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("The work that a job does."))
            .enum_values(Some(Self::all().iter().map(|kind| kind.as_str())))
            .into()
    }
}

impl ToSchema for JobKind {}

impl CodeList for JobKind {
    fn codes() -> Vec<Code> {
        let code = |k: &JobKind| Code { code: k.0.code, label_id: k.0.label_id, label_en: k.0.label_en };
        Self::all().iter().map(code).collect()
    }

    fn text(&self) -> &'static str {
        self.as_str()
    }
}

impl ToSql<Text, Pg> for JobKind {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
        std::io::Write::write_all(out, self.as_str().as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Text, Pg> for JobKind {
    fn from_sql(bytes: PgValue<'_>) -> diesel::deserialize::Result<Self> {
        let code = std::str::from_utf8(bytes.as_bytes())?;
        Ok(Self::find(code).ok_or_else(|| format!("no kind of job is called {code}"))?)
    }
}

crate::text_enum! {
    /// Job status.
    pub enum JobStatus {
        Queued = "queued": "Menunggu" / "Queued",
        Running = "running": "Berjalan" / "Running",
        Succeeded = "succeeded": "Berhasil" / "Succeeded",
        Failed = "failed": "Gagal" / "Failed",
        Cancelled = "cancelled": "Dibatalkan" / "Cancelled",
    }
}

crate::text_enum! {
    /// Transition of a job.
    pub enum JobAction {
        Create = "create": "Buat" / "Create",
        Claim = "claim": "Ambil" / "Claim",
        Succeed = "succeed": "Selesaikan" / "Succeed",
        Fail = "fail": "Gagalkan" / "Fail",
        Cancel = "cancel": "Batalkan" / "Cancel",
    }
}
