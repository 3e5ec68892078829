//! What an idempotency key compares: method, path, query and the meaning of the body.

use reqwest::Method;
use serde_json::json;

use crate::support::World;
use crate::support::http::Answer;
use crate::support::world::submission;

async fn send(world: &World, path: &str, body: &str) -> Answer {
    let headers = [("idempotency-key", "\"key-1\""), ("content-type", "application/json")];
    world.front.raw(Method::POST, path, &headers, Some(body.as_bytes().to_vec())).await
}

#[actix_web::test]
async fn the_query_belongs_to_the_request() {
    let world = World::start().await;
    let body = json!({ "items": [submission()] }).to_string();
    let path = "/v1/complaints/batch";
    send(&world, &format!("{path}?atomic=true"), &body).await.expect(207);
    send(&world, path, &body).await.expect_problem(422, "idempotency-key-reused");
    send(&world, &format!("{path}?atomic=false"), &body).await.expect_problem(422, "idempotency-key-reused");
    send(&world, &format!("{path}?atomic=true&dry_run=true"), &body)
        .await
        .expect_problem(422, "idempotency-key-reused");
    let again = send(&world, &format!("{path}?atomic=true"), &body).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    // The order of parameters has no meaning.
    let body = json!({ "items": [submission()] }).to_string();
    let headers = [("idempotency-key", "\"key-2\""), ("content-type", "application/json")];
    let post = async |query: &str| {
        world.front.raw(Method::POST, &format!("{path}?{query}"), &headers, Some(body.clone().into_bytes())).await
    };
    post("atomic=true&dry_run=false").await.expect(207);
    assert_eq!(post("dry_run=false&atomic=%74rue").await.header("idempotency-replayed"), Some("true"));
}

#[actix_web::test]
async fn the_meaning_of_the_body_counts_and_not_its_spelling() {
    let world = World::start().await;
    let first = r#"{"region_code":"32.04.05.2001","sector":"food","description":"Beras habis.","complainant":{"name":"Siti","phone":"0812-0000-9001"}}"#;
    let made = send(&world, "/v1/complaints", first).await.expect(201);
    let same = [
        r#"{ "sector": "food", "region_code": "32.04.05.2001",
             "complainant": { "phone": "0812-0000-9001", "name": "Siti" }, "description": "Beras habis." }"#,
        r#"{"region_code":"32.04.05.2001","sector":"\u0066ood","description":"Beras habis.","complainant":{"name":"Siti","phone":"0812-0000-9001"}}"#,
    ];
    for body in same {
        let again = send(&world, "/v1/complaints", body).await;
        assert_eq!(again.header("idempotency-replayed"), Some("true"), "{}", again.text);
        assert_eq!(again.expect(201)["id"], made["id"]);
    }
    for other in [first.replace("habis.", "habis!"), first.replace("\"Siti\"", "\"siti\"")] {
        send(&world, "/v1/complaints", &other).await.expect_problem(422, "idempotency-key-reused");
    }
    let count = world.front.get("/v1/complaints").await.expect(200);
    assert_eq!(count["items"].as_array().unwrap().len(), 1);
}
