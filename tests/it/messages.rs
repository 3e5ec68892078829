//! Tests of messages: one message for each visible step, rendered from templates, delivered once, with receipts from the
//! gateway.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use slrt::slices::permissions as P;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::http::faults;
use crate::support::world::submission;
use crate::support::{Session, TestServer, World};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A gateway that returns the given responses, and records the requests: headers and body.
struct Gateway {
    url: String,
    received: Arc<Mutex<Vec<(String, Value)>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

impl Gateway {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        let (received, answers) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(VecDeque::new())));
        let (t, a) = (received.clone(), answers.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (t, a) = (t.clone(), a.clone());
                tokio::spawn(async move {
                    let mut bytes = Vec::new();
                    let (head, length) = loop {
                        let mut piece = [0; 4096];
                        let n = stream.read(&mut piece).await.unwrap_or(0);
                        bytes.extend_from_slice(&piece[..n]);
                        let text = String::from_utf8_lossy(&bytes).into_owned();
                        let Some(end) = text.find("\r\n\r\n") else { continue };
                        let head = text[..end].to_lowercase();
                        let length = head.split("content-length: ").nth(1).and_then(|l| l.lines().next()?.parse().ok());
                        let length: usize = length.unwrap_or(0);
                        if bytes.len() >= end + 4 + length {
                            break (text[..end].to_owned(), bytes.split_off(end + 4));
                        }
                    };
                    let body = serde_json::from_slice(&length).unwrap_or(Value::Null);
                    t.lock().unwrap().push((format!("{head}\n{}", String::from_utf8_lossy(&length)), body));
                    let answer = a
                        .lock()
                        .unwrap()
                        .pop_front()
                        .unwrap_or("HTTP/1.1 202 Accepted\r\ncontent-length: 20\r\n\r\n{\"reference\":\"gw-1\"}");
                    let _ =
                        stream.write_all(answer.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n").as_bytes()).await;
                });
            }
        });
        Self { url, received, answers }
    }

    fn answers(&self, answers: &[&'static str]) {
        self.answers.lock().unwrap().extend(answers);
    }

    fn received(&self) -> Vec<(String, Value)> {
        self.received.lock().unwrap().clone()
    }

    async fn world(&self) -> World {
        World::around(TestServer::start_with(&self.flags()).await)
    }

    fn flags(&self) -> Vec<&str> {
        vec!["--message-gateway", &self.url, "--message-gateway-secret", SECRET, "--outbound-allow", "127.0.0.0/8"]
    }
}

async fn messages_of(world: &World, complaint: &str) -> Vec<Value> {
    let list = world.front.get(&format!("/v1/complaints/{complaint}/messages")).await.expect(200);
    list["items"].as_array().unwrap().clone()
}

fn texts(list: &[Value], field: &str) -> Vec<String> {
    list.iter().map(|m| m[field].as_str().unwrap_or_default().to_owned()).collect()
}

fn reporting(world: &World) -> Session {
    world.server.session("gateway", None, &["ID"], &[P::WEBHOOKS_MANAGE])
}

#[actix_web::test]
async fn each_visible_step_sends_a_rendered_and_signed_message() {
    let gateway = Gateway::start().await;
    let world = gateway.world().await;
    let id = world.complaint().await;
    world.step(&world.back, &id, "verify", json!({ "class": "unmet_need", "priority": "high" })).await;
    world.step(&world.back, &id, "start", json!({})).await;
    world.step(&world.back, &id, "recommend", json!({ "kind": "resolve", "text": "Sudah dibantu desa." })).await;
    let decision = json!({ "outcome": "resolve", "decision": "upheld", "answer": "Bantuan sudah disalurkan." });
    world.step(&world.manager, &id, "approve", decision).await;
    assert_eq!(texts(&messages_of(&world, &id).await, "status"), ["queued"; 3]);
    world.server.work().await;
    let list = messages_of(&world, &id).await;
    assert_eq!(texts(&list, "event"), ["received", "verified", "resolved"]);
    assert_eq!(texts(&list, "status"), ["sent"; 3]);
    assert_eq!(texts(&list, "recipient"), ["08**********01"; 3]);
    assert!(list[0]["text"].as_str().unwrap().contains("Siti Rahmawati"));
    assert!(list[2]["text"].as_str().unwrap().contains("Bantuan sudah disalurkan."));
    assert_eq!(
        (list[0]["gateway_reference"].as_str(), list[0]["attempts"][0]["http_status"].as_i64()),
        (Some("gw-1"), Some(202))
    );

    let received = gateway.received();
    assert_eq!(received.len(), 3);
    for (raw, body) in &received {
        assert_eq!(body["type"], "message.send");
        assert_eq!(body["data"]["recipient"], "0812-0000-9001");
        let header = |name: &str| {
            let line = raw.lines().find(|l| l.to_lowercase().starts_with(&format!("{name}: "))).unwrap();
            line.split_once(": ").unwrap().1.to_owned()
        };
        let signed =
            format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), raw.lines().last().unwrap());
        let key = hmac::Key::new(hmac::HMAC_SHA256, &BASE64_STANDARD.decode(&SECRET[6..]).unwrap());
        let tag = BASE64_STANDARD.decode(header("webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
        assert!(hmac::verify(&key, signed.as_bytes(), &tag).is_ok());
        assert_eq!(body["data"]["message_id"].as_str(), Some(header("webhook-id").as_str()));
    }
    world.server.work().await;
    assert_eq!(gateway.received().len(), 3);
}

#[actix_web::test]
async fn anonymous_reporters_and_reporters_without_telephone_get_no_message() {
    let world = World::start().await;
    let mut body = submission();
    body["complainant"].as_object_mut().unwrap().remove("phone");
    let without_phone = world.front.post("/v1/complaints", body.clone()).await.expect(201);
    body.as_object_mut().unwrap().remove("complainant");
    body["anonymous"] = json!(true);
    let anonymous = world.front.post("/v1/complaints", body).await.expect(201);
    for made in [without_phone, anonymous] {
        let id = made["id"].as_str().unwrap();
        world.step(&world.back, id, "verify", json!({ "class": "unmet_need", "priority": "high" })).await;
        assert_eq!(messages_of(&world, id).await.len(), 0);
    }
}

#[actix_web::test]
async fn a_rolled_back_complaint_sends_no_message() {
    let world = World::start().await;
    let mut items = vec![submission(), submission()];
    items[1]["sector"] = json!("weather");
    world.front.post("/v1/complaints/batch?atomic=true", json!({ "items": items })).await.expect(207);
    let mut conn = world.server.connection().await;
    let messages = slrt::db::schema::messages::table;
    let count: i64 = diesel_async::RunQueryDsl::get_result(diesel::QueryDsl::count(messages), &mut conn).await.unwrap();
    assert_eq!(count, 0);
}

#[actix_web::test]
async fn a_failing_gateway_is_retried_as_requested_and_abandoned_after_three_days() {
    let gateway = Gateway::start().await;
    let world = gateway.world().await;
    let id = world.complaint().await;
    gateway.answers(&[
        "HTTP/1.1 503 Busy\r\nretry-after: 600\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
    ]);
    world.server.work().await;
    world.server.shared.clock.advance(TimeDelta::seconds(590));
    world.server.work().await;
    assert_eq!(gateway.received().len(), 1);
    world.server.shared.clock.advance(TimeDelta::seconds(20));
    world.server.work().await;
    assert_eq!(gateway.received().len(), 2);
    for _ in 0..12 {
        gateway.answers(&["HTTP/1.1 500 Broken\r\ncontent-length: 0\r\n\r\n"]);
        world.server.shared.clock.advance(TimeDelta::hours(27));
        world.server.work().await;
    }
    let received = gateway.received();
    assert_eq!(received.len(), 10);
    let first = &received[0].1["data"]["message_id"];
    assert!(received.iter().all(|(_, body)| body["data"]["message_id"] == *first));
    let world = World::around(world.server);
    let dead = &messages_of(&world, &id).await[0];
    assert_eq!((dead["status"].as_str(), dead["attempts"].as_array().unwrap().len()), (Some("dead"), 10));
    let path = format!("/v1/messages/{}", dead["id"].as_str().unwrap());
    gateway.answers.lock().unwrap().clear();
    world.back.act(&format!("{path}/retry")).await.expect(200);
    world.server.work().await;
    assert_eq!(world.front.get(&path).await.expect(200)["status"], "sent");
    world.back.act(&format!("{path}/retry")).await.expect_problem(409, "message-not-failed");
}

#[actix_web::test]
async fn several_processes_send_each_message_once() {
    let gateway = Gateway::start().await;
    let world = gateway.world().await;
    for _ in 0..20 {
        world.complaint().await;
    }
    let worker = || world.server.shared.background().unwrap();
    let (one, two, three) = (worker(), worker(), worker());
    let send = slrt::messages::work::send_due;
    let (a, b, c) = futures_util::future::join3(send(&one), send(&two), send(&three)).await;
    a.and(b).and(c).unwrap();
    let mut ids: Vec<String> =
        gateway.received().iter().map(|(_, b)| b["data"]["message_id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((gateway.received().len(), ids.len()), (20, 20));
}

#[actix_web::test]
async fn the_gateway_reports_delivery() {
    let gateway = Gateway::start().await;
    let world = gateway.world().await;
    let id = world.complaint().await;
    let message = messages_of(&world, &id).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/messages/{message}/receipts");
    let reporter = reporting(&world);
    let receipt = |status: &str| json!({ "status": status, "at": "2026-11-24T03:15:00Z" });
    reporter.post(&path, receipt("delivered")).await.expect_problem(409, "message-not-sent");
    world.server.work().await;
    assert_eq!(reporter.post(&path, receipt("failed")).await.expect(201)["status"], "undelivered");
    assert_eq!(reporter.post(&path, receipt("delivered")).await.expect(201)["status"], "delivered");
    let after = reporter.post(&path, receipt("failed")).await.expect(201);
    assert_eq!((after["status"].as_str(), after["receipts"].as_array().unwrap().len()), (Some("delivered"), 3));
    let refused = reporter.post(&path, json!({ "status": "lost", "at": "x" })).await;
    assert_eq!(faults(&refused.expect_problem(422, "validation-failed")).len(), 2);
}

#[actix_web::test]
async fn a_region_can_have_its_own_template() {
    let gateway = Gateway::start().await;
    let world = gateway.world().await;
    let path = "/v1/message-templates/received/sms/32.04";
    let inherited = world.front.get(path).await;
    assert_eq!(inherited.header("etag"), Some("\"0\""));
    assert_eq!(inherited.expect(200)["region_code"], "ID");
    let template = json!({ "text": "Sampurasun {name}, nomor {reference}." });
    let put = async |who: &Session, path: &str, version: &str, body: Value| {
        who.send(Method::PUT, path, &[("if-match", version)], Some(body)).await
    };
    world
        .manager
        .send(Method::PUT, path, &[], Some(template.clone()))
        .await
        .expect_problem(428, "precondition-required");
    put(&world.manager, path, "\"1\"", template.clone()).await.expect_problem(412, "version-mismatch");
    let made = put(&world.manager, path, "\"0\"", template.clone()).await.expect(200);
    assert_eq!((made["version"].as_i64(), made["region_code"].as_str()), (Some(1), Some("32.04")));
    put(&world.manager, "/v1/message-templates/received/sms/ID", "\"1\"", template.clone())
        .await
        .expect_problem(403, "region-not-granted");
    put(&world.elsewhere, path, "\"1\"", template).await.expect_problem(403, "region-not-granted");
    for (text, code) in [("NIK {nik}", "unknown_placeholder"), ("{answer}", "unknown_placeholder"), ("{name", "format")]
    {
        let refused = put(&world.manager, path, "\"1\"", json!({ "text": text })).await;
        assert_eq!(faults(&refused.expect_problem(422, "validation-failed")), [("/text".to_owned(), code.to_owned())]);
    }
    world.front.get("/v1/message-templates/received/sms/99.99").await.expect_problem(404, "not-found");

    let id = world.complaint().await;
    let off = json!({ "text": "x", "enabled": false });
    put(&world.manager, "/v1/message-templates/verified/sms/32.04.05", "\"0\"", off).await.expect(200);
    world.step(&world.back, &id, "verify", json!({ "class": "unmet_need", "priority": "high" })).await;
    world.server.work().await;
    let list = messages_of(&world, &id).await;
    assert!(list[0]["text"].as_str().unwrap().starts_with("Sampurasun Siti Rahmawati, nomor "));
    assert_eq!(texts(&list, "status"), ["sent", "skipped"]);
}

#[actix_web::test]
async fn a_private_address_is_never_called() {
    let gateway = Gateway::start().await;
    let inside = gateway.url.replace("http://127.0.0.1", "https://localhost");
    let world = World::around(
        TestServer::start_with(&["--message-gateway", &inside, "--message-gateway-secret", SECRET]).await,
    );
    let id = world.complaint().await;
    world.server.work().await;
    let list = messages_of(&world, &id).await;
    assert_eq!(list[0]["attempts"][0]["outcome"], "address_not_allowed");
    assert_eq!((list[0]["status"].as_str(), gateway.received().len()), (Some("queued"), 0));
}

#[actix_web::test]
async fn telephone_and_text_are_deleted_after_half_a_year() {
    let gateway = Gateway::start().await;
    let world = gateway.world().await;
    let id = world.complaint().await;
    world.server.work().await;
    world.server.shared.clock.advance(TimeDelta::days(181));
    world.server.work().await;
    let world = World::around(world.server);
    let message = &messages_of(&world, &id).await[0];
    assert!(message.get("recipient").is_none() && message.get("text").is_none());
    assert_eq!(message["status"], "sent");
}
