//! The log: a trace id leads to the cause, in requests, background work and jobs, without personal data.

use std::io::{BufRead as _, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

use diesel_async::SimpleAsyncConnection as _;
use serde_json::{Value, json};
use slrt::error::Error;
use slrt::imports::export::EXPORT;
use slrt::jobs::run::{Runner, Stop, run_due};
use slrt::worker::Worker;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::support::world::{VILLAGE, submission};
use crate::support::{TestServer, World};

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Sink;

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The lines so far of which one word is this one.
fn lines_with(word: &str) -> Vec<Value> {
    let text = String::from_utf8(LINES.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap();
    text.lines().filter(|line| line.contains(word)).map(|line| serde_json::from_str(line).expect(line)).collect()
}

fn listen() {
    static STARTED: LazyLock<()> =
        LazyLock::new(|| slrt::telemetry::dispatch(true, false, || Sink).try_init().unwrap());
    LazyLock::force(&STARTED);
}

fn traced() -> (String, String) {
    let id = uuid::Uuid::new_v4().simple().to_string();
    (format!("00-{id}-b7ad6b7169203331-01"), id)
}

#[actix_web::test]
async fn an_error_has_its_cause_and_its_trace_id_in_one_line() {
    listen();
    let world = World::start().await;
    let family = world.family().await;
    let sql = format!("update families set assets = '{{\"bicycles\": \"3204055203909001\"}}' where id = '{family}'");
    world.server.connection().await.batch_execute(&sql).await.unwrap();
    let (parent, id) = traced();
    let headers = [("traceparent", parent.as_str())];
    world.front.get_with(&format!("/v1/families/{family}"), &headers).await.expect_problem(500, "internal-error");
    let lines = lines_with(&id);
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line = &lines[0];
    assert_eq!(
        (&line["level"], &line["status"], &line["route"]),
        (&json!("ERROR"), &json!(500), &json!("/v1/families/{id}"))
    );
    assert_eq!((&line["trace_id"], &line["client_id"]), (&json!(id), &json!("bandung-fo")));
    let cause =
        format!("internal-error: the stored JSON in families.assets of row {family} cannot be read at bicycles");
    assert_eq!(line["error"], json!(cause));
    assert!(!line.to_string().contains("3204055203909001"));
}

#[actix_web::test]
async fn an_error_of_the_database_has_its_code_in_the_line() {
    listen();
    let world = World::start().await;
    let sql = "create function fail() returns trigger language plpgsql as
        $$ begin perform new.description::int; return new; end $$;
        create trigger fail before insert on complaints for each row execute function fail()";
    world.server.connection().await.batch_execute(sql).await.unwrap();
    let (parent, id) = traced();
    let answer = world.front.post_with("/v1/complaints", &[("traceparent", parent.as_str())], submission()).await;
    answer.expect_problem(500, "internal-error");
    let lines = lines_with(&id);
    assert_eq!((lines.len(), &lines[0]["error"]), (1, &json!("internal-error: database error 22P02")), "{lines:?}");
    assert!(!lines[0].to_string().contains("PKH"), "the message of the database repeats the description");
}

#[actix_web::test]
async fn every_line_of_a_request_carries_its_trace_id_and_a_refusal_has_no_cause() {
    listen();
    let world = World::start().await;
    let (parent, id) = traced();
    let headers = [("traceparent", parent.as_str())];
    let check = json!({ "region_code": VILLAGE });
    world.back.post_with("/v1/eligibility/checks", &headers, check).await;
    let messages: Vec<Value> = lines_with(&id).iter().map(|line| line["message"].clone()).collect();
    assert_eq!(messages.last(), Some(&json!("request")));
    let family = world.family().await;
    let (parent, id) = traced();
    let headers = [("traceparent", parent.as_str())];
    let check = json!({ "family_id": family });
    world.back.post_with("/v1/eligibility/checks", &headers, check).await.expect(200);
    let lines = lines_with(&id);
    assert!(lines.iter().any(|line| line["message"] == "programmes loaded"), "{lines:?}");
    let (parent, id) = traced();
    world.server.anonymous().get_with("/v1/complaints", &[("traceparent", parent.as_str())]).await;
    let lines = lines_with(&id);
    assert_eq!((lines.len(), &lines[0]["level"], lines[0].get("error")), (1, &json!("INFO"), None));
}

const FAILS: &[Runner] = &[Runner {
    kind: EXPORT,
    run: |_| Box::pin(async { Err(Stop::Failed(Error::internal("the disk of this test is full"))) }),
}];

#[actix_web::test]
async fn a_job_that_fails_names_itself_its_trace_and_its_cause_in_one_line() {
    listen();
    let world = World::start().await;
    let params = json!({ "kind": "families", "reveal": false, "purpose": null });
    let job = world.job(&world.front, EXPORT, params).await;
    run_due(&world.server.worker(FAILS)).await.unwrap();
    let lines = lines_with(&job);
    let line = lines.iter().find(|line| line["level"] == "WARN").expect("a line for the failure");
    assert_eq!(line["error"], json!("internal-error: the disk of this test is full"));
    assert_eq!(
        (&line["span"]["name"], &line["span"]["job"], &line["span"]["kind"]),
        (&json!("job"), &json!(job), &json!("export"))
    );
    assert_eq!(line["span"]["trace_id"].as_str().unwrap().len(), 32);
}

#[actix_web::test]
async fn background_work_that_fails_names_itself_its_trace_and_its_cause_in_one_line() {
    listen();
    let world = World::start().await;
    let table = format!("gone_{}", uuid::Uuid::new_v4().simple());
    let sql = format!(
        "create function fail() returns trigger language plpgsql as $$ begin perform from {table}; return null; end $$;
         create trigger fail before delete on idempotency_keys for each statement execute function fail()"
    );
    world.server.connection().await.batch_execute(&sql).await.unwrap();
    let seen = async {
        while lines_with(&table).is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = Worker::new(&world.server.shared).expect("a worker").run() => panic!("background work has no end"),
        () = seen => {}
    }
    let line = lines_with(&table).remove(0);
    assert_eq!(
        (&line["level"], &line["span"]["name"], &line["span"]["work"]),
        (&json!("WARN"), &json!("work"), &json!("idempotency keys"))
    );
    assert_eq!(line["span"]["trace_id"].as_str().unwrap().len(), 32);
    assert!(line["error"].as_str().unwrap().starts_with("internal-error: database error 42P01"), "{line}");
}

/// A log that goes into a file or a pipe.
#[actix_web::test]
async fn a_log_that_is_no_terminal_has_no_colours_and_no_lines_of_the_framework() {
    let server = TestServer::start().await;
    let folder = temp_dir::TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_slrt"));
    command.env_clear().current_dir(folder.path()).arg("serve").stdout(Stdio::null()).stderr(Stdio::piped());
    command.env("DATABASE_URL", &server.database_url).env("SLRT_LISTEN", "127.0.0.1:0").env("SLRT_WORKERS", "1");
    let mut started = command.spawn().unwrap();
    let lines: Vec<String> = {
        let read = BufReader::new(started.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut seen = Vec::new();
        for line in read {
            let last = line.contains("stopping");
            if line.contains("listening") {
                // Its start is over; what follows belongs to its end.
                let ended = Command::new("kill").args(["-TERM", &started.id().to_string()]).status().unwrap();
                assert!(ended.success());
            }
            seen.push(line);
            if last {
                break;
            }
        }
        seen
    };
    started.wait().unwrap();
    let text = lines.join("\n");
    assert!(text.contains("listening") && !text.contains('\u{1b}'), "{text}");
    assert!(!text.to_lowercase().contains("actix") && !text.contains("starting service"), "{text}");
}
