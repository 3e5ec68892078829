//! Identity numbers at rest, as a thief of the database would look at them.

use std::collections::BTreeSet;

use diesel_async::RunQueryDsl as _;
use slrt::auth::keys::{KeyFile, KeyRing};
use slrt::auth::sealing::IdentityKind;
use slrt::http::json::sha256;
use uuid::Uuid;

use crate::support::World;

const NIK: &str = "3204055203909001";

fn ring() -> KeyRing {
    KeyRing::load(&KeyFile::generate(chrono::Utc::now()).unwrap()).unwrap()
}

/// A nonce that repeats would give away which numbers are equal, and with AES-GCM the key of the tags.
#[test]
fn a_number_that_is_sealed_again_looks_different() {
    const NONCE: std::ops::Range<usize> = 1..13;
    let (ring, row) = (ring(), Uuid::now_v7());
    let sealed: Vec<Vec<u8>> = (0..100).map(|_| ring.sealer.seal(IdentityKind::Nik, row, NIK).unwrap()).collect();
    let nonces: BTreeSet<&[u8]> = sealed.iter().map(|bytes| &bytes[NONCE]).collect();
    let texts: BTreeSet<&[u8]> = sealed.iter().map(|bytes| &bytes[NONCE.end..]).collect();
    assert_eq!((nonces.len(), texts.len()), (100, 100));
    assert!(sealed.iter().all(|bytes| ring.sealer.open(IdentityKind::Nik, row, bytes).unwrap() == NIK));
}

/// There are few enough NIKs to try them all: without the key nothing must come of it.
#[test]
fn the_blind_index_depends_on_the_key_the_kind_and_the_number() {
    let (one, other) = (ring(), ring());
    let index = |ring: &KeyRing, kind, number| ring.sealer.blind_index(kind, number);
    let of_nik = index(&one, IdentityKind::Nik, NIK);
    assert_eq!(index(&one, IdentityKind::Nik, NIK), of_nik, "a number is found by it");
    let different = [
        ("key", index(&other, IdentityKind::Nik, NIK)),
        ("kind", index(&one, IdentityKind::FamilyCard, NIK)),
        ("number", index(&one, IdentityKind::Nik, "3204055203909002")),
        ("plain digest", sha256(NIK.as_bytes()).to_vec()),
        ("digest with its kind", sha256(format!("nik:{NIK}").as_bytes()).to_vec()),
    ];
    for (what, bytes) in different {
        assert_ne!(bytes, of_nik, "{what}");
    }
    assert_eq!(of_nik.len(), 32);
}

/// Two services with different keys on one database: neither finds or opens what the other entered.
#[actix_web::test]
async fn a_service_with_other_keys_finds_no_number() {
    let world = World::start().await;
    world.family().await;
    let stranger = World::around(crate::support::TestServer::beside(&world.server, &[]).await);
    let lookup = serde_json::json!({ "nik": NIK });
    let found = world.front.post("/v1/persons/lookup", lookup.clone()).await.expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    let found = stranger.front.post("/v1/persons/lookup", lookup).await.expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 0);
    #[derive(diesel::QueryableByName)]
    struct Text {
        #[diesel(sql_type = diesel::sql_types::Text)]
        text: String,
    }
    let rows: Vec<Text> = diesel::sql_query(
        "select to_jsonb(p)::text as text from persons p union all select to_jsonb(i)::text from identities i",
    )
    .load(&mut world.server.connection().await)
    .await
    .unwrap();
    assert!(rows.len() >= 4 && rows.iter().all(|row| !row.text.contains(NIK)));
}
