//! Tests of regions, code lists and state machines: public and cacheable.

use serde_json::json;
use slrt::health::PendingMigrations;

use crate::support::TestServer;

#[actix_web::test]
async fn regions_can_be_walked_and_searched() {
    let server = TestServer::start().await;
    let any = server.anonymous();
    let region = any.get("/v1/regions/32.04.05").await.expect(200);
    assert_eq!(region, json!({ "code": "32.04.05", "name": "Cileunyi", "kind": "kecamatan", "parent_code": "32.04" }));
    let provinces = any.get("/v1/regions?kind=provinsi&limit=200").await.expect(200);
    assert_eq!(provinces["items"].as_array().unwrap().len(), 38);
    assert!(provinces.get("next_cursor").is_none());
    let children = any.get("/v1/regions/32.04.05/children").await.expect(200);
    assert_eq!(children["items"].as_array().unwrap().len(), 6);
    let ancestors = any.get("/v1/regions/32.04.05.2001/ancestors").await.expect(200);
    let codes: Vec<_> = ancestors["items"].as_array().unwrap().iter().map(|r| r["code"].clone()).collect();
    assert_eq!(codes, ["32", "32.04", "32.04.05"]);
    let found = any.get("/v1/regions?q=CILEUNYI%20KULON").await.expect(200);
    assert_eq!(found["items"][0]["code"], "32.04.05.2001");
    any.get("/v1/regions/32.04.99").await.expect_problem(404, "not-found");
    any.get("/v1/regions?q=a").await.expect_problem(400, "malformed-parameter");
}

#[actix_web::test]
async fn the_pages_of_a_list_contain_every_item_once() {
    let server = TestServer::start().await;
    let any = server.anonymous();
    let mut codes = Vec::new();
    let mut path = "/v1/regions?within=32.04&kind=kecamatan&limit=7".to_owned();
    loop {
        let page = any.get(&path).await.expect(200);
        codes.extend(page["items"].as_array().unwrap().iter().map(|r| r["code"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/regions?within=32.04&kind=kecamatan&limit=7&cursor={cursor}");
    }
    assert_eq!(codes.len(), 31);
    assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
}

#[actix_web::test]
async fn reference_data_is_cached_by_version() {
    let server = TestServer::start().await;
    let any = server.anonymous();
    for path in ["/v1/regions/32", "/v1/reference/sectors", "/v1/openapi.json"] {
        let first = any.get(path).await;
        let etag = first.header("etag").expect(path).to_owned();
        assert!(first.header("cache-control").unwrap().starts_with("public, max-age"), "{path}");
        let again = any.get_with(path, &[("if-none-match", &etag)]).await;
        assert_eq!((again.status, again.text.as_str()), (304, ""), "{path}");
    }
}

#[actix_web::test]
async fn code_lists_have_labels_in_both_languages_and_machines_have_edges() {
    let server = TestServer::start().await;
    let any = server.anonymous();
    let index = any.get("/v1/reference").await.expect(200);
    for entry in index["items"].as_array().unwrap() {
        let list = any.get(&format!("/v1/reference/{}", entry["name"].as_str().unwrap())).await.expect(200);
        let items = list["items"].as_array().unwrap();
        assert!(!items.is_empty(), "{entry}");
        for item in items {
            assert!(!item["label_id"].as_str().unwrap().is_empty() && !item["label_en"].as_str().unwrap().is_empty());
        }
    }
    assert_eq!(any.get("/v1/reference/service-need-categories").await.body["items"].as_array().unwrap().len(), 26);
    assert_eq!(any.get("/v1/reference/welfare-resources").await.body["items"].as_array().unwrap().len(), 12);
    assert_eq!(any.get("/v1/reference/programs").await.body["items"].as_array().unwrap().len(), 13);
    let machine = any.get("/v1/reference/complaint-states").await.expect(200);
    let verify = machine["edges"].as_array().unwrap().iter().find(|e| e["action"] == "verify").unwrap().clone();
    assert_eq!(verify["from"], json!(["received"]));
    assert_eq!((verify["to"].as_str(), verify["permission"].as_str()), (Some("verified"), Some("complaints:handle")));
    any.get("/v1/reference/nothing").await.expect_problem(404, "not-found");
}

#[actix_web::test]
async fn the_service_reports_its_health() {
    let server = TestServer::start().await;
    let any = server.anonymous();
    assert_eq!(any.get("/livez").await.expect(200)["status"], "pass");
    assert_eq!(any.get("/readyz").await.expect(200)["status"], "pass");
    server.shared.resources.get::<PendingMigrations>().unwrap().0.store(2, std::sync::atomic::Ordering::Relaxed);
    let unready = any.get("/readyz").await;
    assert_eq!((unready.status, unready.body["status"].as_str()), (503, Some("fail")));
    assert_eq!(unready.header("content-type"), Some("application/health+json"));
}

#[actix_web::test]
async fn a_browser_is_redirected_to_the_documentation() {
    let server = TestServer::start().await;
    let any = server.anonymous();
    let root = any.get("/").await;
    assert_eq!((root.status, root.header("location")), (303, Some("/docs/")));
    let page = any.get("/docs/").await;
    assert!(page.text.contains("swagger-ui"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert!(page.text.contains("sign-in.js"));
    let sign_in = any.get("/docs/sign-in.js").await;
    assert_eq!(sign_in.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert!(sign_in.text.contains("/oauth/token"));
    let settings = any.get("/docs/swagger-initializer.js").await.text;
    assert!(settings.contains("\"docExpansion\": \"none\"") && settings.contains("\"filter\": true"), "{settings}");
    let problem = any.get_with("/problems/not-found", &[("accept-language", "en")]).await;
    assert!(problem.text.contains("Not found"), "{}", problem.text);
}
