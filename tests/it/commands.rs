//! Tests of the binary: the commands that an operator uses.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};

use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};
use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::contract::CONTRACT;

fn slrt(folder: &std::path::Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slrt"));
    command.env_clear().current_dir(folder).args(arguments);
    for (name, value) in environment {
        command.env(name, value);
    }
    command.output().unwrap()
}

/// Arguments, environment, and expected text on standard error.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn bad_configuration_is_one_sentence_and_exit_code_2() {
    let folder = temp_dir::TempDir::new().unwrap();
    let url = ("DATABASE_URL", "postgresql://none@localhost/none");
    let production = ("SLRT_ENV", "production");
    let cases: [Case; 6] = [
        (&["serve"], &[production], "needs DATABASE_URL"),
        (&["serve"], &[production, url], "needs SLRT_KEYS_FILE"),
        (&["demo"], &[production, url, ("SLRT_KEYS", "{}")], "the demo does not run"),
        (&["serve"], &[production, url, ("SLRT_KEYS_FILE", "nowhere.json")], "nowhere.json cannot be read"),
        (&["serve"], &[("SLRT_LISTEN", "nonsense")], "--listen"),
        (&["serve"], &[("SLRT_TRUSTED_ISSUERS", "https://a=http://b.example/jwks")], "must be https"),
    ];
    for (arguments, environment, expected) in cases {
        let output = slrt(folder.path(), arguments, environment);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
    let remaining: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(remaining.is_empty(), "no file was created: {remaining:?}");
}

#[test]
fn every_command_has_help() {
    let folder = temp_dir::TempDir::new().unwrap();
    for command in [
        "serve",
        "demo",
        "migrate",
        "restore",
        "openapi",
        "import",
        "export",
        "organization",
        "client",
        "staff",
        "keys",
    ] {
        let output = slrt(folder.path(), &[command, "--help"], &[]);
        assert!(output.status.success() && output.stdout.len() > 200, "{command}");
    }
}

/// `--version`, the first line of the log and the served contract say what the manifest says.
#[actix_web::test]
async fn there_is_one_version() {
    let manifest = env!("CARGO_PKG_VERSION");
    let folder = temp_dir::TempDir::new().unwrap();
    let output = slrt(folder.path(), &["--version"], &[]);
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), format!("slrt {manifest}"));

    let database = TestServer::start().await;
    let mut service = Command::new(env!("CARGO_BIN_EXE_slrt"));
    service.env_clear().current_dir(folder.path()).arg("serve").stdout(Stdio::null()).stderr(Stdio::piped());
    service.env("DATABASE_URL", &database.database_url).env("SLRT_LISTEN", "127.0.0.1:0").env("SLRT_LOG_JSON", "true");
    let mut service = service.spawn().unwrap();
    let mut log = BufReader::new(service.stderr.take().unwrap()).lines().map(|line| {
        let line = line.unwrap();
        serde_json::from_str::<Value>(&line).unwrap_or_else(|_| panic!("{line}"))
    });
    assert_eq!(log.next().unwrap()["version"], manifest);
    let address = log.find_map(|line| Some(line["address"].as_str()?.to_owned())).expect("it listens");
    let contract = reqwest::get(format!("http://{address}/v1/openapi.json")).await.unwrap();
    let contract: Value = contract.json().await.unwrap();
    service.kill().unwrap();
    service.wait().unwrap();
    assert_eq!(contract["info"]["version"], manifest);
}

#[test]
fn openapi_prints_the_contract() {
    let folder = temp_dir::TempDir::new().unwrap();
    let output = slrt(folder.path(), &["openapi"], &[]);
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), *CONTRACT);
}

#[test]
fn keys_are_created_once_rotated_and_readable_only_by_their_owner() {
    let folder = temp_dir::TempDir::new().unwrap();
    let path = folder.path().join("keys.json");
    let environment = [("SLRT_KEYS_FILE", path.to_str().unwrap())];
    let kids = |output: &Output| -> Vec<Value> {
        let made: Value = serde_json::from_slice(&output.stdout).unwrap();
        made["signing_keys"].as_array().unwrap().clone()
    };
    let first = kids(&slrt(folder.path(), &["keys", "init"], &environment));
    assert_eq!(kids(&slrt(folder.path(), &["keys", "init"], &environment)), first);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let rotated = kids(&slrt(folder.path(), &["keys", "rotate"], &environment));
    assert_eq!((rotated.len(), &rotated[0]), (2, &first[0]));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[actix_web::test]
async fn a_client_can_be_created_listed_and_disabled() {
    let server = TestServer::start().await;
    let folder = temp_dir::TempDir::new().unwrap();
    let environment = [("DATABASE_URL", server.database_url.as_str())];
    let run = |arguments: &[&str]| slrt(folder.path(), arguments, &environment);
    let create = ["client", "create", "--id", "desk-1", "--regions", "32.04,32.73", "--permissions", "complaints:read"];
    let made: Value = serde_json::from_slice(&run(&create).stdout).unwrap();
    assert_eq!(made["regions"], serde_json::json!(["32.04", "32.73"]));
    let secret = made["client_secret"].as_str().unwrap();
    assert!(secret.len() >= 43, "256 random bits");
    assert!(stderr(&run(&create)).contains("already"));
    let listed = run(&["client", "list"]);
    let text = String::from_utf8(listed.stdout).unwrap();
    assert!(text.contains("desk-1") && !text.contains(secret) && !text.contains("secret"));
    assert!(run(&["client", "disable", "desk-1"]).status.success());
    assert!(stderr(&run(&["client", "disable", "desk-1"])).contains("no active client"));
    let wrong = run(&["client", "create", "--id", "desk-2", "--regions", "32.99"]);
    assert_eq!(wrong.status.code(), Some(2));
}

/// The plan of an empty database is every migration. It changes nothing; after the migration there is nothing to plan.
#[actix_web::test]
async fn the_plan_of_a_migration_changes_nothing() {
    let url = crate::support::cluster::empty_database().await;
    let folder = temp_dir::TempDir::new().unwrap();
    let database = [("DATABASE_URL", url.as_str())];
    for _ in 0..2 {
        let output = slrt(folder.path(), &["migrate", "--plan"], &database);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(text.starts_with("2026-11-22-0001_access\n  create table clients"), "{text}");
    }
    let output = slrt(folder.path(), &["migrate"], &database);
    assert!(output.status.success(), "{}", stderr(&output));
    let output = slrt(folder.path(), &["migrate", "--plan"], &database);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "no migrations are pending\n");
}

/// A copy restored into the same cluster has the identity of the original: the operator says that it is another.
#[actix_web::test]
async fn cursors_expire_after_a_restore() {
    let server = TestServer::start().await;
    let desk = server.session("desk", None, &["32.04"], &[slrt::slices::permissions::EVENTS_READ]);
    let page = desk.get("/v1/events").await.expect(200);
    let path = format!("/v1/events?after={}", page["next_cursor"].as_str().unwrap());
    desk.get(&path).await.expect(200);
    let folder = temp_dir::TempDir::new().unwrap();
    let output = slrt(folder.path(), &["restore"], &[("DATABASE_URL", &server.database_url)]);
    assert!(output.status.success(), "{}", stderr(&output));
    desk.get(&path).await.expect_problem(410, "cursor-expired");
}

/// What the guide for operators does on an empty installation: an organization, its application, its officer.
#[actix_web::test]
async fn an_organization_gets_its_application_and_its_officers() {
    let server = TestServer::start().await;
    let folder = temp_dir::TempDir::new().unwrap();
    let environment = [("DATABASE_URL", server.database_url.as_str())];
    let run = |arguments: &str| slrt(folder.path(), &arguments.split(' ').collect::<Vec<_>>(), &environment);
    let printed = |output: &Output| -> Value {
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(output)))
    };
    let organization = "organization create --kind slrt_desk --region 32.04 --email a@desa.example --name";
    let made = printed(&run(&format!("{organization} SLRT")));
    let id = made["id"].as_str().unwrap();
    let shown = server.anonymous().get(&format!("/v1/organizations/{id}")).await.expect(200);
    assert_eq!((&shown["name"], &shown["region_code"], &shown["version"]), (&made["name"], &json!("32.04"), &json!(1)));
    let auditor = server.session("auditor", None, &["ID"], &[slrt::slices::permissions::AUDIT_READ]);
    let trail = auditor.get(&format!("/v1/audit-records?target_id={id}")).await.expect(200);
    assert_eq!(
        (&trail["items"][0]["action"], &trail["items"][0]["actor"]),
        (&json!("organization.create"), &json!("operator"))
    );

    // The same limits as in the API, each fault by its flag.
    for (flag, value) in [("name", "1"), ("region", "32.99"), ("region", "ID")] {
        let mut given = vec![("kind", "slrt_desk"), ("region", "32.04"), ("name", "SLRT")];
        given.retain(|(name, _)| *name != flag);
        given.push((flag, value));
        let flags: Vec<String> = given.iter().map(|(name, value)| format!("--{name} {value}")).collect();
        let refused = run(&format!("organization create {}", flags.join(" ")));
        assert_eq!(refused.status.code(), Some(2), "{flag} {value}: {}", stderr(&refused));
        assert!(stderr(&refused).contains(&format!("--{flag}")), "{}", stderr(&refused));
    }
    let refused = run(&format!("{organization} X --program NONE"));
    assert!(!refused.status.success() && stderr(&refused).contains("--program: "), "{}", stderr(&refused));
    assert!(stderr(&run("organization create --kind desk --region 32.04 --name X")).contains("slrt_desk"));

    let unknown = "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e";
    for (what, rest) in
        [("client", "--roles desk_front_end"), ("staff", "--name Siti --regions 32.04 --roles front_office")]
    {
        let create = |org: &str| run(&format!("{what} create --id {what}-1 --org {org} {rest}"));
        let refused = create(unknown);
        assert!(!refused.status.success() && stderr(&refused).contains("no organization"), "{}", stderr(&refused));
        assert!(create(id).status.success(), "{what}: nothing was left of the refusal");
    }
    let client = printed(&run(&format!(
        "client create --id desk --org {id} --regions 32.04 --roles desk_front_end,front_office"
    )));
    let permissions = client["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("operator:assert")) && permissions.contains(&json!("complaints:submit")));
}

#[actix_web::test]
async fn a_killed_import_continues_when_it_is_started_again() {
    const ROWS: i64 = 11_000;
    let server = TestServer::start().await;
    let folder = temp_dir::TempDir::new().unwrap();
    let environment = [("DATABASE_URL", server.database_url.as_str())];
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let run = |arguments: &[&str]| slrt(folder.path(), &[&["import"], arguments].concat(), &environment);
    write("families.csv", "family_card_no,region_code\n3204050101199001,32.04.05.2001\n");
    let made = run(&["families.csv", "--kind", "families"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let mut text = String::from("family_card_no,region_code,full_name,sex,relation_to_head\n");
    for n in 1..ROWS {
        text.push_str(&format!(",32.04.05.2001,Orang {n},male,\n"));
    }
    text.push_str("3204050101199001,,Orang terakhir,male,head\n");
    write("persons.csv", &text);

    // The last row cannot be written while another transaction holds a lock on its family.
    let mut blocker = server.connection().await;
    blocker.batch_execute("begin; select from families for update").await.unwrap();
    let mut killed = Command::new(env!("CARGO_BIN_EXE_slrt"));
    killed.env_clear().current_dir(folder.path()).args(["import", "persons.csv", "--kind", "persons"]);
    let mut killed = killed.envs(environment).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while count(&server, "jobs where done > 0 and params->>'kind' = 'persons'").await == 0 {
        assert!(killed.try_wait().unwrap().is_none(), "expected the import to hang");
        tokio::task::yield_now().await;
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    blocker
        .batch_execute(
            "rollback; update jobs set lease_until = now() - interval '1 second' where lease_until is not null",
        )
        .await
        .unwrap();

    let again = run(&["persons.csv", "--kind", "persons"]);
    assert!(again.status.success() && stderr(&again).contains("continuing"), "{}", stderr(&again));
    assert_eq!(count(&server, "persons").await, ROWS);
    assert_eq!(count(&server, "jobs").await, 2);
    let third = run(&["persons.csv", "--kind", "persons"]);
    assert!(!third.status.success() && stderr(&third).contains("--again"), "{}", stderr(&third));
    assert_eq!(count(&server, "persons").await, ROWS);
    // With other options it is a different import.
    assert!(run(&["persons.csv", "--kind", "persons", "--dry-run"]).status.success());
    write(
        "families.csv",
        "family_card_no,region_code\n3204050101199001,32.04.05.2001\n3204050101199002,32.04.05.2001\n",
    );
    assert!(run(&["families.csv", "--kind", "families"]).status.success());
    assert!(run(&["families.csv", "--kind", "families", "--again"]).status.success());
    assert_eq!(count(&server, "families where family_card_sealed is not null").await, 2);
}

async fn count(server: &TestServer, what: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let query = diesel::sql_query(format!("select count(*) as n from {what}"));
    query.get_result::<Count>(&mut server.connection().await).await.unwrap().n
}
