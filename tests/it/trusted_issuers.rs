//! Keys of other issuers: refreshed by age, withdrawn, and a key server that is slow or gone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpResponse, HttpServer, web};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value, json};
use slrt::auth::keys::{KeyFile, KeyRing};
use slrt::slices::permissions as P;
use tokio::sync::Semaphore;

use crate::support::TestServer;

const ISSUER: &str = "https://sso.test";

/// What a key server answers.
#[derive(Clone)]
enum Says {
    Keys(Vec<Value>),
    Page(&'static str),
    Fails,
}

/// A key server on a port of its own. A fetch waits until it is let through.
struct KeyServer {
    url: String,
    says: Arc<Mutex<Says>>,
    fetched: Arc<AtomicUsize>,
    gate: Arc<Semaphore>,
}

const OPEN: usize = 1_000_000;

impl KeyServer {
    fn start(says: Says) -> Self {
        let (says, fetched) = (Arc::new(Mutex::new(says)), Arc::new(AtomicUsize::new(0)));
        let gate = Arc::new(Semaphore::new(OPEN));
        let inside = (says.clone(), fetched.clone(), gate.clone());
        let server = HttpServer::new(move || {
            let (says, fetched, gate) = inside.clone();
            App::new().default_service(web::to(move || {
                let (says, gate) = (says.clone(), gate.clone());
                fetched.fetch_add(1, Ordering::SeqCst);
                async move {
                    gate.acquire().await.unwrap().forget();
                    let says = says.lock().unwrap().clone();
                    match says {
                        Says::Keys(keys) => HttpResponse::Ok().json(json!({ "keys": keys })),
                        Says::Page(text) => HttpResponse::Ok().content_type("text/html").body(text),
                        Says::Fails => HttpResponse::ServiceUnavailable().body("<html>busy</html>"),
                    }
                }
            }))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://{}/jwks.json", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        Self { url, says, fetched, gate }
    }

    fn says(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }

    fn fetches(&self) -> usize {
        self.fetched.load(Ordering::SeqCst)
    }

    fn close(&self) {
        self.gate.forget_permits(usize::MAX);
    }

    fn open(&self) {
        self.gate.add_permits(OPEN);
    }
}

struct Signer(KeyRing);

impl Signer {
    fn new() -> Self {
        Self(KeyRing::load(&KeyFile::generate(chrono::Utc::now()).unwrap()).unwrap())
    }

    fn jwk(&self, kid: &str) -> Value {
        let (x, y) = self.0.signing[0].point.split_at(32);
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": kid,
            "x": BASE64_URL_SAFE_NO_PAD.encode(x), "y": BASE64_URL_SAFE_NO_PAD.encode(y),
        })
    }

    /// Valid for a day, so that a test can move the clock.
    fn token(&self, issuer: &str, kid: &str) -> String {
        let header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid });
        let now = chrono::Utc::now().timestamp();
        let claims = json!({
            "iss": issuer, "aud": "slrt-api", "sub": "partner", "client_id": "partner", "iat": now, "exp": now + 86_400,
            "jti": "1", "scope": "complaints:read", "slrt_regions": ["32.04"],
        });
        let header: jsonwebtoken::Header = serde_json::from_value(header).unwrap();
        jsonwebtoken::encode(&header, &claims, &self.0.signing[0].encoding).unwrap()
    }
}

async fn trusting(issuers: &[(&str, &KeyServer)]) -> TestServer {
    let named: Vec<String> = issuers.iter().map(|(name, keys)| format!("{name}={}", keys.url)).collect();
    TestServer::start_with(&["--trusted-issuers", &named.join(",")]).await
}

async fn status(server: &TestServer, token: &str) -> u16 {
    server.anonymous().with_token(token).get("/v1/complaints").await.status
}

#[actix_web::test]
async fn a_withdrawn_key_is_refused_after_the_next_refresh_also_for_a_token_that_was_taken_before() {
    let (old, new) = (Signer::new(), Signer::new());
    let keys = KeyServer::start(Says::Keys(vec![old.jwk("old")]));
    let server = trusting(&[(ISSUER, &keys)]).await;
    let token = old.token(ISSUER, "old");
    assert_eq!(status(&server, &token).await, 200);
    keys.says(Says::Keys(vec![new.jwk("new")]));
    server.shared.clock.advance(TimeDelta::minutes(6));
    server.work().await;
    assert_eq!(keys.fetches(), 2);
    assert_eq!(status(&server, &token).await, 401);
    assert_eq!(status(&server, &new.token(ISSUER, "new")).await, 200);
    // The same id with another key is another key.
    keys.says(Says::Keys(vec![old.jwk("new")]));
    server.shared.clock.advance(TimeDelta::minutes(6));
    server.work().await;
    assert_eq!(status(&server, &new.token(ISSUER, "new")).await, 401);
}

/// A key server that does not answer holds up the request that needs a new key from it, and no other.
#[actix_web::test]
async fn a_slow_key_server_delays_no_other_request() {
    let (slow, quick) = (Signer::new(), Signer::new());
    let slow_keys = KeyServer::start(Says::Keys(vec![slow.jwk("known")]));
    let quick_keys = KeyServer::start(Says::Keys(vec![quick.jwk("quick")]));
    let server = trusting(&[(ISSUER, &slow_keys), ("https://quick.test", &quick_keys)]).await;
    let known = slow.token(ISSUER, "known");
    assert_eq!(status(&server, &known).await, 200);
    slow_keys.close();
    server.shared.clock.advance(TimeDelta::minutes(6));
    let unknown = slow.token(ISSUER, "unknown");
    let waiting = std::pin::pin!(status(&server, &unknown));
    let others = std::pin::pin!(async {
        while slow_keys.fetches() < 2 {
            tokio::task::yield_now().await;
        }
        let own = server.session("desk", None, &["32.04"], &[P::COMPLAINTS_READ]);
        own.get("/v1/complaints").await.expect(200);
        assert_eq!(status(&server, &known).await, 200);
        assert_eq!(status(&server, &quick.token("https://quick.test", "quick")).await, 200);
    });
    let first = futures_util::future::select(waiting, others).await;
    assert!(matches!(first, futures_util::future::Either::Right(_)), "only the request with the unknown key waits");
    slow_keys.open();
}

#[actix_web::test]
async fn requests_that_need_the_same_key_set_share_one_fetch() {
    let signer = Signer::new();
    let keys = KeyServer::start(Says::Keys(vec![signer.jwk("one")]));
    let server = trusting(&[(ISSUER, &keys)]).await;
    let token = signer.token(ISSUER, "one");
    let all = futures_util::future::join_all((0..10).map(|_| status(&server, &token))).await;
    assert_eq!((all, keys.fetches()), (vec![200; 10], 1));
    for number in 0..50 {
        assert_eq!(status(&server, &signer.token(ISSUER, &format!("random-{number}"))).await, 401);
    }
    assert_eq!(keys.fetches(), 1, "unknown keys wait for the cool-down");
    server.shared.clock.advance(TimeDelta::minutes(1));
    for number in 0..50 {
        assert_eq!(status(&server, &signer.token(ISSUER, &format!("other-{number}"))).await, 401);
    }
    assert_eq!(keys.fetches(), 2);
}

#[actix_web::test]
async fn without_a_new_key_set_the_last_one_is_used_for_an_hour() {
    let signer = Signer::new();
    let keys = KeyServer::start(Says::Keys(vec![signer.jwk("one")]));
    let server = trusting(&[(ISSUER, &keys)]).await;
    let token = signer.token(ISSUER, "one");
    assert_eq!(status(&server, &token).await, 200);
    for bad in [Says::Fails, Says::Page("<html>masuk</html>"), Says::Page("{}")] {
        keys.says(bad);
        server.shared.clock.advance(TimeDelta::minutes(6));
        server.work().await;
        assert_eq!(status(&server, &token).await, 200);
    }
    assert_eq!(keys.fetches(), 4);
    server.shared.clock.advance(TimeDelta::minutes(43));
    assert_eq!(status(&server, &token).await, 401, "the keys are an hour old");
    keys.says(Says::Keys(vec![signer.jwk("one")]));
    server.shared.clock.advance(TimeDelta::minutes(1));
    assert_eq!(status(&server, &token).await, 200);
}

#[actix_web::test]
async fn a_key_of_a_kind_that_is_not_known_does_not_spoil_the_others() {
    let signer = Signer::new();
    let mut other = signer.jwk("p-521");
    other["alg"] = json!("ES512");
    other["crv"] = json!("P-521");
    let odd = json!({ "kty": "AKP", "alg": "ML-DSA-44", "kid": "pq", "pub": "AAAA" });
    let encryption =
        json!({ "kty": "RSA", "alg": "RSA-OAEP-256", "use": "enc", "kid": "enc", "n": "AQAB", "e": "AQAB" });
    let keys = KeyServer::start(Says::Keys(vec![odd, other, encryption, json!(1), signer.jwk("good")]));
    let server = trusting(&[(ISSUER, &keys)]).await;
    assert_eq!(status(&server, &signer.token(ISSUER, "good")).await, 200);
    assert_eq!(status(&server, &signer.token(ISSUER, "p-521")).await, 401);
}

/// The same for the service's own keys: who deletes one from the file ends the tokens that it has signed.
#[actix_web::test]
async fn a_deleted_key_of_the_service_ends_its_tokens() {
    let folder = temp_dir::TempDir::new().unwrap();
    let path = folder.path().join("keys.json");
    let write = |file: &KeyFile| file.write(&path).unwrap();
    write(&KeyFile::generate(chrono::Utc::now()).unwrap());
    let server = TestServer::with_keys(slrt::auth::keys::Keys::from_file(&path).unwrap()).await;
    let session = server.session("desk", None, &["32.04"], &[P::COMPLAINTS_READ]);
    session.get("/v1/complaints").await.expect(200);
    let other = KeyFile::generate(chrono::Utc::now()).unwrap();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    write(&other);
    std::fs::File::options().append(true).open(&path).unwrap().set_modified(later).unwrap();
    server.work().await;
    session.get("/v1/complaints").await.expect_problem(401, "invalid-token");
}
