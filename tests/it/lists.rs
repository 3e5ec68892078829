//! Every list of the contract: its pages, its regions, and tokens with two regions. A list that is new in the contract
//! fails here until it has an example.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};
use slrt::imports::export::EXPORT;
use slrt::slices::permissions as P;
use uuid::Uuid;

use crate::support::contract::{CONTRACT, operations};
use crate::support::resources::{announcement, photo};
use crate::support::{Answer, Session, World};

/// The client of all places: a list of a client's own jobs must still keep to the token's regions.
const CLIENT: &str = "petugas";
/// The same for every caller with the permission.
const SHARED: &[&str] = &["list_import_kinds", "list_message_templates"];
/// Counts of people, small ones suppressed: `registry_search` and `registry_history` test them.
const FIGURES: &[&str] = &["get_residence_map", "list_welfare_snapshots"];
/// They give a cursor with their last page too, for what comes later.
const FEEDS: &[&str] = &["list_events", "get_sync_changes"];
/// What changed twice is in two of its pages.
const REPEATING: &[&str] = &["get_sync_changes"];
/// Pages of a fixed size: `sync` tests them.
const WITHOUT_LIMIT: &[&str] = &["get_sync_bundle"];
/// More pages than any list here has.
const PAGES: usize = 300;

/// An operation whose answer is a list.
struct List {
    id: String,
    method: Method,
    path: String,
    /// `None` is public.
    permission: Option<slrt::auth::Permission>,
    paged: bool,
    limited: bool,
    cursor: &'static str,
}

/// Everything that answers `items` or a cursor, but acts.
fn lists() -> Vec<List> {
    let found = operations().into_iter().filter_map(|(path, method, operation)| {
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        let name = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()).unwrap_or_default();
        let fields = CONTRACT["components"]["schemas"][name]["properties"].as_object()?;
        let acts = method != "get" && path.contains("{id}");
        if acts || !(fields.contains_key("items") || fields.contains_key("next_cursor")) {
            return None;
        }
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let has = |name: &str| parameters.iter().any(|p| p["name"] == name);
        Some(List {
            id: operation["operationId"].as_str().unwrap().to_owned(),
            permission: operation["security"][0]["oauth2"][0].as_str().map(|p| p.parse().unwrap()),
            paged: fields.contains_key("next_cursor"),
            limited: has("limit") || method == "post",
            cursor: if has("after") { "after" } else { "cursor" },
            method: method.to_uppercase().parse().unwrap(),
            path,
        })
    });
    found.collect()
}

/// What a list shows, each entry by its id, or whole where it has none. A `gone` entry of a tablet holds an id and no data, so it is left out.
fn entries(body: &Value) -> Vec<String> {
    let of = |name: &str| body[name].as_array().cloned().unwrap_or_default();
    let all = [of("items"), of("families"), of("complaints")].concat();
    let key = |entry: &Value| match (entry["id"].as_str(), entry["person"]["id"].as_str()) {
        (Some(id), _) | (None, Some(id)) => id.to_owned(),
        _ => entry.to_string(),
    };
    all.iter().filter(|entry| entry["gone"] != true).map(key).collect()
}

/// A regency with two entries in each list, and the ids of those that have lists of their own.
struct Place {
    regency: &'static str,
    village: &'static str,
    nik: String,
    reference_no: String,
    officer: String,
    complaint: String,
    family: String,
    person: String,
    proposal: String,
    referral: String,
    need: String,
    device: String,
    changes: String,
}

/// A reader with these regions, and with everything that shows no number.
fn reader(world: &World, who: &str, regions: &[&str]) -> Session {
    let may: Vec<slrt::auth::Permission> =
        slrt::auth::Permission::all().iter().copied().filter(|p| *p != P::PII_REVEAL).collect();
    world.server.session(who, None, regions, &may)
}

impl Place {
    async fn fill(world: &World, regency: &'static str, village: &'static str, serial: u16) -> Self {
        let made = async |who: &Session, path: &str, body: Value| who.post(path, body).await.expect(201);
        let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
        let root = reader(world, CLIENT, &[regency]);
        let organization = async |kind: &str| {
            let body = json!({ "kind": kind, "name": format!("{kind} {regency}"), "region_code": regency });
            id(&made(&root, "/v1/organizations", body).await)
        };
        let (desk, agency) = (organization("slrt_desk").await, organization("agency").await);
        let of = |organization: &str, may: &[slrt::auth::Permission]| {
            world.server.session(CLIENT, Some(organization.parse().unwrap()), &[regency], may)
        };
        let everything: Vec<slrt::auth::Permission> =
            slrt::auth::Permission::all().iter().copied().filter(|p| *p != P::PII_REVEAL).collect();
        let (office, target) = (of(&desk, &everything), of(&agency, &everything));

        // Officers, desks, tablets.
        let officer = format!("relawan-{}", regency.replace('.', "-"));
        for (number, duty) in ["facilitator", "volunteer"].into_iter().enumerate() {
            let name = if number == 0 { officer.clone() } else { format!("{officer}-{number}") };
            let staff = json!({
                "id": name, "organization_id": desk, "name": "Relawan", "regions": [regency], "roles": ["facilitator"],
            });
            made(&office, "/v1/staff", staff).await;
            let (kind, place) = if number == 0 { ("slrt", regency) } else { ("puskesos", village) };
            let body = json!({ "kind": kind, "organization_id": desk, "name": name, "region_code": place });
            let post = id(&made(&office, "/v1/desks", body).await);
            let assignment = json!({
                "staff_id": name, "duty": duty, "desk_id": (number == 1).then_some(post), "region_code": village,
                "since": "2026-01-05", "assignment_order": "SPT",
            });
            made(&office, "/v1/facilitator-assignments", assignment).await;
        }
        let tablet = json!({ "label": "Tablet", "staff_id": officer, "village_codes": [village] });
        let device = id(&made(&office, "/v1/devices", tablet.clone()).await);
        made(&office, "/v1/devices", tablet).await;
        let bundle = reader(world, &officer, &[regency]).get(&format!("/v1/sync/bundle?device_id={device}")).await;
        let changes = bundle.expect(200)["changes_cursor"].as_str().unwrap().to_owned();

        // Families and what is recorded about them.
        let (mut families, mut heads) = (Vec::new(), Vec::new());
        let mut niks = Vec::new();
        for serial in [serial, serial + 1] {
            let mut body = crate::support::world::family(serial);
            body["region_code"] = json!(village);
            niks.push(body["members"][0]["nik"].as_str().unwrap().to_owned());
            let home = made(&office, "/v1/families", body).await;
            families.push(id(&home));
            heads.push(id(&home["members"][0]));
        }
        let (family, person) = (families[0].clone(), heads[0].clone());
        for version in ["2026-Q2", "2026-Q3"] {
            let body = json!({ "source": "dtsen", "snapshot_version": version, "as_of": "2026-07-01", "decile": 2 });
            made(&office, &format!("/v1/families/{family}/welfare-statuses"), body).await;
        }
        let acts = async |what: &str, body: Value| {
            office.post(&format!("/v1/persons/{person}/{what}"), body).await.expect(200);
        };
        let stay =
            json!({ "kind": "elderly_home", "facility_name": "Panti", "region_code": village, "since": "2026-07-01" });
        acts("add-residence", stay).await;
        acts("restrict", json!({ "reason": "accuracy_contested" })).await;
        acts("lift-restriction", json!({})).await;
        let revealing = of(&desk, slrt::auth::Permission::all());
        for _ in 0..2 {
            let purpose = [("access-purpose", "supervision")];
            revealing.get_with(&format!("/v1/persons/{person}"), &purpose).await.expect(200);
        }
        let (mut proposals, kinds) = (Vec::new(), ["access", "correction"]);
        for number in 0..2 {
            let consent = json!({
                "subject": { "person_id": heads[number] }, "purpose": "referral", "lawful_basis": "consent",
                "given_by": { "role": "subject" }, "method": "written", "given_on": "2026-01-05",
            });
            made(&office, "/v1/consents", consent).await;
            let request = json!({ "kind": kinds[number], "requested_by": { "identity_check": "identity_paper" } });
            made(&office, &format!("/v1/persons/{person}/subject-requests"), request).await;
            let proposal = json!({
                "kind": "dispute_inclusion", "nik": niks[number], "full_name": "Siti Rahmawati",
                "statement": "Tidak lagi layak.", "evidence": [{ "kind": "field_visit", "text": "Kunjungan" }],
            });
            proposals.push(id(&made(&office, "/v1/registry-proposals", proposal).await));
            world.job(&office, EXPORT, json!({})).await;
        }
        let proposal = proposals.remove(0);

        // Complaints: two of the same matter.
        let mut submission = crate::support::world::submission();
        submission["region_code"] = json!(village);
        let first = made(&office, "/v1/complaints", submission.clone()).await;
        made(&office, "/v1/complaints", submission).await;
        let complaint = id(&first);
        for text in ["Satu", "Dua"] {
            made(
                &office,
                &format!("/v1/complaints/{complaint}/notes"),
                json!({ "text": text, "visibility": "internal" }),
            )
            .await;
            let visit = json!({ "region_code": village, "complaint_id": complaint, "result": "met" });
            made(&office, "/v1/visits", visit).await;
        }
        let question = json!({ "question": "Di sekolah mana anak Ibu terdaftar?" });
        office.post(&format!("/v1/complaints/{complaint}/ask"), question).await.expect(200);

        // Referrals: one need that went to two services, both taken back.
        let mut items = Vec::new();
        for name in ["Layanan satu", "Layanan dua"] {
            let service =
                json!({ "organization_id": agency, "name": name, "sectors": ["other"], "area_codes": [regency] });
            let service = id(&made(&office, "/v1/services", service).await);
            items.push(json!({
                "service_id": service, "need": "Perlu tempat.", "lawful_basis": "public_task", "region_code": village,
            }));
        }
        let need = Uuid::now_v7().to_string();
        let batch = office.post("/v1/referrals/batch", json!({ "need_id": need, "items": items })).await.expect(207);
        let mut referrals = Vec::new();
        for item in batch["items"].as_array().unwrap() {
            let referral = id(&item["resource"]);
            office.act(&format!("/v1/referrals/{referral}/request")).await.expect(200);
            referrals.push(referral);
        }
        let announced = announcement(json!({}), "image/jpeg", &photo());
        let mut paper = announced.clone();
        paper.as_object_mut().unwrap().remove("parent");
        made(&target, &format!("/v1/referrals/{}/attachments", referrals[0]), paper).await;
        for (kind, id) in [("complaint", &complaint), ("registry_proposal", &proposal)] {
            let mut paper = announced.clone();
            paper["parent"] = json!({ "kind": kind, "id": id });
            made(&office, "/v1/attachments", paper).await;
        }
        for referral in &referrals {
            let reason = json!({ "reason": "resolved_otherwise" });
            office.post(&format!("/v1/referrals/{referral}/cancel"), reason).await.expect(200);
        }
        Self {
            regency,
            village,
            nik: niks[0].clone(),
            reference_no: first["reference_no"].as_str().unwrap().to_owned(),
            officer,
            complaint,
            family,
            person,
            proposal,
            referral: referrals[0].clone(),
            need,
            device,
            changes,
        }
    }

    /// The address, with what the list needs to be asked for, and the body of a search.
    fn request(&self, list: &List) -> (String, Option<Value>) {
        let owner = [
            ("/v1/complaints/", &self.complaint),
            ("/v1/families/", &self.family),
            ("/v1/persons/", &self.person),
            ("/v1/registry-proposals/", &self.proposal),
            ("/v1/referrals/", &self.referral),
            ("/v1/referral-needs/", &self.need),
        ];
        let id = owner.iter().find(|(prefix, _)| list.path.starts_with(prefix)).map_or("", |(_, id)| id.as_str());
        let path = list.path.replace("{id}", id).replace("{code}", self.village).replace("{region_code}", self.village);
        let path = path.replace("{list}", "sectors");
        assert!(!path.contains('{') && !path.ends_with('/'), "no example of {} for this test", list.path);
        let query = match list.id.as_str() {
            "get_sync_bundle" => format!("?device_id={}", self.device),
            "get_sync_changes" => format!("?device_id={}&cursor={}", self.device, self.changes),
            "list_coverage_gaps" => format!("?region_code={}", &self.village[..8]),
            "list_referral_queue" => "?side=source".to_owned(),
            "list_regions" => format!("?within={}", &self.village[..8]),
            _ => String::new(),
        };
        let body = match list.id.as_str() {
            "look_up_complaint" => json!({ "reference_no": self.reference_no }),
            "look_up_family" | "look_up_person" => json!({ "nik": self.nik }),
            "search_persons" => json!({ "name": "Siti" }),
            "search_duplicates" => json!({ "person_id": self.person }),
            "find_referral_candidates" => json!({ "subject": { "family_id": self.family }, "sector": "other" }),
            _ => Value::Null,
        };
        assert!(list.method == Method::GET || !body.is_null(), "no search of {} for this test", list.path);
        (path + &query, (!body.is_null()).then_some(body))
    }

    /// Who reads a list of this place with a token for these regions.
    fn reads(&self, world: &World, list: &List, regions: &[&str]) -> Session {
        match list.permission {
            Some(permission) if permission == P::PII_REVEAL => {
                world.server.session(CLIENT, None, regions, slrt::auth::Permission::all())
            }
            // A tablet's lists are its officer's.
            _ if list.id.contains("_sync_") => reader(world, &self.officer, regions),
            _ => reader(world, CLIENT, regions),
        }
    }

    async fn read(&self, world: &World, list: &List, regions: &[&str]) -> Answer {
        let (path, body) = self.request(list);
        let path = if list.limited && list.method == Method::GET { with(&path, "limit=200") } else { path };
        self.reads(world, list, regions).send(list.method.clone(), &path, &[], body).await
    }

    async fn entries(&self, world: &World, list: &List, regions: &[&str]) -> BTreeSet<String> {
        entries(&self.read(world, list, regions).await.expect(200)).into_iter().collect()
    }
}

fn with(path: &str, parameter: &str) -> String {
    let name = parameter.split('=').next().unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let others = query.split('&').filter(|p| !p.is_empty() && p.split('=').next() != Some(name));
    let all: Vec<&str> = others.chain([parameter]).collect();
    format!("{path}?{}", all.join("&"))
}

/// Proposals may be submitted on every day.
async fn open_windows(world: &World) {
    let keeper = world.server.session("pusdatin", None, &["ID"], &[P::REGISTRY_IMPORT]);
    let always = json!({
        "submit_from": 1, "submit_until": 31, "village_until": 31, "agency_until": 31, "source": "Uji coba",
    });
    let path = "/v1/registry-proposal-windows/default";
    keeper.send(Method::PUT, path, &[("if-match", "\"1\"")], Some(always)).await.expect(200);
}

async fn three_places(world: &World) -> [Place; 3] {
    open_windows(world).await;
    [
        Place::fill(world, "32.04", "32.04.05.2001", 10).await,
        Place::fill(world, "34.04", "34.04.01.2001", 20).await,
        Place::fill(world, "35.07", "35.07.01.2001", 30).await,
    ]
}

#[actix_web::test]
async fn no_list_shows_another_region_and_two_regions_show_both() {
    let world = World::start().await;
    let places = three_places(&world).await;
    let [a, b, c] = &places;
    let mut seen = BTreeMap::new();
    for list in lists().iter().filter(|l| l.permission.is_some() && !FIGURES.contains(&l.id.as_str())) {
        let place = &list.id;
        let mut own = Vec::new();
        for each in &places {
            let shown = each.entries(&world, list, &[each.regency]).await;
            assert!(!shown.is_empty(), "{place}: nothing in {}", each.regency);
            own.push(shown);
        }
        if SHARED.contains(&place.as_str()) {
            assert_eq!(own[0], own[1], "{place}");
            continue;
        }
        assert!(own[0].is_disjoint(&own[1]) && own[0].is_disjoint(&own[2]), "{place}: shows another region");
        let both = [b.regency, a.regency];
        if a.request(list) == b.request(list) {
            let shown = a.entries(&world, list, &both).await;
            assert!(shown.is_superset(&own[0]) && shown.is_superset(&own[1]), "{place}: one of two regions is missing");
            assert!(shown.is_disjoint(&own[2]), "{place}: shows a region beside its two");
        } else {
            // A list of one thing or one region: the same with two regions, and nothing for a foreign reader.
            for (each, own) in [(a, &own[0]), (b, &own[1])] {
                assert!(each.entries(&world, list, &both).await.is_superset(own), "{place}: {}", each.regency);
                let foreign = each.read(&world, list, &[c.regency]).await;
                let hidden = [403, 404].contains(&foreign.status) || entries(&foreign.body).is_empty();
                assert!(hidden, "{place}: {}", foreign.text);
            }
        }
        seen.insert(place.clone(), own[0].len());
    }
    assert!(seen.len() > 40, "{seen:?}");
}

#[actix_web::test]
async fn every_list_can_be_read_to_its_end_page_by_page() {
    let world = World::start().await;
    open_windows(&world).await;
    let place = Place::fill(&world, "32.04", "32.04.05.2001", 10).await;
    let mut walked = 0;
    for list in lists().iter().filter(|l| l.paged && !WITHOUT_LIMIT.contains(&l.id.as_str())) {
        let id = &list.id;
        assert!(list.limited, "{id} has no limit");
        let whole = place.entries(&world, list, &[place.regency]).await;
        let session = place.reads(&world, list, &[place.regency]);
        let (mut path, mut body) = place.request(list);
        match &mut body {
            Some(body) => body["limit"] = json!(1),
            None => path = with(&path, "limit=1"),
        }
        let mut pages: Vec<String> = Vec::new();
        loop {
            let page = session.send(list.method.clone(), &path, &[], body.clone()).await.expect(200);
            let shown = entries(&page);
            let next = page["next_cursor"].as_str();
            if FEEDS.contains(&id.as_str()) && shown.is_empty() {
                break;
            }
            assert_eq!(shown.len(), 1, "{id}: page {} of {}", pages.len() + 1, whole.len());
            pages.extend(shown);
            assert!(pages.len() < PAGES, "{id} does not end");
            let Some(next) = next else { break };
            match &mut body {
                Some(body) => body["cursor"] = json!(next),
                None => path = with(&path, &format!("{}={next}", list.cursor)),
            }
        }
        let distinct: BTreeSet<String> = pages.iter().cloned().collect();
        let repeats = REPEATING.contains(&id.as_str());
        assert!(repeats || distinct.len() == pages.len(), "{id} shows something twice");
        assert!(pages.len() >= 2, "{id} has no second page in this test");
        assert!(distinct.is_superset(&whole), "{id} leaves something out");
        walked += 1;
    }
    assert!(walked > 25, "{walked}");
}
