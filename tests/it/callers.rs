//! Callers without a token, behind a gateway and without one: whose quota they use, and who can lock out whom.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Method;
use slrt::auth::clients::{self, ClientRow};
use slrt::slices::permissions as P;

use crate::support::TestServer;
use crate::support::http::Answer;

const SECRET: &str = "p8zJ0mR7o0mC7Yw2o3c8bq9Zk1s5Vd4xT6uNfHgLeQA";
const HERE: &str = "203.0.113.7";
const THERE: &str = "203.0.113.8";

async fn behind_gateway(flags: &[&str]) -> TestServer {
    TestServer::start_with(&[flags, &["--trusted-proxies", "127.0.0.0/8,::1/128"]].concat()).await
}

async fn ask(server: &TestServer, headers: &[(&str, &str)]) -> u16 {
    server.anonymous().get_with("/v1/regions/32", headers).await.status
}

#[actix_web::test]
async fn behind_a_gateway_each_address_has_its_own_quota() {
    let server = behind_gateway(&["--rate-per-minute", "3"]).await;
    for _ in 0..3 {
        assert_eq!(ask(&server, &[("x-forwarded-for", HERE)]).await, 200);
    }
    assert_eq!(ask(&server, &[("x-forwarded-for", HERE)]).await, 429);
    assert_eq!(ask(&server, &[("x-forwarded-for", THERE)]).await, 200);
    // The same client whichever header names it, and whatever it puts in front of what the gateway appends.
    assert_eq!(ask(&server, &[("forwarded", "for=\"203.0.113.7:4711\";proto=https")]).await, 429);
    assert_eq!(ask(&server, &[("x-forwarded-for", "198.51.100.9, 203.0.113.7")]).await, 429);
    assert_eq!(ask(&server, &[("forwarded", "for=198.51.100.9, for=203.0.113.7, for=127.0.0.2")]).await, 429);
    // A caller with a token has its own quota.
    let desk = server.session("desk", None, &["32"], &[P::COMPLAINTS_READ]);
    assert_eq!(desk.get_with("/v1/complaints", &[("x-forwarded-for", HERE)]).await.status, 200);
}

#[actix_web::test]
async fn headers_of_a_peer_that_is_no_trusted_proxy_are_ignored() {
    for proxies in [&[][..], &["--trusted-proxies", "10.0.0.0/8"]] {
        let server = TestServer::start_with(&[&["--rate-per-minute", "2"], proxies].concat()).await;
        assert_eq!(ask(&server, &[("x-forwarded-for", HERE)]).await, 200);
        assert_eq!(ask(&server, &[("forwarded", "for=203.0.113.8")]).await, 200);
        assert_eq!(ask(&server, &[("x-forwarded-for", "203.0.113.9")]).await, 429);
    }
}

async fn with_clients(flags: &[&str]) -> TestServer {
    let server = behind_gateway(flags).await;
    for id in ["desk", "other"] {
        let row = ClientRow {
            id: id.to_owned(),
            label: id.to_owned(),
            organization_id: None,
            regions: vec!["32.04".to_owned()],
            permissions: vec![P::COMPLAINTS_READ.to_string()],
            roles: Vec::new(),
            secret_hash: server.shared.tokens.keys().ring().hash_secret(SECRET),
            created_at: server.shared.clock.now(),
            disabled_at: None,
        };
        assert!(clients::insert_client(&mut server.connection().await, &row).await.unwrap());
    }
    server
}

async fn sign_in(server: &TestServer, from: &str, id: &str, secret: &str) -> Answer {
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")));
    let headers = [
        ("authorization", basic.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-forwarded-for", from),
    ];
    let form = b"grant_type=client_credentials".to_vec();
    server.anonymous().raw(Method::POST, "/oauth/token", &headers, Some(form)).await
}

#[actix_web::test]
async fn failed_sign_ins_are_limited_by_address_and_client_together() {
    let server = with_clients(&["--sign-in-failures-per-minute", "3"]).await;
    for _ in 0..3 {
        sign_in(&server, HERE, "desk", "wrong").await.expect_problem(401, "invalid-client");
    }
    // Also the right secret is not looked at any more: an attacker would learn that it is right.
    for secret in ["wrong", SECRET] {
        let refused = sign_in(&server, HERE, "desk", secret).await;
        assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
        refused.expect_problem(429, "too-many-requests");
    }
    sign_in(&server, THERE, "desk", SECRET).await.expect(200);
    sign_in(&server, HERE, "other", SECRET).await.expect(200);
    // A client that does not exist is treated alike.
    for _ in 0..3 {
        sign_in(&server, HERE, "unknown", SECRET).await.expect_problem(401, "invalid-client");
    }
    sign_in(&server, HERE, "unknown", SECRET).await.expect_problem(429, "too-many-requests");
}

#[actix_web::test]
async fn a_sign_in_that_succeeds_costs_nothing_of_the_quota_of_failures() {
    let server = with_clients(&["--sign-in-failures-per-minute", "2"]).await;
    for _ in 0..10 {
        sign_in(&server, HERE, "desk", SECRET).await.expect(200);
    }
    sign_in(&server, HERE, "desk", "wrong").await.expect_problem(401, "invalid-client");
    sign_in(&server, HERE, "desk", SECRET).await.expect(200);
    // Neither does a request that is wrong in another way.
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("desk:{SECRET}")));
    let headers = [
        ("authorization", basic.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-forwarded-for", HERE),
    ];
    for _ in 0..3 {
        let form = b"grant_type=password".to_vec();
        let answer = server.anonymous().raw(Method::POST, "/oauth/token", &headers, Some(form)).await;
        answer.expect_problem(400, "unsupported-grant-type");
    }
    sign_in(&server, HERE, "desk", SECRET).await.expect(200);
}
