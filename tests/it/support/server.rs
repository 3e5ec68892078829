//! A real server on its own port and thread.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};

use clap::Parser;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _};
use slrt::app::{self, Shared};
use slrt::auth::Actor;
use slrt::auth::keys::{KeyFile, Keys};
use slrt::auth::permission::{Permission, Permissions};
use slrt::background::Context;
use slrt::clock::Clock;
use slrt::config::ServerArgs;
use slrt::events::sequencer::Sequencer;
use slrt::jobs::run::{Runner, Runners};
use slrt::regions::RegionScope;
use uuid::Uuid;

use super::cluster;
use super::http::Session;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    server: ServerArgs,
}

/// The database of each server of this test run.
static DATABASES: LazyLock<Mutex<HashMap<SocketAddr, String>>> = LazyLock::new(Mutex::default);

/// Gives positions to all committed changes, as the sequencer does every 50 ms, so that a test reads its own changes at once.
pub async fn sequence(address: SocketAddr) {
    static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _turn = ONE_AT_A_TIME.lock().await;
    let url = DATABASES.lock().expect("no panic").get(&address).cloned();
    let Some(url) = url else { return };
    let mut conn = AsyncPgConnection::establish(&url).await.expect("a connection");
    // Takes the lease over from a worker that the test ran before.
    diesel::sql_query("update sequencer set lease_until = '-infinity'").execute(&mut conn).await.expect("a lease");
    Sequencer::default().turn(&mut conn, chrono::Utc::now()).await.expect("positions");
}

fn new_keys() -> Keys {
    Keys::fixed(&KeyFile::generate(chrono::Utc::now()).expect("keys")).expect("keys")
}

pub struct TestServer {
    pub address: SocketAddr,
    pub shared: Arc<Shared>,
    pub database_url: String,
    handle: actix_web::dev::ServerHandle,
}

impl TestServer {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With flags as on the command line.
    pub async fn start_with(flags: &[&str]) -> Self {
        Self::on(cluster::fresh_database().await, flags, new_keys()).await
    }

    /// With keys that a test can change.
    pub async fn with_keys(keys: Keys) -> Self {
        Self::on(cluster::fresh_database().await, &[], keys).await
    }

    /// On a database as another role.
    pub async fn with_url(database_url: String) -> Self {
        Self::on(database_url, &[], new_keys()).await
    }

    /// Another process on the same database, with its own keys.
    pub async fn beside(other: &Self, flags: &[&str]) -> Self {
        Self::on(other.database_url.clone(), flags, new_keys()).await
    }

    async fn on(database_url: String, flags: &[&str], keys: Keys) -> Self {
        let mut line = vec!["slrt", "--listen", "127.0.0.1:0", "--workers", "1", "--rate-per-minute", "1000000"];
        line.extend_from_slice(flags);
        // A slow disk must not fail a test.
        line.extend_from_slice(&["--public-url", "https://slrt.test", "--pool-wait-seconds", "600"]);
        // A repeated flag is an error, so a flag of the test replaces the default.
        if flags.contains(&"--rate-per-minute") {
            line.drain(5..7);
        }
        let args = Args::parse_from(line).server;
        let shared = Arc::new(
            Shared::new(&args, Arc::new(keys), Clock::default(), database_url.clone(), 0).expect("a configuration"),
        );
        let (sender, receiver) = std::sync::mpsc::channel();
        let inside = shared.clone();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let (server, address) = app::serve(&args, inside).expect("a server");
                sender.send((address, server.handle())).expect("the test waits");
                server.await.expect("the server ends well");
            });
        });
        let (address, handle) =
            tokio::task::spawn_blocking(move || receiver.recv().expect("an address")).await.unwrap();
        DATABASES.lock().expect("no panic").insert(address, database_url.clone());
        Self { address, shared, database_url, handle }
    }

    pub async fn connection(&self) -> AsyncPgConnection {
        AsyncPgConnection::establish(&self.database_url).await.expect("a connection")
    }

    /// Runs background work of each kind once, with the test's clock.
    pub async fn work(&self) {
        let worker = slrt::worker::Worker::new(&self.shared).expect("a worker");
        worker.run_once().await.expect("background work");
    }

    /// Background work with these runners, like another process.
    pub fn worker(&self, runners: &[Runner]) -> Context {
        let context = self.shared.background().expect("background work");
        Context { resources: context.resources.with(Runners(runners.to_vec())), ..context }
    }

    /// A client with a token for these regions and permissions.
    pub fn session(&self, who: &str, organization: Option<Uuid>, regions: &[&str], may: &[Permission]) -> Session {
        let actor = Actor {
            client_id: who.to_owned(),
            subject: who.to_owned(),
            organization_id: organization,
            scope: RegionScope::from_codes(regions),
            permissions: may.iter().copied().collect::<Permissions>(),
            roles: Vec::new(),
        };
        let token = self.shared.tokens.issue(&actor, self.shared.clock.now()).expect("a token");
        Session::new(self.address, Some(token))
    }

    pub fn anonymous(&self) -> Session {
        Session::new(self.address, None)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}
