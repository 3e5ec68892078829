//! The roles of docs/database-roles.sql: what each may do, tried with a service that has only its role.

use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use serde_json::json;

use crate::support::{TestServer, World};

/// Runs the script with names of this test, because roles belong to the cluster. Returns the prefix of the names.
async fn create_roles(server: &TestServer) -> String {
    let prefix = format!("r{}_", uuid::Uuid::new_v4().simple());
    let script = include_str!("../../docs/database-roles.sql").replace("slrt_", &prefix);
    server.connection().await.batch_execute(&script).await.expect("roles");
    prefix
}

fn url_of(server: &TestServer, role: &str) -> String {
    server.database_url.replacen("slrt@", &format!("{role}@"), 1)
}

async fn refused(url: &str, sql: &str) {
    let mut conn = AsyncPgConnection::establish(url).await.expect("the role may sign in");
    let error = diesel::sql_query(sql).execute(&mut conn).await.expect_err(sql);
    let refusal = ["permission denied", "must be owner"].iter().any(|text| error.to_string().contains(text));
    assert!(refusal, "{sql}: {error}");
}

#[actix_web::test]
async fn the_service_works_without_rights_on_the_schema() {
    let owner = TestServer::start().await;
    let service = url_of(&owner, &format!("{}service", create_roles(&owner).await));
    let pending = slrt::db::pending_migrations(&service).await.expect("it reads which migrations ran");
    assert!(pending.is_empty());
    let world = World::around(TestServer::with_url(service.clone()).await);
    let id = world.complaint().await;
    world.step(&world.back, &id, "verify", json!({ "class": "unmet_need", "priority": "low" })).await;
    world.server.work().await;
    let events = world.front.get("/v1/events").await.expect(200);
    assert_eq!(events["items"].as_array().unwrap().len(), 2);
    refused(&service, "create table x (id int)").await;
    refused(&service, "alter table complaints add column x int").await;
    refused(&service, "update audit_records set actor = 'another'").await;
    refused(&service, "delete from audit_records").await;
}

#[actix_web::test]
async fn an_auditor_reads_the_audit_trail_and_no_citizen() {
    let owner = TestServer::start().await;
    let prefix = create_roles(&owner).await;
    let (auditor, backup) = (url_of(&owner, &format!("{prefix}auditor")), url_of(&owner, &format!("{prefix}backup")));
    let mut conn = AsyncPgConnection::establish(&auditor).await.unwrap();
    diesel::sql_query("select * from audit_records, staff").execute(&mut conn).await.expect("the audit trail");
    for table in ["persons", "families", "complaints", "referrals", "identities"] {
        refused(&auditor, &format!("select * from {table}")).await;
    }
    refused(&auditor, "select secret_hash from clients").await;
    let mut conn = AsyncPgConnection::establish(&backup).await.unwrap();
    diesel::sql_query("select * from persons").execute(&mut conn).await.expect("a backup reads everything");
    refused(&backup, "delete from persons").await;
}

/// The role may open three connections, the pool wants eight: requests wait for one another.
#[actix_web::test]
async fn requests_wait_when_the_server_refuses_another_connection() {
    let owner = TestServer::start().await;
    let role = format!("{}service", create_roles(&owner).await);
    let limit = format!("alter role {role} connection limit 3");
    owner.connection().await.batch_execute(&limit).await.unwrap();
    let world = World::around(TestServer::with_url(url_of(&owner, &role)).await);
    let ids = futures_util::future::join_all((0..24).map(|_| world.complaint())).await;
    assert_eq!(ids.len(), 24);
}
