//! Tests of jobs: progress that commits with the work, one worker at a time, continuation after a kill.

use serde_json::{Value, json};
use slrt::error::Error;
use slrt::imports::export::EXPORT;
use slrt::jobs::run::{Outcome, Run, Runner, Stop, run_due};
use slrt::slices::permissions as P;

use crate::support::World;
use crate::support::world::VILLAGE;

/// Counts to ten in single steps, and writes each number into the result.
async fn count_to_ten(run: &mut Run, stop_before: i64) -> Result<Outcome, Stop> {
    while run.progress.done < 10 {
        if run.progress.done == stop_before {
            std::future::pending::<()>().await;
        }
        run.step(async |_, progress| {
            progress.done += 1;
            progress.total = Some(10);
            progress.count("counted", 1);
            progress.result_type = Some("application/x-ndjson".to_owned());
            let line = format!("{}\n", progress.done);
            progress.write_result(line.as_bytes());
            if progress.done % 5 == 0 {
                progress.problem(progress.done, "number", "repeated");
            }
            Ok(())
        })
        .await?;
    }
    Ok(Outcome::Succeeded)
}

const WHOLE: &[Runner] = &[Runner { kind: EXPORT, run: |run| Box::pin(count_to_ten(run, -1)) }];
const HANGS_AT_FOUR: &[Runner] = &[Runner { kind: EXPORT, run: |run| Box::pin(count_to_ten(run, 4)) }];
const NEVER_WORKS: &[Runner] =
    &[Runner { kind: EXPORT, run: |_| Box::pin(async { Err(Stop::Failed(Error::internal("a fault"))) }) }];

async fn read(world: &World, id: &str) -> Value {
    world.front.get(&format!("/v1/jobs/{id}")).await.expect(200)
}

/// An export without personal data, so that its result needs no purpose.
fn masked() -> Value {
    json!({ "kind": "families", "reveal": false, "purpose": null })
}

#[actix_web::test]
async fn a_job_reports_progress_and_returns_its_files() {
    let world = World::start().await;
    let id = world.job(&world.front, EXPORT, masked()).await;
    let waiting = world.front.get(&format!("/v1/jobs/{id}")).await;
    assert_eq!(waiting.header("retry-after"), Some("2"));
    let waiting = waiting.expect(200);
    assert_eq!((&waiting["status"], &waiting["allowed_actions"]), (&json!("queued"), &json!(["cancel"])));
    let early = world.front.get(&format!("/v1/jobs/{id}/result")).await.expect_problem(409, "job-has-no-result");
    assert_eq!(early["current_state"], "queued");

    run_due(&world.server.worker(WHOLE)).await.unwrap();
    let done = read(&world, &id).await;
    assert_eq!((&done["status"], &done["done"], &done["total"]), (&json!("succeeded"), &json!(10), &json!(10)));
    assert_eq!((&done["counts"], &done["problems"]), (&json!({ "counted": 10 }), &json!(2)));
    let result = world.front.get(&format!("/v1/jobs/{id}/result")).await;
    assert!(result.header("content-disposition").unwrap().ends_with(".ndjson\""));
    assert_eq!(result.text, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
    let problems = world.front.get(&format!("/v1/jobs/{id}/problems")).await.text;
    assert_eq!(problems.lines().count(), 3);
    assert!(problems.starts_with("line,column,code,detail_id,detail_en\r\n5,\"number\",repeated,"), "{problems}");
    let listed = world.front.get("/v1/jobs?kind=export&status=succeeded").await.expect(200);
    assert_eq!(listed["items"][0]["id"], json!(id));
    let events = world.front.get("/v1/events?type=job.succeeded").await.expect(200);
    assert_eq!(events["items"][0]["subject_id"], json!(id));
}

#[actix_web::test]
async fn the_job_of_a_killed_worker_continues_and_nothing_is_done_twice() {
    let world = World::start().await;
    let id = world.job(&world.front, EXPORT, masked()).await;
    world.work_until_killed(&world.front, &format!("/v1/jobs/{id}"), HANGS_AT_FOUR, 4).await;
    assert_eq!(read(&world, &id).await["done"], 4);
    // The lease has not expired: no other worker claims it.
    run_due(&world.server.worker(WHOLE)).await.unwrap();
    assert_eq!(read(&world, &id).await["status"], "running");
    world.server.shared.clock.advance(chrono::TimeDelta::seconds(61));
    run_due(&world.server.worker(WHOLE)).await.unwrap();
    let done = read(&world, &id).await;
    assert_eq!((&done["status"], &done["counts"]["counted"]), (&json!("succeeded"), &json!(10)));
    assert_eq!(world.front.get(&format!("/v1/jobs/{id}/result")).await.text.lines().count(), 10);
}

#[actix_web::test]
async fn a_cancelled_job_stops_for_good() {
    let world = World::start().await;
    let id = world.job(&world.front, EXPORT, masked()).await;
    world.work_until_killed(&world.front, &format!("/v1/jobs/{id}"), HANGS_AT_FOUR, 4).await;
    let path = format!("/v1/jobs/{id}/cancel");
    let stopped = world.front.act(&path).await.expect(200);
    assert_eq!((&stopped["status"], &stopped["done"]), (&json!("cancelled"), &json!(4)));
    let again = world.front.act(&path).await.expect_problem(409, "job-invalid-transition");
    assert_eq!((&again["current_state"], &again["allowed"]), (&json!("cancelled"), &json!([])));
    world.server.shared.clock.advance(chrono::TimeDelta::seconds(61));
    run_due(&world.server.worker(WHOLE)).await.unwrap();
    assert_eq!(read(&world, &id).await["done"], 4);
}

#[actix_web::test]
async fn a_job_without_progress_fails() {
    let world = World::start().await;
    let id = world.job(&world.front, EXPORT, masked()).await;
    for _ in 0..6 {
        run_due(&world.server.worker(NEVER_WORKS)).await.unwrap();
        world.server.shared.clock.advance(chrono::TimeDelta::seconds(65));
    }
    let failed = read(&world, &id).await;
    assert_eq!(
        (&failed["status"], &failed["failure"]["code"]),
        (&json!("failed"), &json!(slrt::jobs::problems::JOB_STALLED.as_str()))
    );
}

#[actix_web::test]
async fn a_job_is_visible_to_its_client_within_its_regions_and_with_its_permission() {
    let world = World::start().await;
    let desk = Some(crate::support::world::organization("slrt-bandung"));
    let may = [P::EVENTS_READ, P::REGISTRY_READ];
    let id = world.job(&world.front, EXPORT, masked()).await;
    let path = format!("/v1/jobs/{id}");
    let village = world.server.session("bandung-fo", desk, &[VILLAGE], &may);
    let other_client = world.server.session("bandung-bo", desk, &["32.04"], &may);
    let may_not_export = world.server.session("bandung-fo", desk, &["32.04"], &[P::EVENTS_READ]);
    for session in [&village, &other_client, &may_not_export] {
        session.get(&path).await.expect_problem(404, "not-found");
        assert_eq!(session.get("/v1/jobs").await.expect(200)["items"], json!([]));
    }
    let wider = world.server.session("bandung-fo", desk, &["32"], &may);
    assert_eq!(wider.get(&path).await.expect(200)["region_codes"], json!(["32.04"]));
}

#[actix_web::test]
async fn a_job_and_its_files_are_deleted_after_their_retention() {
    let world = World::start().await;
    let id = world.job(&world.front, EXPORT, masked()).await;
    run_due(&world.server.worker(WHOLE)).await.unwrap();
    world.server.shared.clock.advance(chrono::TimeDelta::days(8));
    world.server.work().await;
    let later = world.server.session("bandung-fo", None, &["32.04"], &[P::EVENTS_READ, P::REGISTRY_READ]);
    later.get(&format!("/v1/jobs/{id}")).await.expect_problem(404, "not-found");
}
