//! Tests of attachments: they are uploaded over bad connections, validated, and visible to callers who may see the parent.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::http::faults;
use crate::support::resources::{announcement, photo};
use crate::support::{Answer, Session, World};

const PIECE: &str = "application/offset+octet-stream";

async fn send(session: &Session, path: &str, offset: usize, bytes: &[u8]) -> Answer {
    let offset = offset.to_string();
    let headers = [("content-type", PIECE), ("upload-offset", offset.as_str())];
    session.raw(Method::PATCH, path, &headers, Some(bytes.to_vec())).await
}

async fn offset(session: &Session, path: &str) -> usize {
    let answer = session.send(Method::HEAD, path, &[], None).await;
    assert_eq!(answer.status, 200);
    answer.header("upload-offset").unwrap().parse().unwrap()
}

async fn announce(session: &Session, complaint: &str, media_type: &str, bytes: &[u8]) -> String {
    let body = announcement(json!({ "kind": "complaint", "id": complaint }), media_type, bytes);
    let made = session.post("/v1/attachments", body).await.expect(201);
    format!("/v1/attachments/{}", made["id"].as_str().unwrap())
}

async fn open(session: &Session, path: &str) -> (String, Answer) {
    let link = session.act(&format!("{path}/links")).await.expect(201);
    let url = link["url"].as_str().unwrap().to_owned();
    (url.clone(), session.get(&url).await)
}

fn contains(bytes: &str, what: &str) -> bool {
    bytes.contains(what)
}

#[actix_web::test]
async fn a_photo_is_uploaded_in_chunks_and_opens_without_its_location() {
    let world = World::start().await;
    let complaint = world.complaint().await;
    let bytes = photo();
    let path = announce(&world.front, &complaint, "image/jpeg", &bytes).await;
    let content = format!("{path}/content");
    let first = send(&world.front, &content, 0, &bytes[..100]).await;
    assert_eq!(first.header("upload-offset"), Some("100"));
    assert_eq!(first.expect(200)["status"], "uploading");
    // After a lost connection the client reads the offset; a chunk that overlaps received bytes is refused.
    assert_eq!(offset(&world.front, &content).await, 100);
    let problem = send(&world.front, &content, 50, &bytes[50..]).await.expect_problem(409, "upload-offset-mismatch");
    assert!(problem["detail"].as_str().unwrap().contains("100"));
    world.front.act(&format!("{path}/links")).await.expect_problem(409, "attachment-not-complete");
    let whole = send(&world.front, &content, 100, &bytes[100..]).await.expect(200);
    assert_eq!((whole["status"].as_str(), whole["stored"]["width"].as_i64()), (Some("complete"), Some(64)));
    assert_ne!(whole["stored"]["sha256"], whole["sha256"]);

    let (_, opened) = open(&world.back, &path).await;
    assert!(contains(&String::from_utf8_lossy(&bytes), "GPS") && !contains(&opened.text, "GPS"));
    assert!(contains(&opened.text, "ZZZZ"));
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ] {
        assert_eq!(opened.header(name), Some(value));
    }
    assert!(opened.header("content-disposition").unwrap().starts_with("attachment; filename=\"photo_house-"));
    let listed = world.front.get(&format!("/v1/complaints/{complaint}/attachments")).await.expect(200);
    assert_eq!(listed["items"][0]["status"], "complete");
    let trail = world.auditor.get("/v1/audit-records?limit=200").await.expect(200).to_string();
    assert!(trail.contains("attachment.open") && trail.contains("attachment.finish"));
}

#[actix_web::test]
async fn bytes_received_before_a_lost_connection_are_stored() {
    use tokio::io::AsyncWriteExt as _;
    let world = World::start().await;
    let complaint = world.complaint().await;
    let bytes = photo();
    let path = announce(&world.front, &complaint, "image/jpeg", &bytes).await;
    let content = format!("{path}/content");
    let mut line = tokio::net::TcpStream::connect(world.server.address).await.unwrap();
    let head = format!(
        "PATCH {content} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: {PIECE}\r\nupload-offset: 0\r\ncontent-length: {}\r\n\r\n",
        world.front.token(),
        bytes.len()
    );
    line.write_all(&[head.as_bytes(), &bytes[..150]].concat()).await.unwrap();
    line.flush().await.unwrap();
    drop(line);
    // Repeat until the server has noticed the lost connection.
    let mut arrived = 0;
    while arrived == 0 {
        arrived = offset(&world.front, &content).await;
    }
    assert_eq!(arrived, 150);
    let whole = send(&world.front, &content, arrived, &bytes[arrived..]).await.expect(200);
    assert_eq!(whole["status"], "complete");
}

#[actix_web::test]
async fn content_that_differs_from_its_declaration_is_rejected_and_deleted() {
    let world = World::start().await;
    let complaint = world.complaint().await;
    let page = b"<html><script>alert(1)</script></html>".to_vec();
    let path = announce(&world.front, &complaint, "image/jpeg", &page).await;
    let refused = send(&world.front, &format!("{path}/content"), 0, &page).await;
    let found = faults(&refused.expect_problem(422, "validation-failed"));
    assert_eq!(found, [("/media_type".to_owned(), "content_differs".to_owned())]);
    let seen = world.front.get(&path).await.expect(200);
    assert_eq!((seen["status"].as_str(), seen["reason"].as_str()), (Some("rejected"), Some("content_differs")));
    world.front.act(&format!("{path}/links")).await.expect_problem(409, "attachment-not-complete");

    let path = announce(&world.front, &complaint, "image/jpeg", &photo()).await;
    let mut other = photo();
    *other.last_mut().unwrap() = 0;
    let refused = send(&world.front, &format!("{path}/content"), 0, &other).await;
    let found = faults(&refused.expect_problem(422, "validation-failed"));
    assert_eq!(found, [("/sha256".to_owned(), "hash_differs".to_owned())]);
    let again = send(&world.front, &format!("{path}/content"), 0, &other).await;
    again.expect_problem(409, "attachment-not-uploading");
}

#[actix_web::test]
async fn an_image_that_would_decode_to_gigabytes_is_refused() {
    let world = World::start().await;
    let complaint = world.complaint().await;
    let header = [&60_000_u32.to_be_bytes()[..], &60_000_u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let chunk = |name: &[u8], content: &[u8]| {
        [&u32::try_from(content.len()).unwrap().to_be_bytes()[..], name, content, &[0; 4]].concat()
    };
    let bomb =
        [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", b"x"), chunk(b"IEND", b"")].concat();
    let path = announce(&world.front, &complaint, "image/png", &bomb).await;
    let refused = send(&world.front, &format!("{path}/content"), 0, &bomb).await;
    let found = faults(&refused.expect_problem(422, "validation-failed"));
    assert_eq!(found, [("/content".to_owned(), "too_many_pixels".to_owned())]);
}

#[actix_web::test]
async fn an_attachment_is_validated_before_its_content_is_uploaded() {
    let world = World::around(crate::support::TestServer::start_with(&["--attachment-max-bytes", "1000"]).await);
    let complaint = world.complaint().await;
    let parent = json!({ "kind": "complaint", "id": complaint });
    let mut body = announcement(parent, "image/jpeg", &photo());
    body["size"] = json!(1001);
    let found =
        faults(&world.front.post("/v1/attachments", body.clone()).await.expect_problem(422, "validation-failed"));
    assert_eq!(found, [("/size".to_owned(), "too_large".to_owned())]);
    body["sha256"] = json!("xyz");
    body["media_type"] = json!("text/html");
    body["caption"] = json!("NIK 3204051203909001");
    let found =
        faults(&world.front.post("/v1/attachments", body.clone()).await.expect_problem(422, "validation-failed"));
    let pointers: Vec<&str> = found.iter().map(|(pointer, _)| pointer.as_str()).collect();
    assert!(pointers.contains(&"/sha256") && pointers.contains(&"/media_type"), "{found:?}");
    let mut body = announcement(json!({ "kind": "complaint", "id": uuid::Uuid::now_v7() }), "image/jpeg", &photo());
    let found =
        faults(&world.front.post("/v1/attachments", body.clone()).await.expect_problem(422, "validation-failed"));
    assert_eq!(found, [("/parent/id".to_owned(), "unknown_parent".to_owned())]);
    body["parent"]["id"] = json!(complaint);
    body["id"] = json!(uuid::Uuid::now_v7());
    world.front.post("/v1/attachments", body.clone()).await.expect(201);
    world.front.post("/v1/attachments", body.clone()).await.expect(200);
    body["kind"] = json!("identity_card");
    world.front.post("/v1/attachments", body).await.expect_problem(409, "already-exists");
    let (path, bytes) = (announce(&world.front, &complaint, "image/jpeg", &photo()).await, photo());
    let more = [&bytes[..], b"more"].concat();
    send(&world.front, &format!("{path}/content"), 0, &more).await.expect_problem(413, "body-too-large");
    let without_offset =
        world.front.raw(Method::PATCH, &format!("{path}/content"), &[("content-type", PIECE)], Some(bytes)).await;
    without_offset.expect_problem(400, "malformed-header");
}

#[actix_web::test]
async fn a_link_expires_and_cannot_be_modified() {
    let world = World::start().await;
    let complaint = world.complaint().await;
    let path = announce(&world.front, &complaint, "image/jpeg", &photo()).await;
    send(&world.front, &format!("{path}/content"), 0, &photo()).await.expect(200);
    let (url, _) = open(&world.front, &path).await;
    let anonymous = world.server.anonymous();
    assert_eq!(anonymous.get(&url).await.status, 200);
    let other = announce(&world.front, &complaint, "image/jpeg", &photo()).await;
    let moved = url.replace(&path, &other);
    let later = url.replace("expires=", "expires=9");
    for wrong in [&moved, &later, &format!("{url}x"), &format!("{path}/file"), &format!("{url}&x=1")] {
        anonymous.get(wrong).await.expect_problem(404, "not-found");
    }
    world.server.shared.clock.advance(chrono::TimeDelta::minutes(6));
    anonymous.get(&url).await.expect_problem(404, "not-found");
}

#[actix_web::test]
async fn both_sides_see_a_referrals_attachments_but_not_those_of_its_complaint() {
    let world = World::start().await;
    let complaint = world.complaint().await;
    let private = announce(&world.front, &complaint, "image/jpeg", &photo()).await;
    let referral = world.requested().await;
    let body = announcement(json!({ "kind": "referral", "id": referral }), "image/jpeg", &photo());
    let sent = world.back.post("/v1/attachments", body.clone()).await.expect(201);
    let sent = sent["id"].as_str().unwrap().to_owned();
    send(&world.back, &format!("/v1/attachments/{sent}/content"), 0, &photo()).await.expect(200);

    let of_referral = format!("/v1/referrals/{referral}/attachments");
    let (_, opened) = open(&world.pkh, &format!("{of_referral}/{sent}")).await;
    assert_eq!(opened.status, 200);
    let mut proof = body;
    proof.as_object_mut().unwrap().remove("parent");
    proof["kind"] = json!("delivery_proof");
    let made = world.pkh.post(&of_referral, proof.clone()).await.expect(201);
    let content = format!("{of_referral}/{}/content", made["id"].as_str().unwrap());
    send(&world.pkh, &content, 0, &photo()[..10]).await.expect(200);
    assert_eq!(offset(&world.pkh, &content).await, 10);
    send(&world.pkh, &content, 10, &photo()[10..]).await.expect(200);
    assert_eq!(world.back.get(&of_referral).await.expect(200)["items"].as_array().unwrap().len(), 2);

    // Other attachments cannot be opened under the referral's path, and the source cannot act for the target.
    let private = private.rsplit('/').next().unwrap();
    world.pkh.act(&format!("{of_referral}/{private}/links")).await.expect_problem(404, "not-found");
    let may = [slrt::slices::permissions::REFERRALS_RESPOND, slrt::slices::permissions::REFERRALS_READ];
    let source = world.server.session("bo", None, &["32.04"], &may);
    source.post(&of_referral, proof).await.expect_problem(403, "not-the-target");
}

#[actix_web::test]
async fn only_the_source_sees_the_attachments_of_a_draft() {
    let world = World::start().await;
    let draft = world.draft(None).await;
    let body = announcement(json!({ "kind": "referral", "id": draft }), "image/jpeg", &photo());
    world.back.post("/v1/attachments", body).await.expect(201);
    world.pkh.get(&format!("/v1/referrals/{draft}/attachments")).await.expect_problem(404, "not-found");
}

#[actix_web::test]
async fn only_the_uploader_may_withdraw_an_attachment() {
    let world = World::start().await;
    let complaint = world.complaint().await;
    let path = announce(&world.front, &complaint, "image/jpeg", &photo()).await;
    send(&world.front, &format!("{path}/content"), 0, &photo()).await.expect(200);
    let (url, _) = open(&world.front, &path).await;
    world.back.send(Method::DELETE, &path, &[("if-match", "*")], None).await.expect_problem(403, "not-the-uploader");
    world.front.send(Method::DELETE, &path, &[], None).await.expect_problem(428, "precondition-required");
    world
        .front
        .send(Method::DELETE, &path, &[("if-match", "\"1\"")], None)
        .await
        .expect_problem(412, "version-mismatch");
    let withdrawn = world.front.send(Method::DELETE, &path, &[("if-match", "*")], None).await.expect(200);
    assert_eq!(withdrawn["status"], "withdrawn");
    world.front.get(&url).await.expect_problem(404, "not-found");
    let listed = world.front.get(&format!("/v1/complaints/{complaint}/attachments")).await.expect(200);
    assert_eq!(listed["items"], json!([]));
}

#[actix_web::test]
async fn an_unfinished_upload_expires_and_an_attachment_without_parent_is_withdrawn() {
    let world = World::start().await;
    let complaint = world.complaint().await;
    let stalled = announce(&world.front, &complaint, "image/jpeg", &photo()).await;
    send(&world.front, &format!("{stalled}/content"), 0, &photo()[..20]).await.expect(200);
    let finished = announce(&world.front, &complaint, "image/jpeg", &photo()).await;
    send(&world.front, &format!("{finished}/content"), 0, &photo()).await.expect(200);
    world.server.shared.clock.advance(chrono::TimeDelta::days(8));
    world.server.work().await;
    let world = World::around(world.server);
    assert_eq!(world.front.get(&stalled).await.expect(200)["status"], "expired");
    assert_eq!(world.front.get(&finished).await.expect(200)["status"], "complete");

    let mut conn = world.server.connection().await;
    diesel_async::SimpleAsyncConnection::batch_execute(&mut conn, "delete from complaints").await.unwrap();
    world.server.shared.clock.advance(chrono::TimeDelta::days(2));
    world.server.work().await;
    let remaining: Vec<Value> = stored_statuses(&mut conn).await;
    assert_eq!(remaining, [json!("expired"), json!("withdrawn")]);
}

async fn stored_statuses(conn: &mut diesel_async::AsyncPgConnection) -> Vec<Value> {
    use diesel::QueryDsl as _;
    use slrt::db::schema::attachments;
    let statuses = attachments::table.select(attachments::status);
    let mut found: Vec<String> = diesel_async::RunQueryDsl::load(statuses, conn).await.unwrap();
    found.sort();
    found.into_iter().map(Value::from).collect()
}

/// A process that was killed after the last byte leaves a complete upload, which background work finishes.
#[actix_web::test]
async fn an_upload_survives_the_process_that_received_it() {
    let folder = temp_dir::TempDir::new().unwrap();
    let store = folder.path().to_str().unwrap();
    let world = World::around(crate::support::TestServer::start_with(&["--attachment-store", store]).await);
    let complaint = world.complaint().await;
    let path = announce(&world.front, &complaint, "image/jpeg", &photo()).await;
    send(&world.front, &format!("{path}/content"), 0, &photo()[..200]).await.expect(200);
    let server = crate::support::TestServer::beside(&world.server, &["--attachment-store", store]).await;
    let world = World::around(server);
    let content = format!("{path}/content");
    let at = offset(&world.front, &content).await;
    assert_eq!(at, 200);
    assert_eq!(send(&world.front, &content, at, &photo()[at..]).await.expect(200)["status"], "complete");
    let (_, opened) = open(&world.front, &path).await;
    assert!(opened.text.contains("ZZZZ"));
    let pieces = folder.path().join("uploads").join(path.rsplit('/').next().unwrap());
    let remaining = std::fs::read_dir(pieces).map_or(0, |entries| entries.count());
    assert_eq!(remaining, 0);
}
