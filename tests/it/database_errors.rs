//! What the database refuses, recognised by its SQLSTATE: the language of the server's messages does not matter.

use diesel_async::SimpleAsyncConnection as _;
use slrt::slices::permissions as P;

use crate::support::World;
use crate::support::world::submission;

/// From now on an insert of a complaint fails in this way.
async fn fail_with(world: &World, sqlstate: &str, message: &str) {
    let sql = format!(
        "create or replace function fail() returns trigger language plpgsql as
         $$ begin raise exception '{message}' using errcode = '{sqlstate}'; end $$;
         drop trigger if exists fail on complaints;
         create trigger fail before insert on complaints for each row execute function fail()"
    );
    world.server.connection().await.batch_execute(&sql).await.unwrap();
}

#[actix_web::test]
async fn an_error_is_recognised_by_its_code_in_any_language() {
    let world = World::start().await;
    for (sqlstate, message, status, code) in [
        ("40P01", "Verklemmung entdeckt", 409, "concurrent-change"),
        ("40001", "gleichzeitige Aktualisierung", 409, "concurrent-change"),
        ("55P03", "Sperre nicht erhalten", 409, "concurrent-change"),
        ("57014", "storniere Anfrage wegen Zeitüberschreitung", 503, "unavailable"),
        ("53200", "Speicher aufgebraucht", 503, "unavailable"),
        ("P0001", "deadlock detected", 500, "internal-error"),
        ("P0001", "40P01: deadlock detected", 500, "internal-error"),
    ] {
        fail_with(&world, sqlstate, message).await;
        let answer = world.front.post("/v1/complaints", submission()).await;
        assert_eq!(answer.header("retry-after").is_some(), status != 500, "{sqlstate}: {}", answer.text);
        answer.expect_problem(status, code);
    }
}

#[actix_web::test]
async fn a_connection_that_the_server_ends_is_503() {
    let world = World::start().await;
    let mut other = world.server.connection().await;
    other.batch_execute("begin; lock table complaints").await.unwrap();
    let end = async {
        world.until_blocked(1).await;
        let ended = "select pg_terminate_backend(pid) from pg_stat_activity \
                     where datname = current_database() and wait_event_type = 'Lock'";
        world.server.connection().await.batch_execute(ended).await.unwrap();
    };
    let (answer, ()) = futures_util::future::join(world.front.post("/v1/complaints", submission()), end).await;
    answer.expect_problem(503, "unavailable");
    other.batch_execute("rollback").await.unwrap();
    world.complaint().await;
}

/// Two transactions that wait for each other: the server ends one, and its caller may send the request again.
#[actix_web::test]
async fn a_deadlock_is_409_and_may_be_sent_again() {
    let world = World::start().await;
    let complaint = world.complaint().await;
    let mut other = world.server.connection().await;
    // The request locks the complaint first, then the row of `waits`.
    let waits = "create table waits (id int primary key); insert into waits values (1);
        create function wait() returns trigger language plpgsql as $$ begin
            perform from complaints where id = new.complaint_id for update;
            perform from waits for update;
            return new;
        end $$;
        create trigger wait before insert on complaint_notes for each row execute function wait()";
    other.batch_execute(waits).await.unwrap();
    other.batch_execute("begin; select from waits for update").await.unwrap();
    let desk = world.server.session("desk", None, &["32.04"], &[P::COMPLAINTS_NOTE, P::COMPLAINTS_READ]);
    let note = serde_json::json!({ "text": "Sudah dihubungi.", "visibility": "internal" });
    let path = format!("/v1/complaints/{complaint}/notes");
    let cross = async {
        world.until_blocked(1).await;
        other.batch_execute(&format!("select from complaints where id = '{complaint}' for update")).await
    };
    let (answer, crossed) = futures_util::future::join(desk.post(&path, note.clone()), cross).await;
    // The server may end either; when it ends the test's own, the request goes through.
    match crossed {
        Ok(()) => drop(answer.expect_problem(409, "concurrent-change")),
        Err(_) => drop(answer.expect(201)),
    }
    other.batch_execute("rollback").await.unwrap();
    desk.post(&path, note).await.expect(201);
}

#[actix_web::test]
async fn of_several_hosts_the_first_that_fits_is_used() {
    let world = World::start().await;
    let url = world.server.database_url.replacen('@', "@127.0.0.1:1,", 1);
    for with in ["", "?target_session_attrs=read-write&connect_timeout=60"] {
        let mut conn = slrt::db::connect(&format!("{url}{with}")).await.unwrap();
        conn.batch_execute("select from complaints").await.unwrap();
    }
    let fault = async |with: &str| slrt::db::connect(&format!("{url}?{with}")).await.err().unwrap().to_string();
    assert!(fault("target_session_attrs=read-only").await.contains("target_session_attrs"));
    assert!(fault("sslmode=require").await.contains("sslmode=require"));
    let none = slrt::db::connect("postgresql://127.0.0.1:1/none").await.err().unwrap().to_string();
    assert!(none.contains("refused"), "{none}");
}
