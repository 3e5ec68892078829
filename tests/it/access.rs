//! Tests of authentication: client credentials, officers, keys, and every token that must be refused.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use slrt::auth::Permission;
use slrt::auth::clients::{self, ClientRow, StaffRow};
use slrt::auth::keys::{KeyFile, KeyRing};
use slrt::slices::permissions as P;

use crate::support::world::organization;
use crate::support::{Answer, TestServer};

const SECRET: &str = "p8zJ0mR7o0mC7Yw2o3c8bq9Zk1s5Vd4xT6uNfHgLeQA";

async fn with_client(permissions: &[Permission], regions: &[&str]) -> TestServer {
    let server = TestServer::start().await;
    let row = ClientRow {
        id: "desk".to_owned(),
        label: "Desk".to_owned(),
        organization_id: Some(organization("slrt-bandung")),
        regions: regions.iter().map(|r| (*r).to_owned()).collect(),
        permissions: permissions.iter().map(ToString::to_string).collect(),
        roles: Vec::new(),
        secret_hash: server.shared.tokens.keys().ring().hash_secret(SECRET),
        created_at: server.shared.clock.now(),
        disabled_at: None,
    };
    assert!(clients::insert_client(&mut server.connection().await, &row).await.unwrap());
    server
}

async fn sign_in(server: &TestServer, id: &str, secret: &str, form: &str) -> Answer {
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")));
    let headers = [("authorization", basic.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    server.anonymous().raw(Method::POST, "/oauth/token", &headers, Some(form.as_bytes().to_vec())).await
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[actix_web::test]
async fn a_client_gets_a_token_and_calls_the_api() {
    let server = with_client(&[P::COMPLAINTS_READ, P::COMPLAINTS_SUBMIT], &["32.04"]).await;
    let answer = sign_in(&server, "desk", SECRET, "grant_type=client_credentials").await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.expect(200);
    assert_eq!((body["token_type"].as_str(), body["expires_in"].as_i64()), (Some("Bearer"), Some(900)));
    let token = body["access_token"].as_str().unwrap();
    let claims = claims(token);
    assert_eq!(claims["iss"], "https://slrt.test");
    assert_eq!(claims["aud"], "slrt-api");
    assert_eq!(claims["client_id"], "desk");
    assert_eq!(claims["scope"], "complaints:submit complaints:read");
    assert_eq!(claims["slrt_regions"], json!(["32.04"]));
    server.anonymous().with_token(token).get("/v1/complaints").await.expect(200);

    let narrow =
        sign_in(&server, "desk", SECRET, "grant_type=client_credentials&scope=complaints:read").await.expect(200);
    assert_eq!(narrow["scope"], "complaints:read");
    let form = format!("grant_type=client_credentials&client_id=desk&client_secret={SECRET}");
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    server.anonymous().raw(Method::POST, "/oauth/token", &headers, Some(form.into_bytes())).await.expect(200);
}

#[actix_web::test]
async fn every_invalid_token_request_has_its_error() {
    let server = with_client(&[P::COMPLAINTS_READ], &["32.04"]).await;
    let ok = "grant_type=client_credentials";
    for (id, secret) in [("desk", "wrong"), ("unknown", SECRET), ("desk", "")] {
        let refused = sign_in(&server, id, secret, ok).await;
        assert_eq!(refused.header("www-authenticate"), Some("Basic realm=\"slrt\""));
        assert_eq!(refused.expect_problem(401, "invalid-client")["error"], "invalid_client");
    }
    let scope = sign_in(&server, "desk", SECRET, &format!("{ok}&scope=pii:reveal")).await;
    assert_eq!(scope.expect_problem(400, "invalid-scope")["error"], "invalid_scope");
    let unknown = sign_in(&server, "desk", SECRET, &format!("{ok}&scope=everything")).await;
    unknown.expect_problem(400, "invalid-scope");
    let grant = sign_in(&server, "desk", SECRET, "grant_type=password").await;
    assert_eq!(grant.expect_problem(400, "unsupported-grant-type")["error"], "unsupported_grant_type");
    sign_in(&server, "desk", SECRET, "").await.expect_problem(400, "invalid-request");
    clients::disable_client(&mut server.connection().await, "desk", chrono::Utc::now()).await.unwrap();
    sign_in(&server, "desk", SECRET, ok).await.expect_problem(401, "invalid-client");
}

#[actix_web::test]
async fn an_officer_has_the_permissions_that_both_client_and_roles_grant() {
    let server = with_client(&[P::COMPLAINTS_READ, P::COMPLAINTS_HANDLE, P::OPERATOR_ASSERT], &["32.04"]).await;
    let mut conn = server.connection().await;
    let officer = |id: &str, org: &str, role: &str| StaffRow {
        id: id.to_owned(),
        organization_id: organization(org),
        name: "Dedi Hidayat".to_owned(),
        regions: vec!["32".to_owned()],
        roles: vec![role.to_owned()],
        created_at: chrono::Utc::now(),
        disabled_at: None,
    };
    clients::insert_staff(&mut conn, &officer("bo-1", "slrt-bandung", "back_office")).await.unwrap();
    clients::insert_staff(&mut conn, &officer("stranger", "slrt-sleman", "back_office")).await.unwrap();
    let form = "grant_type=client_credentials&operator=bo-1";
    let body = sign_in(&server, "desk", SECRET, form).await.expect(200);
    let claims = claims(body["access_token"].as_str().unwrap());
    assert_eq!((claims["sub"].as_str(), claims["client_id"].as_str()), (Some("bo-1"), Some("desk")));
    assert_eq!(claims["scope"], "complaints:read complaints:handle");
    assert_eq!(claims["slrt_regions"], json!(["32.04"]));
    assert_eq!(claims["slrt_roles"], json!(["back_office"]));
    for other in ["stranger", "unknown"] {
        let form = format!("grant_type=client_credentials&operator={other}");
        sign_in(&server, "desk", SECRET, &form).await.expect_problem(400, "invalid-grant");
    }
}

fn forged(header: &Value, claims: &Value, sign: impl Fn(&str) -> Vec<u8>) -> String {
    let part = |v: &Value| BASE64_URL_SAFE_NO_PAD.encode(v.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(sign(&text));
    format!("{text}.{signature}")
}

#[actix_web::test]
async fn an_invalid_token_is_refused() {
    let server = TestServer::start().await;
    let ring = server.shared.tokens.keys().ring();
    let key = ring.signer(chrono::Utc::now()).unwrap();
    let now = chrono::Utc::now().timestamp();
    let good = json!({
        "iss": "https://slrt.test", "aud": "slrt-api", "sub": "x", "client_id": "x", "iat": now, "exp": now + 600,
        "jti": "1", "scope": "complaints:read", "slrt_regions": ["ID"],
    });
    let es256 = json!({ "alg": "ES256", "typ": "at+jwt", "kid": key.kid });
    let signed = |header: &Value, claims: &Value| {
        let header: jsonwebtoken::Header = serde_json::from_value(header.clone()).unwrap();
        jsonwebtoken::encode(&header, claims, &key.encoding).unwrap()
    };
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        claims
    };
    let any = server.anonymous();
    any.with_token(&signed(&es256, &good)).get("/v1/complaints").await.expect(200);

    let other = KeyRing::load(&KeyFile::generate(chrono::Utc::now()).unwrap()).unwrap();
    let foreign = jsonwebtoken::encode(
        &serde_json::from_value::<jsonwebtoken::Header>(es256.clone()).unwrap(),
        &good,
        &other.signing[0].encoding,
    )
    .unwrap();
    let public: Vec<u8> = [vec![4], key.point.clone()].concat();
    let hs256 = |text: &str| {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &public);
        hmac::sign(&secret, text.as_bytes()).as_ref().to_vec()
    };
    let bad = [
        ("another audience", signed(&es256, &with("aud", json!("other-api")))),
        ("no audience", signed(&es256, &without("aud"))),
        ("another issuer", signed(&es256, &with("iss", json!("https://evil.test")))),
        ("no issuer", signed(&es256, &without("iss"))),
        ("no expiry", signed(&es256, &without("exp"))),
        ("expired", signed(&es256, &with("exp", json!(now - 31)))),
        ("from the future", signed(&es256, &with("iat", json!(now + 120)))),
        ("an id token", signed(&json!({ "alg": "ES256", "typ": "JWT", "kid": key.kid }), &good)),
        ("no key id", signed(&json!({ "alg": "ES256", "typ": "at+jwt" }), &good)),
        ("an unknown key", signed(&json!({ "alg": "ES256", "typ": "at+jwt", "kid": "x" }), &good)),
        ("another key under our id", foreign),
        ("alg none", forged(&json!({ "alg": "none", "typ": "at+jwt", "kid": key.kid }), &good, |_| Vec::new())),
        ("the public key as secret", forged(&json!({ "alg": "HS256", "typ": "at+jwt", "kid": key.kid }), &good, hs256)),
        ("a stripped signature", forged(&es256, &good, |_| Vec::new())),
        ("nonsense", "abc".to_owned()),
    ];
    for (what, token) in bad {
        let answer = any.with_token(&token).get("/v1/complaints").await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (401, Some("invalid-token")), "{what}");
    }
}

#[actix_web::test]
async fn a_token_expires() {
    let server = TestServer::start().await;
    let session = server.session("x", None, &["ID"], &[P::COMPLAINTS_READ]);
    session.get("/v1/complaints").await.expect(200);
    server.shared.clock.advance(TimeDelta::minutes(14));
    session.get("/v1/complaints").await.expect(200);
    server.shared.clock.advance(TimeDelta::minutes(2));
    session.get("/v1/complaints").await.expect_problem(401, "invalid-token");
}

#[actix_web::test]
async fn the_key_set_and_the_metadata_are_published() {
    let server = TestServer::start().await;
    let any = server.anonymous();
    let keys = any.get("/.well-known/jwks.json").await.expect(200);
    let key = &keys["keys"][0];
    assert_eq!((key["kty"].as_str(), key["alg"].as_str()), (Some("EC"), Some("ES256")));
    let session = server.session("x", None, &["ID"], &[P::COMPLAINTS_READ]);
    let header = jsonwebtoken::decode_header(session.token()).unwrap();
    assert_eq!(header.kid.as_deref(), key["kid"].as_str());
    let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.clone()).unwrap();
    let decoding = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    rules.set_audience(&["slrt-api"]);
    jsonwebtoken::decode::<Value>(session.token(), &decoding, &rules).expect("a third party can verify");
    let metadata = any.get("/.well-known/oauth-authorization-server").await.expect(200);
    assert_eq!(metadata["token_endpoint"], "https://slrt.test/oauth/token");
}

/// A key set on its own port, and the number of times it was fetched.
async fn key_set_server(body: Value) -> (String, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    use actix_web::{App, HttpResponse, HttpServer, web};
    let fetched = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = fetched.clone();
    let server = HttpServer::new(move || {
        let (count, body) = (count.clone(), body.clone());
        App::new().default_service(web::to(move || {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let body = body.clone();
            async move { HttpResponse::Ok().json(body) }
        }))
    })
    .workers(1)
    .disable_signals()
    .bind(("127.0.0.1", 0))
    .unwrap();
    let address = server.addrs()[0];
    actix_web::rt::spawn(server.run());
    (format!("http://{address}/jwks.json"), fetched)
}

#[actix_web::test]
async fn a_trusted_issuers_token_is_accepted_and_an_unknown_key_is_fetched_once() {
    let ring = KeyRing::load(&KeyFile::generate(chrono::Utc::now()).unwrap()).unwrap();
    let key = &ring.signing[0];
    let (x, y) = key.point.split_at(32);
    let jwk = json!({
        "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "theirs",
        "x": BASE64_URL_SAFE_NO_PAD.encode(x), "y": BASE64_URL_SAFE_NO_PAD.encode(y),
    });
    let (url, fetched) = key_set_server(json!({ "keys": [jwk] })).await;
    let server = TestServer::start_with(&["--trusted-issuers", &format!("https://sso.test={url}")]).await;
    let now = chrono::Utc::now().timestamp();
    let token = |issuer: &str, kid: &str| {
        let header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid, "jku": "http://evil.test/jwks.json" });
        let claims = json!({
            "iss": issuer, "aud": "slrt-api", "sub": "partner", "client_id": "partner", "iat": now, "exp": now + 600,
            "jti": "1", "scope": "complaints:read", "slrt_regions": ["32.04"],
        });
        let header: jsonwebtoken::Header = serde_json::from_value(header).unwrap();
        jsonwebtoken::encode(&header, &claims, &key.encoding).unwrap()
    };
    let any = server.anonymous();
    any.with_token(&token("https://sso.test", "theirs")).get("/v1/complaints").await.expect(200);
    for (issuer, kid) in
        [("https://sso.test", "other"), ("https://sso.test", "another"), ("https://stranger.test", "theirs")]
    {
        let refused = any.with_token(&token(issuer, kid)).get("/v1/complaints").await;
        refused.expect_problem(401, "invalid-token");
    }
    assert_eq!(fetched.load(std::sync::atomic::Ordering::Relaxed), 1, "no second fetch during the cool-down");
}
