//! The token endpoint and its metadata: OAuth 2.0 client credentials, server metadata, and public keys.

use std::time::Instant;

use actix_web::dev::Payload;
use actix_web::http::header::{self, AUTHORIZATION};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, get, post, web};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::caller::Actor;
use super::clients::{self, ClientRow};
use super::permission::{Permission, Permissions};
use super::roles::{Role, permissions_of};
use super::tokens::{LIFETIME_SECONDS, Tokens};
use crate::clock::Clock;
use crate::db::Db;
use crate::error::Code;
use crate::error::Error;
use crate::http::client_address::ClientAddress;
use crate::http::json::{has_media_type, read_body};
use crate::http::rate_limit::FailedSignIns;
use crate::http::reply::Reply;
use crate::regions::RegionScope;

pub fn configure(config: &mut ServiceConfig) {
    config.service(issue_token).service(get_server_metadata).service(get_key_set);
}

const FORM_LIMIT: usize = 8 * 1024;

/// A token request (RFC 6749, section 4.4).
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct TokenRequest {
    /// Always `client_credentials`.
    #[serde(default)]
    #[schema(example = "client_credentials")]
    pub grant_type: String,
    /// Requested permissions, separated by spaces. When absent, all permissions of the client.
    #[schema(example = "complaints:submit complaints:read")]
    pub scope: Option<String>,
    /// Id of the acting officer, for a client with `operator:assert`.
    #[schema(example = "bandung-bo-1")]
    pub operator: Option<String>,
    /// Id of the client, if not in the `Authorization` header.
    #[schema(example = "demo-desk-bandung")]
    pub client_id: Option<String>,
    /// Secret of the client, if not in the `Authorization` header.
    #[schema(format = Password)]
    pub client_secret: Option<String>,
}

/// A token response (RFC 6749, section 5.1).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TokenAnswer {
    /// A signed JWT (RFC 9068).
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.e30.c2ln")]
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: String,
    /// Seconds until the token expires.
    #[schema(example = 900)]
    pub expires_in: i64,
    /// The granted permissions.
    #[schema(example = "complaints:submit complaints:read")]
    pub scope: String,
}

struct Form(TokenRequest);

impl FromRequest for Form {
    type Error = Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = has_media_type(request, |m| m == "application/x-www-form-urlencoded");
        let payload = payload.take();
        Box::pin(async move {
            if !media {
                return Err(Error::about(Code::UNSUPPORTED_MEDIA_TYPE, "application/x-www-form-urlencoded"));
            }
            let bytes = read_body(payload, FORM_LIMIT).await?;
            serde_urlencoded::from_bytes(&bytes)
                .map(Form)
                .map_err(|_| Error::about(crate::auth::problems::INVALID_REQUEST, "form"))
        })
    }
}

/// Issue an access token
///
/// Issues an access token (JWT) for OAuth 2.0 client credentials, valid for 15 minutes. The client authenticates with HTTP
/// Basic, or with `client_id` and `client_secret` in the form.
///
/// A client with `operator:assert` may name the acting officer. The token then contains only the permissions and regions that
/// both the client and the officer have.
///
/// Failed sign-ins are limited per client id and address: over the quota the response is 429 with `Retry-After`.
#[utoipa::path(
    tag = "Access",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "A token", body = TokenAnswer)),
    security((), ("client_basic" = []))
)]
#[post("/oauth/token")]
async fn issue_token(
    request: HttpRequest,
    db: Db,
    tokens: web::Data<Tokens>,
    clock: web::Data<Clock>,
    failures: web::Data<FailedSignIns>,
    form: Form,
) -> Result<Reply, Error> {
    let form = form.0;
    let (id, secret) = credentials(&request, &form).ok_or_else(|| Error::new(crate::auth::problems::INVALID_CLIENT))?;
    let address = request.extensions().get::<ClientAddress>().map(|client| client.0);
    // Before the secret is compared: over the quota a caller must not learn whether the secret is correct.
    if let Some(wait) = address.and_then(|address| failures.refused(address, &id, Instant::now())) {
        return Err(Error::new(Code::TOO_MANY_REQUESTS).retry_after(wait));
    }
    match form.grant_type.as_str() {
        "client_credentials" => {}
        "" => return Err(Error::about(crate::auth::problems::INVALID_REQUEST, "grant_type")),
        _ => return Err(Error::new(crate::auth::problems::UNSUPPORTED_GRANT_TYPE)),
    }
    let mut conn = db.read().await?;
    let client = clients::find_active_client(&mut conn, &id).await?;
    let hash = client.as_ref().map(|c| c.secret_hash.clone()).unwrap_or_default();
    let matches = tokens.keys().ring().secret_matches(&secret, &hash);
    let Some(client) = client.filter(|_| matches) else {
        if let Some(address) = address {
            failures.record(address, &id, Instant::now());
        }
        return Err(Error::new(crate::auth::problems::INVALID_CLIENT));
    };
    let mut actor = actor_of(client);
    if let Some(operator) = &form.operator {
        actor = assert_operator(&mut conn, actor, operator).await?;
    }
    if let Some(scope) = &form.scope {
        actor.permissions = grant_scopes(actor.permissions, scope)?;
    }
    Reply::ok(&TokenAnswer {
        access_token: tokens.issue(&actor, clock.now())?,
        token_type: "Bearer".to_owned(),
        expires_in: LIFETIME_SECONDS,
        scope: actor.permissions.to_scope(),
    })
}

fn credentials(request: &HttpRequest, form: &TokenRequest) -> Option<(String, String)> {
    let Some(header) = request.headers().get(AUTHORIZATION) else {
        return Some((form.client_id.clone()?, form.client_secret.clone()?));
    };
    let (scheme, encoded) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    // RFC 6749 requires both parts to be form-encoded.
    let plain = |s: &str| url::form_urlencoded::parse(format!("v={s}").as_bytes()).next().map(|(_, v)| v.into_owned());
    Some((plain(id)?, plain(secret)?))
}

fn actor_of(client: ClientRow) -> Actor {
    Actor {
        scope: RegionScope::from_codes(&client.regions),
        permissions: client.permissions.iter().filter_map(|p| p.parse::<Permission>().ok()).collect(),
        subject: client.id.clone(),
        client_id: client.id,
        organization_id: client.organization_id,
        roles: client.roles,
    }
}

async fn assert_operator(
    conn: &mut diesel_async::AsyncPgConnection,
    client: Actor,
    operator: &str,
) -> Result<Actor, Error> {
    if !client.may(crate::auth::permissions::OPERATOR_ASSERT) {
        return Err(Error::about(
            crate::auth::problems::INVALID_SCOPE,
            crate::auth::permissions::OPERATOR_ASSERT.as_str(),
        ));
    }
    let staff = clients::find_active_staff(conn, operator).await?;
    let staff = staff
        .filter(|s| Some(s.organization_id) == client.organization_id)
        .ok_or_else(|| Error::new(crate::auth::problems::INVALID_GRANT))?;
    let roles: Vec<Role> = staff.roles.iter().filter_map(|r| r.parse().ok()).collect();
    Ok(Actor {
        subject: staff.id,
        scope: client.scope.intersect(&RegionScope::from_codes(&staff.regions)),
        permissions: client.permissions.intersect(permissions_of(&roles)),
        roles: staff.roles,
        ..client
    })
}

/// Grants the requested scopes. The error names the first one that the client does not have.
fn grant_scopes(available: Permissions, scope: &str) -> Result<Permissions, Error> {
    let mut granted = Vec::new();
    for name in scope.split_ascii_whitespace() {
        match name.parse::<Permission>() {
            Ok(permission) if available.contains(permission) => granted.push(permission),
            Ok(permission) => return Err(Error::about(crate::auth::problems::INVALID_SCOPE, permission.as_str())),
            Err(_) => return Err(Error::about(crate::auth::problems::INVALID_SCOPE, "?")),
        }
    }
    Ok(granted.into_iter().collect())
}

/// Authorization server metadata (RFC 8414).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ServerMetadata {
    /// The issuer of this service's tokens.
    #[schema(example = "https://slrt.example.go.id")]
    pub issuer: String,
    /// URL of the token endpoint.
    #[schema(example = "https://slrt.example.go.id/oauth/token")]
    pub token_endpoint: String,
    /// URL of the public keys.
    #[schema(example = "https://slrt.example.go.id/.well-known/jwks.json")]
    pub jwks_uri: String,
    /// The permissions that a client can request.
    pub scopes_supported: Vec<Permission>,
    /// Always `client_credentials`.
    pub grant_types_supported: Vec<String>,
    /// Empty: there is no authorization endpoint.
    pub response_types_supported: Vec<String>,
    /// Supported methods of client authentication.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// URL of the documentation.
    pub service_documentation: String,
}

/// Read the server metadata
///
/// Returns OAuth 2.0 authorization server metadata (RFC 8414), for clients that configure themselves.
#[utoipa::path(
    tag = "Access",
    responses((status = 200, description = "The metadata", body = ServerMetadata)),
    security(())
)]
#[get("/.well-known/oauth-authorization-server")]
async fn get_server_metadata(tokens: web::Data<Tokens>) -> Result<Reply, Error> {
    let issuer = tokens.issuer();
    let list = |items: &[&str]| items.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    Reply::public(&ServerMetadata {
        issuer: issuer.to_owned(),
        token_endpoint: format!("{issuer}/oauth/token"),
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        scopes_supported: Permission::all().to_vec(),
        grant_types_supported: list(&["client_credentials"]),
        response_types_supported: Vec::new(),
        token_endpoint_auth_methods_supported: list(&["client_secret_basic", "client_secret_post"]),
        service_documentation: format!("{issuer}/docs/"),
    })
}

/// A set of public keys (RFC 7517).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct KeySet {
    /// The current keys; two during a rotation.
    pub keys: Vec<PublicKey>,
}

/// A public key (RFC 7517), elliptic curve P-256.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PublicKey {
    /// Key type, always `EC`.
    #[schema(example = "EC")]
    pub kty: String,
    /// Curve, always `P-256`.
    #[schema(example = "P-256")]
    pub crv: String,
    /// Use, always `sig`.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    pub use_: String,
    /// Algorithm, always `ES256`.
    #[schema(example = "ES256")]
    pub alg: String,
    /// Key id, as in a token's header.
    #[schema(example = "u1J0c5wq9zQ")]
    pub kid: String,
    /// X coordinate, base64url.
    #[schema(example = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4")]
    pub x: String,
    /// Y coordinate, base64url.
    #[schema(example = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM")]
    pub y: String,
}

/// List the public keys
///
/// Returns the keys that verify this service's tokens (RFC 7517). Two keys are published during a rotation.
#[utoipa::path(
    tag = "Access",
    responses((status = 200, description = "The key set", body = KeySet)),
    security(())
)]
#[get("/.well-known/jwks.json")]
async fn get_key_set(tokens: web::Data<Tokens>) -> Result<HttpResponse, Error> {
    let ring = tokens.keys().ring();
    let keys = ring
        .signing
        .iter()
        .map(|key| {
            let (x, y) = key.point.split_at(key.point.len() / 2);
            PublicKey {
                kty: "EC".to_owned(),
                crv: "P-256".to_owned(),
                use_: "sig".to_owned(),
                alg: "ES256".to_owned(),
                kid: key.kid.clone(),
                x: BASE64_URL_SAFE_NO_PAD.encode(x),
                y: BASE64_URL_SAFE_NO_PAD.encode(y),
            }
        })
        .collect();
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=60")).json(KeySet { keys }))
}
