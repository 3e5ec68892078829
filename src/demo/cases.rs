//! A few complaints and referrals in different states, made through the same actions that callers use.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::directory::{DemoOfficer, STAFF, organization_id};
use crate::auth::Actor;
use crate::auth::keys::Keys;
use crate::auth::roles::permissions_of;
use crate::clock::Clock;
use crate::complaints::actions as complaints;
use crate::complaints::bodies::{RecommendComplaint, StartComplaint, VerifyComplaint};
use crate::db::Db;
use crate::eligibility::cache::ProgramCache;
use crate::error::Error;
use crate::http::json::{Json, parse_value};
use crate::regions::RegionScope;
use crate::transaction::{self, Setting};

const SUBMISSIONS: &[(&str, &str, &str, &str)] = &[
    ("bandung-fo-1", "32.04.05.2001", "socio_economic", "Keluarga dengan dua anak sekolah belum pernah menerima PKH."),
    ("bandung-fo-1", "32.04.05.2002", "infrastructure", "Jalan desa menuju puskesmas rusak sejak banjir bulan lalu."),
    ("bandung-fo-1", "32.04.05.2004", "education", "Anak kelas 4 SD putus sekolah karena biaya seragam dan buku."),
    ("sleman-fo-1", "34.04.01.2001", "health", "Kartu KIS tidak aktif ketika hendak berobat."),
    ("sleman-fo-1", "34.04.01.2002", "electricity", "Rumah belum tersambung listrik, menumpang tetangga."),
];

pub async fn seed(url: &str, keys: Arc<Keys>, clock: Clock) -> Result<(), Error> {
    let db = Db::new(url, 1, Duration::from_secs(60))?;
    let programs = Arc::new(ProgramCache::default());
    let setting = |officer: &DemoOfficer| Setting {
        actor: Arc::new(actor(officer)),
        ..Setting::of_system(clock.clone(), keys.ring(), programs.clone())
    };
    for (index, (officer, region, sector, text)) in SUBMISSIONS.iter().enumerate() {
        let Some(front) = STAFF.iter().find(|o| o.id == *officer) else { continue };
        let Some(back) = STAFF.iter().find(|o| o.organization == front.organization && o.id.contains("-bo-")) else {
            continue;
        };
        let body = parse_value(json!({
            "region_code": region, "sector": sector, "description": text,
            "complainant": { "name": "Warga Contoh", "phone": "0812-0000-9001" }, "channel": "visit",
        }))?;
        let submitted =
            transaction::run(&db, setting(front), async move |tx| complaints::submit(tx, body).await).await?;
        let complaints::Submitted::New(complaint) = submitted else { continue };
        let id = complaint.id;
        // The first stays as received; each later one is a step further.
        if index >= 1 {
            let body =
                Json::made(parse_value::<VerifyComplaint>(json!({ "class": "unmet_need", "priority": "normal" }))?);
            transaction::run(&db, setting(back), async move |tx| complaints::verify(tx, id, body).await).await?;
        }
        if index >= 2 {
            let body = Json::made(parse_value::<StartComplaint>(json!({}))?);
            transaction::run(&db, setting(back), async move |tx| complaints::start(tx, id, body).await).await?;
        }
        if index >= 3 {
            let body = Json::made(parse_value::<RecommendComplaint>(
                json!({ "kind": "resolve", "text": "Sudah dijelaskan kepada pelapor." }),
            )?);
            transaction::run(&db, setting(back), async move |tx| complaints::recommend(tx, id, body).await).await?;
        }
    }
    Ok(())
}

fn actor(officer: &DemoOfficer) -> Actor {
    Actor {
        client_id: "demo-seed".to_owned(),
        subject: officer.id.to_owned(),
        organization_id: Some(organization_id(officer.organization)),
        scope: RegionScope::from_codes(officer.regions),
        permissions: permissions_of(officer.roles),
        roles: officer.roles.iter().map(ToString::to_string).collect(),
    }
}
