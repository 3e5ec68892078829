//! Calls from a browser: who may call, what a cache must tell apart, and that an error stays a problem.

use reqwest::Method;

use crate::support::http::Answer;
use crate::support::world::submission;
use crate::support::{Session, TestServer, World};

const DESK: &str = "https://desk.example.go.id";
const OTHER: &str = "https://evil.example";

async fn server() -> TestServer {
    TestServer::start_with(&["--cors-origins", "https://desk.example.go.id/,https://second.example.go.id"]).await
}

async fn preflight(any: &Session, origin: &str, method: &str, headers: &str) -> Answer {
    let asked =
        [("origin", origin), ("access-control-request-method", method), ("access-control-request-headers", headers)];
    any.raw(Method::OPTIONS, "/v1/complaints", &asked, None).await
}

/// The names in a header that is a list, in lower case and in order.
fn list(answer: &Answer, name: &str) -> Vec<String> {
    let all = answer.headers.get_all(name).iter().flat_map(|value| value.to_str().unwrap().split(','));
    let mut names: Vec<String> = all.map(|name| name.trim().to_ascii_lowercase()).collect();
    names.sort();
    names
}

#[actix_web::test]
async fn a_configured_origin_may_call_and_another_may_not() {
    let server = server().await;
    let any = server.anonymous();
    let yes = preflight(&any, DESK, "POST", "authorization, content-type, idempotency-key").await;
    assert!((200..300).contains(&yes.status) && yes.text.is_empty(), "{}: {}", yes.status, yes.text);
    assert_eq!(yes.header("access-control-allow-origin"), Some(DESK));
    assert_eq!(list(&yes, "access-control-allow-methods"), ["delete", "get", "patch", "post", "put"]);
    assert!(list(&yes, "access-control-allow-headers").contains(&"idempotency-key".to_owned()));
    assert_eq!(yes.header("access-control-max-age"), Some("600"));
    assert!(list(&yes, "vary").contains(&"origin".to_owned()));
    let no = preflight(&any, OTHER, "POST", "authorization").await;
    assert!((400..500).contains(&no.status) && no.header("access-control-allow-origin").is_none());
    let no = any.get_with("/v1/regions/32", &[("origin", OTHER)]).await;
    assert_eq!((no.status, no.header("access-control-allow-origin")), (200, None));
    let off = TestServer::start().await;
    let no = preflight(&off.anonymous(), DESK, "POST", "authorization").await;
    assert!((400..500).contains(&no.status) && no.header("access-control-allow-origin").is_none());
}

/// A cache that stores an answer without the origin's headers must not give it to a page.
#[actix_web::test]
async fn an_answer_that_may_be_cached_varies_by_origin_for_every_caller() {
    let server = server().await;
    let any = server.anonymous();
    for headers in [&[][..], &[("origin", DESK)], &[("origin", OTHER)]] {
        let answer = any.get_with("/v1/regions/32", headers).await;
        assert!(answer.header("cache-control").unwrap().contains("public"));
        assert!(list(&answer, "vary").contains(&"origin".to_owned()), "{headers:?}: {:?}", answer.headers);
        let known = answer.header("etag").unwrap().to_owned();
        let again = any.get_with("/v1/regions/32", &[&[("if-none-match", known.as_str())], headers].concat()).await;
        assert_eq!(again.status, 304);
        assert!(list(&again, "vary").contains(&"origin".to_owned()));
    }
    let off = TestServer::start().await.anonymous().get("/v1/regions/32").await;
    assert!(list(&off, "vary").is_empty(), "without origins nothing varies");
}

#[actix_web::test]
async fn a_page_reads_problems_and_the_headers_of_an_answer() {
    let world = World::around(server().await);
    let any = world.server.anonymous();
    let refused = any.get_with("/v1/complaints", &[("origin", DESK)]).await;
    assert_eq!(refused.header("access-control-allow-origin"), Some(DESK));
    refused.expect_problem(401, "invalid-token");
    let missing = any.get_with("/v1/nowhere", &[("origin", DESK)]).await;
    assert_eq!(missing.header("access-control-allow-origin"), Some(DESK));
    missing.expect_problem(404, "unknown-route");
    let made = world.front.post_with("/v1/complaints", &[("origin", DESK)], submission()).await;
    assert_eq!((made.status, made.header("access-control-allow-origin")), (201, Some(DESK)));
    let exposed = list(&made, "access-control-expose-headers");
    for name in ["etag", "location", "retry-after", "trace-id", "idempotency-replayed", "ratelimit"] {
        assert!(exposed.contains(&name.to_owned()), "{name}: {exposed:?}");
    }
}
