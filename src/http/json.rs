//! JSON request bodies. A valid body is read by serde only. A body that serde rejects is validated against its JSON schema,
//! to report all errors at once. Errors never contain the rejected value.

use std::any::TypeId;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use aws_lc_rs::digest;
use futures_util::StreamExt;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use super::canonical::fingerprint;
use crate::error::Code;
use crate::error::field_codes;
use crate::error::{Error, FieldError};

/// Maximum size of a body in bytes, unless a route sets its own.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// Maximum nesting depth: serde_json's own limit, which protects the stack.
const MAX_LEVELS: usize = 127;
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// A JSON body whose validation result the handler asks for: an action first checks whether it is possible (404, 412, 409)
/// and only then whether its body is valid (422).
pub struct Json<T> {
    value: Result<T, Error>,
    digest: [u8; 32],
}

impl<T> Json<T> {
    /// A body that did not come with a request.
    pub fn made(value: T) -> Self {
        Self { value: Ok(value), digest: [0; 32] }
    }

    pub fn valid(self) -> Result<T, Error> {
        self.value
    }

    /// SHA-256 of the body in canonical form: equal for bodies with the same meaning.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

impl<T: DeserializeOwned + ToSchema + Validate + 'static> FromRequest for Json<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = has_media_type(request, |m| m == "application/json" || m.ends_with("+json"));
        let payload = payload.take();
        Box::pin(async move {
            if !media {
                return Err(Error::about(Code::UNSUPPORTED_MEDIA_TYPE, "application/json"));
            }
            let bytes = read_body(payload, BODY_LIMIT).await?;
            let value = parse(&bytes)?;
            let digest = serde_json::from_slice(&bytes).map_or_else(|_| sha256(&bytes), |body| fingerprint(&body));
            Ok(Self { value, digest })
        })
    }
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// SHA-256 of a value as JSON.
pub fn content_digest<T: Serialize>(value: &T) -> Result<[u8; 32], Error> {
    serde_json::to_vec(value).map(|json| sha256(&json)).map_err(Error::internal)
}

/// The digest of a submission as it is stored. The same submission sent again has the same.
pub fn content_hash<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    content_digest(value).map(Into::into)
}

pub fn has_media_type(request: &HttpRequest, accepts: impl Fn(&str) -> bool) -> bool {
    let media = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    accepts(media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str())
}

/// Reads a body; 413 above `limit` bytes, 408 after 15 seconds.
pub async fn read_body(payload: Payload, limit: usize) -> Result<web::BytesMut, Error> {
    let too_large = || Error::about(Code::BODY_TOO_LARGE, limit.to_string());
    let read = async {
        let mut payload = payload;
        let mut bytes = web::BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Error::about(Code::MALFORMED_BODY, "incomplete"))?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    tokio::time::timeout(BODY_TIMEOUT, read).await.map_err(|_| Error::new(Code::REQUEST_TIMEOUT))?
}

/// Parses and validates a body. The outer error: not JSON (400). The inner error: JSON that is not valid for `T` (422).
pub fn parse<T: DeserializeOwned + ToSchema + Validate + 'static>(bytes: &[u8]) -> Result<Result<T, Error>, Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let parsed: Result<T, _> = serde_path_to_error::deserialize(&mut deserializer);
    if parsed.is_err()
        && let Some(pointer) = too_deep(bytes)
    {
        let mut error = Error::about(Code::BODY_TOO_DEEP, MAX_LEVELS.to_string());
        error.fields.push(FieldError::above(pointer, "too_deep", MAX_LEVELS));
        return Err(error);
    }
    match parsed {
        Ok(value) => {
            deserializer.end().map_err(|e| malformed(&e))?;
            Ok(check(value))
        }
        Err(error) => {
            let whole: serde_json::Value = serde_json::from_slice(bytes).map_err(|e| malformed(&e))?;
            Ok(Err(Error::fields(all_faults::<T>(&whole, &error))))
        }
    }
}

/// Like [`parse`], for a part of a body that is already a JSON value, such as an item of a batch.
pub fn parse_value<T: DeserializeOwned + ToSchema + Validate + 'static>(value: serde_json::Value) -> Result<T, Error> {
    match serde_path_to_error::deserialize::<_, T>(&value) {
        Ok(parsed) => check(parsed),
        Err(error) => Err(Error::fields(all_faults::<T>(&value, &error))),
    }
}

/// JSON pointer to the first value that is nested too deeply. Brackets inside strings do not count. If the text is not valid
/// JSON, the pointer may be inaccurate.
fn too_deep(bytes: &[u8]) -> Option<String> {
    // For each open bracket the current position: the index in an array, the name in an object.
    let mut open: Vec<Place> = Vec::new();
    let (mut string, mut at) = (None, 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, string) {
            (b'\\', Some(_)) => at += 1,
            (b'"', Some(start)) => {
                string = None;
                if let Some(Place::Name(name)) = open.last_mut()
                    && bytes.get(at + 1..).is_some_and(|rest| next_non_blank(rest) == Some(b':'))
                {
                    *name = bytes.get(start..=at).unwrap_or_default();
                }
            }
            (b'"', None) => string = Some(at),
            (b'[' | b'{', None) => {
                if open.len() == MAX_LEVELS {
                    return Some(pointer_to(&open));
                }
                open.push(if *byte == b'[' { Place::Index(0) } else { Place::Name(b"") });
            }
            (b']' | b'}', None) => drop(open.pop()),
            (b',', None) => {
                if let Some(Place::Index(index)) = open.last_mut() {
                    *index += 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[derive(Clone, Copy)]
enum Place<'a> {
    Index(usize),
    /// Includes the quotes.
    Name(&'a [u8]),
}

fn next_non_blank(bytes: &[u8]) -> Option<u8> {
    bytes.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

fn pointer_to(open: &[Place<'_>]) -> String {
    let segment = |place: &Place<'_>| match place {
        Place::Index(index) => format!("/{index}"),
        Place::Name(name) => {
            let name: String = serde_json::from_slice(name).unwrap_or_default();
            format!("/{}", name.replace('~', "~0").replace('/', "~1"))
        }
    };
    open.iter().map(segment).collect()
}

fn malformed(error: &serde_json::Error) -> Error {
    Error::about(Code::MALFORMED_BODY, format!("line {}, column {}", error.line(), error.column()))
}

fn check<T: Validate>(value: T) -> Result<T, Error> {
    match value.validate() {
        Ok(()) => Ok(value),
        Err(errors) => {
            let mut fields = Vec::new();
            collect("", &errors, &mut fields);
            Err(Error::fields(fields))
        }
    }
}

/// Converts the errors of `validator` to pointers and codes. Its messages are dropped: they contain the value.
fn collect(prefix: &str, errors: &ValidationErrors, out: &mut Vec<FieldError>) {
    for (name, kind) in errors.errors() {
        let pointer = if name == "__all__" { prefix.to_owned() } else { format!("{prefix}/{name}") };
        match kind {
            ValidationErrorsKind::Field(list) => out.extend(list.iter().map(|e| {
                let at = e.params.get("pointer").and_then(|p| p.as_str()).unwrap_or_default();
                sized(&format!("{pointer}{at}"), e)
            })),
            ValidationErrorsKind::Struct(inner) => collect(&pointer, inner, out),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    collect(&format!("{pointer}/{index}"), inner, out);
                }
            }
        }
    }
    out.sort_by(|a, b| a.pointer.cmp(&b.pointer));
}

fn number(value: &serde_json::Value) -> Option<serde_json::Number> {
    value.as_number().cloned()
}

/// Adds the bounds to an error. A length attribute has one code for both bounds; the number of items in the error decides
/// between `too_few` and `too_many`.
fn sized(pointer: &str, error: &validator::ValidationError) -> FieldError {
    let code = field_codes::known(&error.code).unwrap_or("invalid");
    let bound = |name: &str| error.params.get(name).and_then(number);
    let items = error.params.get("value").and_then(|value| value.as_array()).map(Vec::len);
    let most = bound("max").and_then(|most| most.as_u64()).and_then(|most| usize::try_from(most).ok());
    let (code, at_least, at_most) = match (code, items) {
        ("too_few" | "too_many", Some(items)) if most.is_some_and(|most| items > most) => ("too_many", false, true),
        ("too_few" | "too_many", Some(_)) => ("too_few", true, false),
        ("too_few" | "too_small" | "too_short", _) => (code, true, false),
        ("too_many" | "too_large" | "too_long", _) => (code, false, true),
        _ => (code, true, true),
    };
    FieldError {
        least: bound("min").filter(|_| at_least),
        most: bound("max").filter(|_| at_most),
        ..FieldError::new(pointer, code)
    }
}

fn all_faults<T: ToSchema + 'static>(
    value: &serde_json::Value,
    first: &serde_path_to_error::Error<serde_json::Error>,
) -> Vec<FieldError> {
    let mut faults: Vec<FieldError> =
        schema_of::<T>().iter().flat_map(|schema| schema.iter_errors(value).flat_map(|e| fault(&e))).collect();
    let message = first.inner().to_string();
    let code = field_codes::known(message.split(' ').next().unwrap_or_default());
    // Errors that a schema cannot express (a region that does not exist, an invalid NIK) come from the parser, one at a time.
    if faults.is_empty() || code.is_some() {
        let fault = FieldError::new(pointer_of(first.path()), code.unwrap_or("invalid"));
        if !faults.iter().any(|f| f.pointer == fault.pointer) {
            faults.push(fault);
        }
    }
    faults.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    faults.dedup();
    faults
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

fn fault(error: &jsonschema::ValidationError<'_>) -> Vec<FieldError> {
    let at = error.instance_path().to_string();
    let below = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
    let one = |code| vec![FieldError::new(at.clone(), code)];
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            vec![FieldError::new(below(property.as_str().unwrap_or_default()), "required")]
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            unexpected.iter().map(|name| FieldError::new(below(name), "unknown_field")).collect()
        }
        ValidationErrorKind::Type { kind: TypeKind::Single(_) | TypeKind::Multiple(_) } => one("type"),
        ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => one("unknown_value"),
        ValidationErrorKind::MinLength { limit } => vec![FieldError::below(at, "too_short", *limit)],
        ValidationErrorKind::MaxLength { limit } => vec![FieldError::above(at, "too_long", *limit)],
        ValidationErrorKind::MinItems { limit } => vec![FieldError::below(at, "too_few", *limit)],
        ValidationErrorKind::MaxItems { limit } => vec![FieldError::above(at, "too_many", *limit)],
        ValidationErrorKind::Minimum { limit } => {
            vec![FieldError { least: number(limit), ..FieldError::new(at, "too_small") }]
        }
        ValidationErrorKind::Maximum { limit } => {
            vec![FieldError { most: number(limit), ..FieldError::new(at, "too_large") }]
        }
        ValidationErrorKind::ExclusiveMinimum { .. } => one("too_small"),
        ValidationErrorKind::ExclusiveMaximum { .. } => one("too_large"),
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::Format { .. } => one("format"),
        // A nullable field is an anyOf/oneOf: report the errors of the branch whose type matches.
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            let wrong_type = |e: &jsonschema::ValidationError<'_>| {
                matches!(e.kind(), ValidationErrorKind::Type { .. }) && e.instance_path().to_string() == at
            };
            let meant = context.iter().find(|branch| !branch.iter().any(wrong_type));
            meant.map_or_else(|| one("type"), |branch| branch.iter().flat_map(fault).collect())
        }
        _ => one("invalid"),
    }
}

/// The compiled JSON schema of `T`, compiled at its first invalid body.
fn schema_of<T: ToSchema + 'static>() -> Option<Arc<jsonschema::Validator>> {
    static COMPILED: LazyLock<Mutex<HashMap<TypeId, Arc<jsonschema::Validator>>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = compiled.get(&TypeId::of::<T>()) {
        return Some(found.clone());
    }
    let mut components = Vec::new();
    T::schemas(&mut components);
    components.push((T::name().into_owned(), T::schema()));
    let schemas: serde_json::Map<String, serde_json::Value> =
        components.into_iter().filter_map(|(name, s)| Some((name, serde_json::to_value(s).ok()?))).collect();
    let root = serde_json::json!({
        "$ref": format!("#/components/schemas/{}", T::name()),
        "components": { "schemas": schemas },
    });
    let validator = jsonschema::options().should_validate_formats(true).build(&root).ok()?;
    let validator = Arc::new(validator);
    compiled.insert(TypeId::of::<T>(), validator.clone());
    Some(validator)
}
