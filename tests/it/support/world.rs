//! The usual actors: a desk with officers, a manager, a programme, another regency, a province.

use diesel::sql_types::BigInt;
use serde_json::{Value, json};
use slrt::demo;
use slrt::jobs::actions::{self, NewJob};
use slrt::jobs::model::JobKind;
use slrt::jobs::run::{Runner, run_due};
use slrt::slices::permissions as P;
use slrt::transaction::TxContext;
use uuid::Uuid;

use super::http::Session;
use super::server::TestServer;

pub const VILLAGE: &str = "32.04.05.2001";

pub struct World {
    pub server: TestServer,
    /// Front office of the desk in Kabupaten Bandung.
    pub front: Session,
    /// Back office of the same desk.
    pub back: Session,
    pub manager: Session,
    /// The PKH programme, without any region.
    pub pkh: Session,
    /// All permissions, but in another regency.
    pub elsewhere: Session,
    /// West Java: reads, never acts.
    pub province: Session,
    pub auditor: Session,
}

pub fn organization(key: &str) -> Uuid {
    demo::organization(key).expect(key)
}

impl World {
    pub async fn start() -> Self {
        Self::around(TestServer::start().await)
    }

    pub fn around(server: TestServer) -> Self {
        let bandung = Some(organization("slrt-bandung"));
        let front = [
            P::COMPLAINTS_SUBMIT,
            P::COMPLAINTS_NOTE,
            P::COMPLAINTS_READ,
            P::REGISTRY_READ,
            P::REGISTRY_WRITE,
            P::REFERRALS_READ,
            P::EVENTS_READ,
        ];
        let back = [
            P::COMPLAINTS_SUBMIT,
            P::COMPLAINTS_NOTE,
            P::COMPLAINTS_TRANSFER,
            P::COMPLAINTS_READ,
            P::COMPLAINTS_HANDLE,
            P::REGISTRY_READ,
            P::REGISTRY_WRITE,
            P::ELIGIBILITY_CHECK,
            P::REFERRALS_READ,
            P::REFERRALS_SEND,
            P::EVENTS_READ,
        ];
        let manager = [
            P::COMPLAINTS_READ,
            P::COMPLAINTS_APPROVE,
            P::REFERRALS_READ,
            P::REFERRALS_SEND,
            P::REFERRALS_CORRECT,
            P::DIRECTORY_WRITE,
        ];
        let responder = [P::REFERRALS_READ, P::REFERRALS_SEND, P::REFERRALS_RESPOND, P::EVENTS_READ];
        Self {
            front: server.session("bandung-fo", bandung, &["32.04"], &front),
            back: server.session("bandung-bo", bandung, &["32.04"], &back),
            manager: server.session("bandung-mgr", bandung, &["32.04"], &manager),
            pkh: server.session("pkh", Some(organization("pkh")), &[], &responder),
            elsewhere: server.session(
                "sleman",
                Some(organization("slrt-sleman")),
                &["34.04"],
                slrt::auth::Permission::all(),
            ),
            province: server.session(
                "jabar",
                Some(organization("dinsos-jabar")),
                &["32"],
                &[
                    P::COMPLAINTS_READ,
                    P::REFERRALS_READ,
                    P::REFERRALS_SEND,
                    P::REFERRALS_RESPOND,
                    P::REFERRALS_CORRECT,
                    P::EVENTS_READ,
                ],
            ),
            auditor: server.session("auditor", None, &["ID"], &[P::AUDIT_READ]),
            server,
        }
    }

    pub async fn complaint(&self) -> String {
        let made = self.front.post("/v1/complaints", submission()).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// A complaint with a recommendation to refer, which waits for the manager.
    pub async fn pending_complaint(&self) -> String {
        let id = self.complaint().await;
        self.step(&self.back, &id, "verify", json!({ "class": "enrolment", "priority": "normal" })).await;
        self.step(&self.back, &id, "start", json!({})).await;
        self.step(&self.back, &id, "recommend", json!({ "kind": "refer", "text": "Rujuk ke PKH." })).await;
        id
    }

    pub async fn step(&self, who: &Session, complaint: &str, action: &str, body: Value) -> Value {
        who.post(&format!("/v1/complaints/{complaint}/{action}"), body).await.expect(200)
    }

    /// A draft referral to the programme PKH.
    pub async fn draft(&self, complaint: Option<&str>) -> String {
        let made = self.back.post("/v1/referrals", self.referral(complaint).await).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// A referral that PKH has received.
    pub async fn requested(&self) -> String {
        let id = self.draft(None).await;
        self.back.act(&format!("/v1/referrals/{id}/request")).await.expect(200);
        id
    }

    /// A referral that PKH has accepted.
    pub async fn accepted(&self) -> String {
        let id = self.requested().await;
        self.pkh.act(&format!("/v1/referrals/{id}/accept")).await.expect(200);
        id
    }

    /// A need that was referred to two services; its id.
    pub async fn need(&self) -> String {
        let need = Uuid::now_v7();
        let first = self.referral(None).await;
        let mut second = first.clone();
        second["service_id"] = json!(self.service("KIS").await);
        let batch = json!({ "need_id": need, "items": [first, second] });
        let made = self.back.post("/v1/referrals/batch", batch).await.expect(207);
        assert!(made["items"].as_array().expect("items").iter().all(|i| i["status"] == 201), "{made}");
        need.to_string()
    }

    pub async fn referral(&self, complaint: Option<&str>) -> Value {
        let mut body = json!({
            "service_id": self.service("PKH").await,
            "need": "Keluarga dengan dua anak sekolah belum menerima PKH.",
            "lawful_basis": "consent",
            "consent_given_on": "2026-01-05",
        });
        match complaint {
            Some(id) => body["complaint_id"] = json!(id),
            None => body["region_code"] = json!(VILLAGE),
        }
        body
    }

    /// A new service of the desk's own regency, for the sector `other`; its id.
    pub async fn own_service(&self, with: Value) -> String {
        let mut body = json!({
            "organization_id": organization("pupr-bandung"), "name": "Layanan percobaan",
            "sectors": ["other"], "area_codes": ["32.04"],
        });
        if let (Some(body), Some(with)) = (body.as_object_mut(), with.as_object()) {
            body.extend(with.clone());
        }
        let made = self.manager.post("/v1/services", body).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// The officers of the organization that offers this service.
    pub fn target_of_own(&self) -> Session {
        let may = [P::REFERRALS_READ, P::REFERRALS_SEND, P::REFERRALS_RESPOND, P::EVENTS_READ];
        self.server.session("pupr", Some(organization("pupr-bandung")), &[], &may)
    }

    /// A referral sent to this service; its id.
    pub async fn requested_at(&self, service: &str) -> String {
        let body = json!({
            "service_id": service, "need": "Perlu tempat.", "lawful_basis": "public_task", "region_code": VILLAGE,
        });
        let made = self.back.post("/v1/referrals", body).await.expect(201);
        let id = made["id"].as_str().expect("an id").to_owned();
        self.back.act(&format!("/v1/referrals/{id}/request")).await.expect(200);
        id
    }

    /// The programme's service that serves this regency; one with a capacity if there is any.
    pub async fn service(&self, program: &str) -> String {
        let path = format!("/v1/services?program_code={program}&serving={VILLAGE}");
        let found = self.front.get(&path).await.expect(200);
        let items = found["items"].as_array().expect("items");
        let chosen = items.iter().find(|s| s["capacity"].is_number()).or(items.first()).expect("a service");
        chosen["id"].as_str().expect("an id").to_owned()
    }
}

pub fn submission() -> Value {
    json!({
        "region_code": VILLAGE,
        "sector": "socio_economic",
        "description": "Keluarga dengan dua anak sekolah belum pernah menerima PKH.",
        "complainant": { "name": "Siti Rahmawati", "phone": "0812-0000-9001" },
        "channel": "visit",
    })
}

/// A family of two; the serial makes its synthetic numbers unique.
pub fn family(serial: u16) -> Value {
    json!({
        "family_card_no": format!("3204050101199{:03}", serial % 1000),
        "region_code": VILLAGE,
        "address": "Kampung Contoh RT 01 RW 02",
        "dwelling": { "tenure": "own", "power_va": 450, "pln_customer_id": "990000000001", "lighting_source": "pln" },
        "programs": [],
        "members": [
            {
                "nik": format!("320405520390{:04}", 9000 + serial % 1000), "identity_status": "verified",
                "full_name": "Siti Rahmawati", "sex": "female", "birth_date": "1990-03-12",
                "relation_to_head": "head", "school_enrolled": false, "jkn_status": "none",
            },
            {
                "nik": format!("320405100815{:04}", 9000 + serial % 1000), "identity_status": "verified",
                "full_name": "Ahmad Fauzi", "sex": "male", "birth_date": "2015-08-10",
                "relation_to_head": "child", "school_level": "sd", "school_enrolled": true, "jkn_status": "none",
            },
        ],
    })
}

/// The same family with a welfare status from its source, which a desk cannot set.
pub fn ranked(serial: u16) -> Value {
    let status = json!({
        "source": "dtsen", "snapshot_version": "2026-Q3", "as_of": "2026-09-30", "decile": 2, "percentile": 14,
    });
    let mut family = family(serial);
    family["welfare_status"] = status;
    family
}

impl World {
    /// A family in the registry with a welfare status; its id.
    pub async fn family(&self) -> String {
        self.create_family(ranked(1)).await["id"].as_str().expect("an id").to_owned()
    }

    /// Creates a family as the regency's registry does.
    pub async fn create_family(&self, family: Value) -> Value {
        let may = [P::REGISTRY_READ, P::REGISTRY_WRITE, P::REGISTRY_IMPORT];
        let registry = self.server.session("registri", None, &["32.04"], &may);
        registry.post("/v1/families", family).await.expect(201)
    }

    /// A client that imports data of the registry's sources.
    pub fn registry_loader(&self) -> Session {
        self.server.session("pusdatin", None, &["32.04"], &[P::REGISTRY_READ, P::REGISTRY_IMPORT])
    }

    /// The head of a family.
    pub async fn member_of(&self, family: &str) -> String {
        let found = self.front.get(&format!("/v1/families/{family}")).await.expect(200);
        found["members"][0]["id"].as_str().expect("an id").to_owned()
    }

    /// A dispute about the head of a family, with a proposal window that is always open; its id.
    pub async fn proposal(&self) -> String {
        let keeper = self.server.session("pusdatin", None, &["ID"], &[P::REGISTRY_IMPORT]);
        let always = json!({
            "submit_from": 1, "submit_until": 31, "village_until": 31, "agency_until": 31, "source": "Uji coba",
        });
        let version = [("if-match", "\"1\"")];
        let path = "/v1/registry-proposal-windows/default";
        keeper.send(reqwest::Method::PUT, path, &version, Some(always)).await.expect(200);
        let body = json!({
            "kind": "dispute_inclusion", "nik": "3204055203909001", "full_name": "Siti Rahmawati",
            "statement": "Tidak lagi layak.", "evidence": [{ "kind": "field_visit", "text": "Kunjungan" }],
        });
        let made = self.front.post("/v1/registry-proposals", body).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }
}

impl World {
    /// A queued job of the session's client; its id.
    pub async fn job(&self, who: &Session, kind: JobKind, params: Value) -> String {
        let shared = &self.server.shared;
        let actor = shared.tokens.verify(who.token(), shared.clock.now()).await.expect("a token");
        let worker = self.server.worker(&[]);
        let context = TxContext { actor: actor.clone(), ..worker.tx_context() };
        let job = NewJob { id: None, kind, scope: actor.scope.clone(), params, total: None };
        let made = slrt::transaction::run(&worker.db, context, async move |tx| actions::create(tx, job).await);
        made.await.expect("a job").id.to_string()
    }

    /// A person's consent to be referred; its id.
    pub async fn consent(&self, person: &str) -> String {
        let body = json!({
            "subject": { "person_id": person }, "purpose": "referral", "lawful_basis": "consent",
            "given_by": { "role": "subject" }, "method": "written", "given_on": "2026-01-05",
        });
        let made = self.front.post("/v1/consents", body).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// A request of a data subject; its id.
    pub async fn subject_request(&self, person: &str, kind: &str) -> String {
        let body = json!({ "kind": kind, "requested_by": { "identity_check": "identity_paper" } });
        let made = self.front.post(&format!("/v1/persons/{person}/subject-requests"), body).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }
}

impl World {
    /// This many synthetic families in each of these villages.
    pub async fn families_in(&self, villages: &[&str], each: usize) {
        let now = self.server.shared.clock.now();
        let mut generator = demo::people::Generator::new(11);
        let today = slrt::clock::local_day(now);
        let mut made = Vec::new();
        for village in villages {
            made.extend((0..each).map(|_| generator.family(&village[..8], village, today)));
        }
        let keys = self.server.shared.tokens.keys().ring();
        let mut conn = self.server.connection().await;
        slrt::registry::people::actions::insert_synthetic(&mut conn, &keys, made, now).await.expect("families");
    }

    /// Runs a worker until the job has reached `done`, then drops it with everything it started, like a killed process. The job
    /// must hang by itself.
    pub async fn work_until_killed(&self, who: &Session, job: &str, runners: &[Runner], done: i64) {
        let worker = self.server.worker(runners);
        let process = tokio::task::LocalSet::new();
        let seen = async {
            while who.get(job).await.expect(200)["done"].as_i64() < Some(done) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            ended = process.run_until(run_due(&worker)) => panic!("expected the job to hang: {ended:?}"),
            () = seen => {}
        }
    }

    /// Waits until this many statements of the service wait for a lock.
    pub async fn until_blocked(&self, statements: i64) {
        let query =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        let mut conn = self.server.connection().await;
        let mut waiting = 0;
        while waiting < statements {
            tokio::task::yield_now().await;
            let count = diesel::dsl::sql::<BigInt>(query);
            waiting = diesel_async::RunQueryDsl::get_result(count, &mut conn).await.expect("a count");
        }
    }
}
