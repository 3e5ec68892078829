//! Tests of what an operator uses to monitor the service.

use slrt::metrics;

use crate::support::{Session, TestServer, World};

#[actix_web::test]
async fn metrics_count_requests_and_background_work_without_personal_data() {
    let world = World::start().await;
    let complaint = world.complaint().await;
    world.front.get(&format!("/v1/complaints/{complaint}")).await.expect(200);
    world.front.get("/v1/nowhere/3204055203909001").await.expect_problem(404, "unknown-route");
    let (server, address) =
        metrics::serve(world.server.shared.metrics.clone(), "127.0.0.1:0".parse().unwrap()).unwrap();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let text = reqwest::get(format!("http://{address}/metrics")).await.unwrap().text().await.unwrap();
    for line in [
        "slrt_requests_total{method=\"POST\",route=\"/v1/complaints\",status=\"201\"} 1",
        "slrt_requests_total{method=\"GET\",route=\"/v1/complaints/{id}\",status=\"200\"} 1",
        "slrt_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "slrt_requests_in_flight 0",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
    assert!(!text.contains(&complaint) && !text.contains("3204055203909001") && !text.contains("bandung"), "{text}");
    handle.stop(false).await;
}

#[actix_web::test]
async fn metrics_are_not_on_the_public_address() {
    let server = TestServer::start().await;
    server.anonymous().get("/metrics").await.expect_problem(404, "unknown-route");
}

#[actix_web::test]
async fn the_security_contact_is_published_when_configured() {
    let unconfigured = TestServer::start().await;
    unconfigured.anonymous().get("/.well-known/security.txt").await.expect_problem(404, "unknown-route");
    let server = TestServer::start_with(&["--security-contact", "mailto:keamanan@contoh.go.id"]).await;
    let answer = Session::new(server.address, None).get("/.well-known/security.txt").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain; charset=utf-8")));
    assert!(answer.text.starts_with("Contact: mailto:keamanan@contoh.go.id\nExpires: 20"), "{}", answer.text);
}
