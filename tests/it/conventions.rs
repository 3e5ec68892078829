//! Tests of the conventions of all endpoints: idempotency, versions, limits, malformed requests, headers.

use std::io::{Read as _, Write as _};

use reqwest::Method;
use serde_json::json;

use crate::support::world::submission;
use crate::support::{TestServer, World};

async fn count(world: &World) -> usize {
    world.front.get("/v1/complaints?limit=200").await.expect(200)["items"].as_array().unwrap().len()
}

#[actix_web::test]
async fn the_same_key_and_body_get_the_same_answer() {
    let world = World::start().await;
    let key = [("idempotency-key", "\"abc-1\"")];
    let first = world.front.post_with("/v1/complaints", &key, submission()).await;
    assert!(first.header("idempotency-replayed").is_none());
    let (location, etag) = (first.header("location").map(str::to_owned), first.header("etag").map(str::to_owned));
    let mut made = first.expect(201);
    assert_eq!(location, Some(format!("/v1/complaints/{}", made["id"].as_str().unwrap())));
    let bare = [("idempotency-key", "abc-1")];
    let again = world.front.post_with("/v1/complaints", &bare, submission()).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(
        (again.header("location").map(str::to_owned), again.header("etag").map(str::to_owned)),
        (location, etag)
    );
    // A secret that is shown once is not stored.
    made.as_object_mut().unwrap().remove("follow_up_code");
    assert_eq!(again.expect(201), made);
    let mut other = submission();
    other["sector"] = json!("food");
    world.front.post_with("/v1/complaints", &key, other).await.expect_problem(422, "idempotency-key-reused");
    // The key is scoped to client and path.
    world.back.post_with("/v1/complaints", &key, submission()).await.expect(201);
    world
        .front
        .post_with("/v1/complaints", &[("idempotency-key", "a b")], submission())
        .await
        .expect_problem(400, "malformed-header");
    assert_eq!(count(&world).await, 2);
}

#[actix_web::test]
async fn the_same_key_and_body_at_another_address_is_no_replay() {
    let world = World::start().await;
    let key = [("idempotency-key", "start-1")];
    for id in [world.complaint().await, world.complaint().await] {
        world.step(&world.back, &id, "verify", json!({ "class": "enrolment", "priority": "normal" })).await;
        let path = format!("/v1/complaints/{id}/start");
        let first = world.back.post_with(&path, &key, json!({})).await;
        assert!(first.header("idempotency-replayed").is_none(), "{path}");
        assert_eq!(first.expect(200)["id"], id.as_str());
        let again = world.back.post_with(&path, &key, json!({})).await;
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.expect(200)["id"], id.as_str());
    }
    // The same key for another action of the same complaint.
    let id = world.complaint().await;
    let ask = json!({ "question": "Di mana?" });
    world.back.post_with(&format!("/v1/complaints/{id}/ask"), &key, ask).await.expect(200);
}

#[actix_web::test]
async fn an_idempotency_key_expires_after_a_day() {
    let world = World::start().await;
    let key = [("idempotency-key", "k")];
    world.front.post_with("/v1/complaints", &key, submission()).await.expect(201);
    world.server.shared.clock.advance(chrono::TimeDelta::hours(25));
    let world = World::around(world.server);
    let later = world.front.post_with("/v1/complaints", &key, submission()).await;
    assert!(later.header("idempotency-replayed").is_none());
    later.expect(201);
    assert_eq!(count(&world).await, 2);
}

#[actix_web::test]
async fn a_thousand_posts_with_one_key_create_one_row() {
    let world = World::start().await;
    let key = [("idempotency-key", "one")];
    let answers =
        futures_util::future::join_all((0..1000).map(|_| world.front.post_with("/v1/complaints", &key, submission())))
            .await;
    let mut made = 0;
    for answer in answers {
        match answer.status {
            201 if answer.header("idempotency-replayed").is_none() => made += 1,
            201 => {}
            409 => {
                answer.expect_problem(409, "idempotency-in-flight");
            }
            503 => {
                answer.expect_problem(503, "unavailable");
            }
            other => panic!("{other}: {}", answer.text),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(count(&world).await, 1);
}

#[actix_web::test]
async fn a_stale_version_is_refused_and_a_cached_one_is_not_sent_again() {
    let world = World::start().await;
    let id = world.complaint().await;
    let path = format!("/v1/complaints/{id}");
    let body = json!({ "class": "unmet_need", "priority": "low" });
    let stale = [("if-match", "\"7\"")];
    world.back.post_with(&format!("{path}/verify"), &stale, body.clone()).await.expect_problem(412, "version-mismatch");
    let fresh = [("if-match", "\"1\"")];
    world.back.post_with(&format!("{path}/verify"), &fresh, body).await.expect(200);
    let read = world.front.get(&path).await;
    assert_eq!(read.header("etag"), Some("\"2\""));
    assert_eq!(read.header("cache-control"), Some("no-store"));
    assert_eq!(world.front.get_with(&path, &[("if-none-match", "\"2\"")]).await.status, 304);
    assert_eq!(world.front.get_with(&path, &[("if-none-match", "\"1\"")]).await.status, 200);
}

#[actix_web::test]
async fn a_malformed_request_is_400() {
    let world = World::start().await;
    let json = [("content-type", "application/json")];
    let post = async |body: &[u8]| world.front.raw(Method::POST, "/v1/complaints", &json, Some(body.to_vec())).await;
    for body in [&b"{"[..], b"", b"\xff\xfe", b"{} {}", b"[1,"] {
        post(body).await.expect_problem(400, "malformed-body");
    }
    post(b"[]").await.expect_problem(422, "validation-failed");
    let text = [("content-type", "text/plain")];
    world
        .front
        .raw(Method::POST, "/v1/complaints", &text, Some(b"{}".to_vec()))
        .await
        .expect_problem(415, "unsupported-media-type");
    for query in
        ["limit=0", "limit=201", "limit=x", "surprise=1", "status=unknown", "region_code=99", "updated_since=yesterday"]
    {
        let name = query.split('=').next().unwrap();
        let problem =
            world.front.get(&format!("/v1/complaints?{query}")).await.expect_problem(400, "malformed-parameter");
        assert!(problem["detail"].as_str().unwrap().contains(name), "{problem}");
    }
    world.front.get("/v1/complaints/not-an-id").await.expect_problem(404, "not-found");
    assert_eq!(count(&world).await, 0);
}

#[actix_web::test]
async fn an_identity_number_in_a_path_is_not_repeated() {
    let world = World::start().await;
    for path in
        ["/v1/persons/3204051203909001", "/v1/complaints?nik=3204051203909001", "/v1/complaints?3204051203909001=1"]
    {
        let answer = world.front.get(path).await;
        assert!(answer.status >= 400 && !answer.text.contains("3204051203909001"), "{}", answer.text);
    }
    let encoded: String = "3204051203909001".bytes().map(|digit| format!("%{digit:02x}")).collect();
    let answer = world.front.get(&format!("/v1/persons/{encoded}")).await;
    assert!(answer.status >= 400 && !answer.text.contains("%33%32"), "{}", answer.text);
}

#[actix_web::test]
async fn a_body_over_the_limit_is_413() {
    let world = World::start().await;
    let json = [("content-type", "application/json")];
    let body = format!("{{\"description\":\"{}\"}}", "x".repeat(2 * 1024 * 1024)).into_bytes();
    world.front.raw(Method::POST, "/v1/complaints", &json, Some(body)).await.expect_problem(413, "body-too-large");
    assert_eq!(count(&world).await, 0);
}

#[actix_web::test]
async fn an_unknown_path_is_404_and_a_wrong_method_is_405() {
    let server = TestServer::start().await;
    let any = server.anonymous();
    any.get("/v2/nothing").await.expect_problem(404, "unknown-route");
    let wrong = any.send(Method::DELETE, "/v1/complaints", &[], None).await;
    assert_eq!(wrong.header("allow"), Some("GET, POST"));
    wrong.expect_problem(405, "method-not-allowed");
    let wrong = any.send(Method::PUT, "/v1/regions/32", &[], None).await;
    assert_eq!(wrong.header("allow"), Some("GET"));
}

#[actix_web::test]
async fn head_is_get_without_body() {
    let server = TestServer::start().await;
    let any = server.anonymous();
    let got = any.get("/v1/regions/32").await;
    let head = any.raw(Method::HEAD, "/v1/regions/32", &[], None).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(head.header("etag"), got.header("etag"));
    assert_eq!(any.raw(Method::HEAD, "/v1/regions/99", &[], None).await.status, 404);
}

#[actix_web::test]
async fn problems_have_the_callers_language_and_trace_id() {
    let server = TestServer::start().await;
    let any = server.anonymous();
    let id = any.get("/v1/complaints").await.expect_problem(401, "invalid-token");
    assert_eq!(id["title"], "Token tidak ada atau tidak sah");
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    let headers = [("accept-language", "en-GB, id;q=0.5"), ("traceparent", parent.as_str())];
    let en = any.get_with("/v1/complaints", &headers).await;
    assert_eq!(en.header("trace-id"), Some(trace));
    let en = en.expect_problem(401, "invalid-token");
    assert_eq!(
        (en["title"].as_str(), en["trace_id"].as_str()),
        (Some("The token is missing or not valid"), Some(trace))
    );
    let page = any.get(en["type"].as_str().unwrap()).await;
    assert_eq!(page.status, 200);
}

#[actix_web::test]
async fn a_client_over_its_quota_gets_429() {
    let server = TestServer::start_with(&["--rate-per-minute", "5"]).await;
    let session = server.session("busy", None, &["ID"], &[slrt::slices::permissions::COMPLAINTS_READ]);
    for remaining in (0..5).rev() {
        let answer = session.get("/v1/complaints").await;
        assert_eq!(answer.header("ratelimit-policy"), Some("\"default\";q=5;w=60"));
        assert_eq!(answer.header("ratelimit"), Some(format!("\"default\";r={remaining}").as_str()));
    }
    let refused = session.get("/v1/complaints").await;
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    refused.expect_problem(429, "too-many-requests");
    let other = server.session("calm", None, &["ID"], &[slrt::slices::permissions::COMPLAINTS_READ]);
    other.get("/v1/complaints").await.expect(200);
    assert_eq!(session.get("/livez").await.status, 200);
}

#[actix_web::test]
async fn too_many_requests_in_flight_get_503() {
    let server = TestServer::start_with(&["--max-in-flight", "0"]).await;
    let any = server.anonymous();
    let refused = any.get("/v1/regions").await;
    assert_eq!(refused.header("retry-after"), Some("1"));
    refused.expect_problem(503, "unavailable");
    any.get("/livez").await.expect(200);
}

/// A client that closes the connection in the middle of its body changes nothing and does not block others.
#[actix_web::test]
async fn a_half_sent_request_changes_nothing() {
    let world = World::start().await;
    let address = world.server.address;
    let token = world.front.token().to_owned();
    tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let head = format!(
            "POST /v1/complaints HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: 500\r\n\r\n{{\"region_code\":"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    })
    .await
    .unwrap();
    world.complaint().await;
    assert_eq!(count(&world).await, 1);
}
