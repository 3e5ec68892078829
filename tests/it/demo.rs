//! Tests of the demo: a working desk, and a second start that adds nothing.

use std::sync::Arc;

use chrono::Utc;
use slrt::auth::keys::{KeyFile, Keys};
use slrt::auth::permission::Permission;

use crate::support::world::organization;
use crate::support::{Session, TestServer};

async fn waiting(session: &Session, path: &str) -> usize {
    session.get(path).await.expect(200)["items"].as_array().unwrap().len()
}

#[actix_web::test]
async fn every_queue_of_a_new_demo_has_items_and_a_second_start_adds_none() {
    let server = TestServer::start().await;
    let folder = temp_dir::TempDir::new().unwrap();
    let keys = Arc::new(Keys::fixed(&KeyFile::generate(Utc::now()).unwrap()).unwrap());
    let first = slrt::demo::seed(&server.database_url, keys.clone(), folder.path()).await.unwrap();
    server.work().await;
    let see = |who: &str, key: &str, regions: &[&str]| {
        server.session(who, Some(organization(key)), regions, Permission::all())
    };
    let desk = see("bandung-bo-1", "slrt-bandung", &["32.04"]);
    for query in [
        "role=front_office",
        "role=back_office",
        "role=supervisor",
        "role=manager",
        "assignee=me",
        "assignee=none",
        "sla=on_time",
        "sla=due_soon",
        "sla=breached",
        "sla=paused",
        "status=received",
        "status=verified",
        "status=awaiting_info",
        "status=in_progress",
        "status=pending_approval",
        "status=referred",
        "status=resolved",
    ] {
        assert_ne!(waiting(&desk, &format!("/v1/work-queue?{query}")).await, 0, "{query}");
    }
    for status in ["closed", "rejected", "withdrawn", "duplicate"] {
        assert_ne!(waiting(&desk, &format!("/v1/complaints?status={status}")).await, 0, "{status}");
    }
    assert_ne!(waiting(&see("province", "dinsos-jabar", &["32"]), "/v1/work-queue").await, 0);
    assert_ne!(waiting(&see("ministry", "inspektorat", &["ID"]), "/v1/work-queue").await, 0);
    assert_ne!(waiting(&see("sleman-bo-1", "slrt-sleman", &["34.04"]), "/v1/work-queue?sla=breached").await, 0);

    let targets = [("pkh", "overdue=true"), ("pkh", "status=accepted"), ("disdik-bandung", "status=on_hold")];
    for (key, query) in targets {
        let path = format!("/v1/work-queue/referrals?side=target&{query}");
        assert_ne!(waiting(&see(key, key, &[]), &path).await, 0, "{key} {query}");
    }
    for status in ["completed", "rejected"] {
        assert_ne!(
            waiting(&desk, &format!("/v1/work-queue/referrals?side=source&status={status}")).await,
            0,
            "{status}"
        );
    }
    let owner = organization("lks-sleman");
    let services = desk.get(&format!("/v1/services?organization_id={owner}")).await.expect(200);
    let places = ["capacity", "in_use", "reserved"].map(|field| services["items"][0][field].as_i64());
    assert_eq!(places, [Some(6), Some(4), Some(1)], "a shelter with one place left");

    let all = async || waiting(&desk, "/v1/complaints?limit=200").await;
    let before = all().await;
    let second = slrt::demo::seed(&server.database_url, keys, folder.path()).await.unwrap();
    assert_eq!(all().await, before);
    let secrets = |made: &[slrt::demo::Credential]| made.iter().map(|c| c.client_secret.clone()).collect::<Vec<_>>();
    assert_eq!(secrets(&second), secrets(&first));
}
