//! Work queues: order, filters, counts, bulk assignment.

use diesel::QueryDsl as _;
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use slrt::db::schema::complaint_tallies;
use slrt::slices::permissions as P;

use crate::support::world::{organization, submission};
use crate::support::{Session, World};

fn ids(found: &Value) -> Vec<String> {
    found["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect()
}

async fn queue(session: &Session, query: &str) -> Vec<String> {
    ids(&session.get(&format!("/v1/work-queue{query}")).await.expect(200))
}

#[actix_web::test]
async fn the_queue_is_ordered_by_deadline_and_contains_open_complaints_only() {
    let world = World::start().await;
    let plain = world.complaint().await;
    let urgent = world.complaint().await;
    world.step(&world.back, &urgent, "verify", json!({ "class": "unmet_need", "priority": "urgent" })).await;
    let later = world.complaint().await;
    world.step(&world.back, &later, "verify", json!({ "class": "unmet_need", "priority": "normal" })).await;
    let rejected = world.complaint().await;
    world.step(&world.back, &rejected, "reject", json!({ "reason": "abusive" })).await;
    assert_eq!(queue(&world.back, "").await, [urgent.clone(), plain.clone(), later.clone()]);
    let found = world.back.get("/v1/work-queue?limit=1").await.expect(200);
    let item = &found["items"][0];
    assert_eq!((&item["waiting_for"], &item["status"]), (&json!("start"), &json!("verified")));
    assert_eq!((&item["priority"], &item["sla"]), (&json!("urgent"), &json!("on_time")));
    let shown = world.back.get(&format!("/v1/complaints/{urgent}")).await.expect(200);
    assert_eq!(item["reference_no"], shown["reference_no"]);
    let next = found["next_cursor"].as_str().unwrap();
    let rest = queue(&world.back, &format!("?limit=1&cursor={next}")).await;
    assert_eq!(rest, std::slice::from_ref(&plain));
    assert_eq!(queue(&world.back, "?status=received").await, std::slice::from_ref(&plain));
    assert_eq!(queue(&world.back, "?role=manager").await, Vec::<String>::new());
    assert_eq!(queue(&world.back, "?role=manager&status=received").await, Vec::<String>::new());
    assert_eq!(queue(&world.back, "?role=back_office&status=received").await, [plain]);
    assert_eq!(queue(&world.elsewhere, "").await, Vec::<String>::new());
    assert_eq!(queue(&world.back, "?region_code=32.04.06").await, Vec::<String>::new());
    world.back.get("/v1/work-queue?colour=red").await.expect_problem(400, "malformed-parameter");
}

#[actix_web::test]
async fn bulk_assignment_returns_one_result_per_complaint() {
    let world = World::start().await;
    let (first, second) = (world.complaint().await, world.complaint().await);
    let ended = world.complaint().await;
    world.step(&world.back, &ended, "reject", json!({ "reason": "abusive" })).await;
    let mut abroad = submission();
    abroad["region_code"] = json!("34.04.07.2001");
    let abroad = world.elsewhere.post("/v1/complaints", abroad).await.expect(201);
    let body = json!({ "assignee": "bandung-bo", "complaint_ids": [first, ended, abroad["id"], second] });
    let headers = [("idempotency-key", "assign-1")];
    let done = world.back.post_with("/v1/complaints/bulk-assign", &headers, body.clone()).await.expect(207);
    let statuses: Vec<_> = done["items"].as_array().unwrap().iter().map(|i| i["status"].clone()).collect();
    assert_eq!(statuses, [200, 409, 404, 200]);
    assert_eq!(done["items"][1]["problem"]["code"], "complaint-invalid-transition");
    let again = world.back.post_with("/v1/complaints/bulk-assign", &headers, body).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(queue(&world.back, "?assignee=me").await, [first.clone(), second.clone()]);
    assert_eq!(queue(&world.back, "?assignee=bandung-bo").await.len(), 2);
    assert_eq!(queue(&world.back, "?assignee=none").await.len(), 0);
    let shown = world.front.get(&format!("/v1/complaints/{first}")).await.expect(200);
    assert_eq!((&shown["assignee"], &shown["version"]), (&json!("bandung-bo"), &json!(2)));
    let events = world.front.get("/v1/events?type=complaint.assigned").await.expect(200);
    assert_eq!(events["items"].as_array().unwrap().len(), 2);
    // Assigning a complaint to its current assignee changes nothing.
    let same = json!({ "assignee": "bandung-bo", "complaint_ids": [first] });
    let same = world.back.post("/v1/complaints/bulk-assign", same).await.expect(207);
    assert_eq!((&same["items"][0]["status"], &same["items"][0]["version"]), (&json!(200), &json!(2)));
    let unknown = json!({ "assignee": "nobody", "complaint_ids": [first] });
    world.back.post("/v1/complaints/bulk-assign", unknown).await.expect_problem(422, "validation-failed");
}

#[actix_web::test]
async fn counts_cover_states_deadlines_and_officers_of_open_complaints() {
    let world = World::start().await;
    let one = world.complaint().await;
    world.complaint().await;
    let ended = world.complaint().await;
    world.step(&world.back, &ended, "reject", json!({ "reason": "abusive" })).await;
    let body = json!({ "assignee": "bandung-bo", "complaint_ids": [one] });
    world.back.post("/v1/complaints/bulk-assign", body).await.expect(207);
    let counts = world.back.get("/v1/work-queue/counts").await.expect(200);
    assert_eq!(counts["total"], 2);
    assert_eq!(counts["by_status"], json!([{ "status": "received", "count": 2 }]));
    let sum: i64 = counts["by_sla"].as_object().unwrap().values().map(|v| v.as_i64().unwrap()).sum();
    assert_eq!(sum, 2);
    let officers: Vec<_> = counts["by_assignee"].as_array().unwrap().iter().map(|c| c["count"].clone()).collect();
    assert_eq!(officers, [1, 1]);
    let manager = world.back.get("/v1/work-queue/counts?role=manager").await.expect(200);
    assert_eq!(manager["total"], 0);
}

#[actix_web::test]
async fn tallies_stay_equal_to_the_queue() {
    let world = World::start().await;
    world.pending_complaint().await;
    let asked = world.complaint().await;
    world.step(&world.back, &asked, "ask", json!({ "question": "Di RT berapa?" })).await;
    let ended = world.complaint().await;
    world.step(&world.back, &ended, "reject", json!({ "reason": "abusive" })).await;
    let assigned = world.complaint().await;
    let body = json!({ "assignee": "bandung-bo", "complaint_ids": [assigned] });
    world.back.post("/v1/complaints/bulk-assign", body).await.expect(207);
    // All complaints are in one village. Regions below a regency are counted from the clocks, not from the tallies.
    let both = async |world: &World, session: &Session| {
        let tallied = session.get("/v1/work-queue/counts?level=0").await.expect(200);
        let counted = session.get("/v1/work-queue/counts?level=0&region_code=32.04.05.2001").await.expect(200);
        assert_eq!(tallied, counted);
        let by_sla = &tallied["by_sla"];
        for sla in ["on_time", "due_soon", "breached", "paused"] {
            let listed = queue(&world.back, &format!("?sla={sla}")).await.len();
            assert_eq!(by_sla[sla], listed, "{sla}");
        }
        tallied
    };
    let tallied = both(&world, &world.back).await;
    assert_eq!((&tallied["total"], &tallied["by_sla"]["paused"]), (&json!(3), &json!(1)));
    // Many changes that cancel each other out are compacted together with the rest.
    let mut conn = world.server.connection().await;
    let changes = "insert into complaint_tallies (regency, status, escalation_level, stopped, complaints, folded) \
                   select '32.04', 'received', 0, false, change, false from generate_series(1, 400), unnest(array[1, -1]) change";
    diesel::sql_query(changes).execute(&mut conn).await.unwrap();
    assert_eq!(both(&world, &world.back).await, tallied);
    world.server.work().await;
    let rows: i64 = complaint_tallies::table.count().get_result(&mut conn).await.unwrap();
    assert!(rows <= 3, "{rows}");
    assert_eq!(both(&world, &world.back).await, tallied);
    world.server.shared.clock.advance(chrono::TimeDelta::days(60));
    world.server.work().await;
    let world = World::around(world.server);
    let later = both(&world, &world.province).await;
    assert_eq!(later["by_sla"]["breached"], 2);
    // Overdue complaints are compacted as overdue, and each one still leaves the counts.
    diesel::sql_query(changes).execute(&mut conn).await.unwrap();
    world.server.work().await;
    assert_eq!(both(&world, &world.province).await, later);
    world.step(&world.back, &assigned, "reject", json!({ "reason": "abusive" })).await;
    assert_eq!(both(&world, &world.province).await["by_sla"]["breached"], 1);
    assert_eq!(world.elsewhere.get("/v1/work-queue/counts").await.expect(200)["total"], 0);
}

#[actix_web::test]
async fn a_province_sees_escalated_complaints_and_a_desk_its_own() {
    let world = World::start().await;
    let id = world.complaint().await;
    assert_eq!(queue(&world.province, "").await, Vec::<String>::new());
    assert_eq!(queue(&world.province, "?level=0").await, std::slice::from_ref(&id));
    world.server.shared.clock.advance(chrono::TimeDelta::days(60));
    world.server.work().await;
    let world = World::around(world.server);
    assert_eq!(queue(&world.province, "").await, std::slice::from_ref(&id));
    let country = world.server.session("ministry", None, &["ID"], &[P::COMPLAINTS_READ]);
    assert_eq!(queue(&country, "").await, std::slice::from_ref(&id));
    assert_eq!(queue(&world.front, "?sla=breached").await, std::slice::from_ref(&id));
    assert_eq!(queue(&world.front, "?sla=on_time").await, Vec::<String>::new());
    let desk = |region: &str| {
        json!({
            "kind": "puskesos", "organization_id": organization("slrt-bandung"), "name": "Puskesos",
            "region_code": region, "villages": [region],
        })
    };
    let here = world.manager.post("/v1/desks", desk("32.04.05.2001")).await.expect(201);
    let beside = world.manager.post("/v1/desks", desk("32.04.05.2002")).await.expect(201);
    let of = |desk: &Value| format!("?desk={}", desk["id"].as_str().unwrap());
    assert_eq!(queue(&world.front, &of(&here)).await, [id]);
    assert_eq!(queue(&world.front, &of(&beside)).await, Vec::<String>::new());
    let path = format!("/v1/work-queue{}", of(&here));
    world.elsewhere.get(&path).await.expect_problem(404, "not-found");
}

#[actix_web::test]
async fn referrals_wait_for_the_target_and_then_for_the_source() {
    let world = World::start().await;
    let (service, accepted) = (world.own_service(json!({ "answer_days": 2 })).await, world.accepted().await);
    let later = world.requested().await;
    let sooner = world.requested_at(&service).await;
    let draft = world.draft(None).await;
    let waiting = async |session: &Session, query: &str| {
        let found = session.get(&format!("/v1/work-queue/referrals{query}")).await.expect(200);
        (ids(&found), found["items"][0].clone())
    };
    let (all, first) = waiting(&world.pkh, "").await;
    assert_eq!(all, [accepted.clone(), later.clone()]);
    assert_eq!((&first["waiting_for"], &first["overdue"]), (&json!("start"), &json!(false)));
    assert_eq!(waiting(&world.pkh, "?status=requested").await.0, std::slice::from_ref(&later));
    let page = world.pkh.get("/v1/work-queue/referrals?limit=1").await.expect(200);
    let next = page["next_cursor"].as_str().unwrap();
    assert_eq!(waiting(&world.pkh, &format!("?limit=1&cursor={next}")).await.0, std::slice::from_ref(&later));
    // Each target sees its own referrals; a source sees none that still wait for the target.
    let (own, first) = waiting(&world.target_of_own(), "?side=target").await;
    assert_eq!((own, first["due_at"].is_string()), (vec![sooner.clone()], true));
    assert_eq!(waiting(&world.back, "").await.0, Vec::<String>::new());

    world.pkh.post(&format!("/v1/referrals/{later}/reject"), json!({ "reason": "not_eligible" })).await.expect(200);
    let (ended, first) = waiting(&world.back, "").await;
    assert_eq!((ended, &first["waiting_for"]), (vec![later.clone()], &json!("close_loop")));
    assert_eq!(waiting(&world.elsewhere, "").await.0, Vec::<String>::new());
    assert_eq!(waiting(&world.pkh, "").await.0, std::slice::from_ref(&accepted));
    let counts = world.back.get("/v1/work-queue/counts").await.expect(200);
    assert_eq!(counts["referrals"]["as_source"]["by_status"], json!([{ "status": "rejected", "count": 1 }]));
    let informed = json!({ "citizen_informed_at": world.server.shared.clock.now() });
    world.back.post(&format!("/v1/referrals/{later}/close-loop"), informed).await.expect(200);
    assert_eq!(waiting(&world.back, "?side=source").await.0, Vec::<String>::new());

    world.server.shared.clock.advance(chrono::TimeDelta::days(20));
    let world = World::around(world.server);
    let (late, first) = waiting(&world.target_of_own(), "?overdue=true").await;
    assert_eq!((late, &first["overdue"]), (vec![sooner], &json!(true)));
    let counts = world.target_of_own().get("/v1/work-queue/referrals/counts").await.expect(200);
    assert_eq!((&counts["as_target"]["total"], &counts["as_target"]["overdue"]), (&json!(1), &json!(1)));
    let unseen = world.back.get("/v1/referrals?status=draft").await.expect(200);
    assert_eq!(ids(&unseen), [draft]);
    let plain = world.server.session("reader", None, &["32.04"], &[P::COMPLAINTS_READ]);
    assert!(plain.get("/v1/work-queue/counts").await.expect(200).get("referrals").is_none());
    plain.get("/v1/work-queue/referrals").await.expect_problem(403, "insufficient-scope");
}

#[actix_web::test]
async fn complaints_by_deadline_are_ordered_across_pages() {
    let world = World::start().await;
    let normal = world.complaint().await;
    let urgent = world.complaint().await;
    for (id, priority) in [(&normal, "normal"), (&urgent, "urgent")] {
        world.step(&world.back, id, "verify", json!({ "class": "unmet_need", "priority": priority })).await;
    }
    let decided = world.complaint().await;
    world.step(&world.back, &decided, "reject", json!({ "reason": "abusive" })).await;
    world.server.shared.clock.advance(chrono::TimeDelta::days(90));
    let world = World::around(world.server);
    let asked = world.complaint().await;
    world.step(&world.back, &asked, "ask", json!({ "question": "Di mana?" })).await;
    let list = async |query: &str| world.front.get(&format!("/v1/complaints?{query}")).await.expect(200);
    let page = list("sla=breached&limit=1").await;
    assert_eq!(ids(&page), std::slice::from_ref(&urgent));
    assert_eq!(page["items"][0]["sla"]["state"], "breached");
    let next = page["next_cursor"].as_str().unwrap();
    let rest = list(&format!("sla=breached&limit=1&cursor={next}")).await;
    assert_eq!((ids(&rest), rest.get("next_cursor")), (vec![normal.clone()], None));
    assert_eq!(ids(&list("sla=paused").await), [asked]);
    for (query, expected) in [
        ("sla=breached&class=unmet_need&sector=socio_economic&status=verified", 2),
        ("sla=breached&class=enrolment", 0),
        ("sla=breached&sector=food", 0),
        ("sla=breached&assignee=nobody", 0),
        ("sla=breached&region_code=32.04.06", 0),
        ("sla=on_time", 0),
        ("sla=breached&updated_since=2020-01-01T00:00:00Z", 2),
    ] {
        assert_eq!(ids(&list(query).await).len(), expected, "{query}");
    }
    let foreign = world.elsewhere.get("/v1/complaints?sla=breached").await.expect(200);
    assert_eq!(ids(&foreign), Vec::<String>::new());
}
