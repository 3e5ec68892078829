//! Issue, reading and revocation of letters.

use chrono::{Datelike as _, Days, NaiveDate};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::api::{IssueRecommendationLetter, RecommendationLetter, show, status, verify_url};
use super::code;
use super::model::LetterStatus;
use super::pdf::{self, Letter};
use super::store::{self, LetterRow};
use crate::auth::Actor;
use crate::auth::clients::find_active_staff;
use crate::clock::local_day;
use crate::directory;
use crate::error::Error;
use crate::http::json::Json;
use crate::referrals::actions::{LetterContent, find_for_letter, lock_for_letter};
use crate::regions::{RegionCode, Unscoped, directory as regions, regency};
use crate::transaction::Tx;

const DEFAULT_VALID_DAYS: u16 = 30;
const MAX_NUMBER_ATTEMPTS: usize = 5;

/// Result of a request to issue a letter.
pub enum Issued {
    New(RecommendationLetter),
    /// The last letter is still valid.
    StillValid(RecommendationLetter),
}

pub async fn issue(tx: &mut Tx, id: Uuid, base: &str, body: Json<IssueRecommendationLetter>) -> Result<Issued, Error> {
    // The lock on the referral serialises concurrent requests.
    let referral = lock_for_letter(tx, id).await?;
    let days = body.valid()?.valid_days.unwrap_or(DEFAULT_VALID_DAYS);
    let today = local_day(tx.now);
    let last = store::find_last_of_visible(&mut tx.conn, id).await?;
    if let Some(valid) = last.filter(|row| status(row, today) == LetterStatus::Valid) {
        return Ok(Issued::StillValid(show(valid, base, today)));
    }
    let subject = tx.actor.subject.clone();
    let officer = find_active_staff(&mut tx.conn, &subject).await?;
    let issuer = match referral.source_organization_id {
        Some(source) => directory::actions::find_organization(&mut tx.conn, source, None).await?,
        None => None,
    };
    let region = issuer.as_ref().map_or_else(|| regency(&referral.region_code).to_owned(), |o| o.region_code.clone());
    let issuer_name = issuer.map_or_else(|| format!("SLRT {}", region_name(&region)), |o| o.name);
    let mut row = LetterRow {
        code: String::new(),
        referral_id: id,
        region_code: referral.region_code,
        number: String::new(),
        issuer_id: referral.source_organization_id,
        issuer_name,
        issued_by: subject,
        officer_name: officer.map(|o| o.name),
        issued_on: today,
        valid_until_on: today.checked_add_days(Days::new(u64::from(days))).unwrap_or(today),
        revoked_at: None,
        created_at: tx.now,
    };
    // The random part of a number is short: within one desk and year it can collide with an existing one.
    for _ in 0..MAX_NUMBER_ATTEMPTS {
        row.code = code::new_code()?;
        row.number = format!("460/{}/SLRT-{region}/{}", code::new_number()?, today.year());
        if store::insert(&mut tx.conn, &row).await? {
            tx.audit("recommendation_letter.issue", "referral", id, Some(&row.region_code));
            return Ok(Issued::New(show(row, base, today)));
        }
    }
    Err(Error::internal("no unused letter number found"))
}

/// Finds the last letter of a referral that is visible to the caller.
pub async fn find(conn: &mut AsyncPgConnection, actor: &Actor, id: Uuid) -> Result<(LetterContent, LetterRow), Error> {
    let referral = find_for_letter(conn, actor, id).await?.ok_or_else(Error::not_found)?;
    let row = store::find_last_of_visible(conn, id).await?.ok_or_else(Error::not_found)?;
    Ok((referral, row))
}

/// The letter as PDF; fails if it has expired or was revoked.
pub async fn document(
    conn: &mut AsyncPgConnection,
    referral: LetterContent,
    row: &LetterRow,
    base: &str,
    today: NaiveDate,
) -> Result<Vec<u8>, Error> {
    if status(row, today) != LetterStatus::Valid {
        return Err(Error::new(crate::referrals::problems::LETTER_NOT_VALID));
    }
    let issuer = match row.issuer_id {
        Some(id) => directory::actions::find_organization(conn, id, None).await?,
        None => None,
    };
    let service = directory::actions::find_service(conn, referral.service_id).await?;
    let target = directory::actions::find_organization(conn, referral.target_organization_id, None).await?;
    let contact = issuer.as_ref().map(|o| {
        let parts = [o.address.as_deref(), o.phone.as_deref(), o.email.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    });
    let seat = issuer.map_or_else(|| regency(&row.region_code).to_owned(), |o| o.region_code);
    pdf::render(&Letter {
        issuer: &row.issuer_name,
        contact: contact.as_deref().unwrap_or_default(),
        number: &row.number,
        name: referral.subject_name.as_deref().unwrap_or_default(),
        birth_year: referral.birth_year,
        home: &lineage(&referral.region_code),
        service: service.as_ref().map_or("", |s| s.name.as_str()),
        requirements: service.as_ref().and_then(|s| s.requirements.as_deref()).unwrap_or_default(),
        target: target.as_ref().map_or("", |o| o.name.as_str()),
        program: referral.program_code.as_deref().unwrap_or_default(),
        need: &referral.need,
        place: &region_name(regency(&seat)),
        issued_on: row.issued_on,
        valid_until_on: row.valid_until_on,
        officer: row.officer_name.as_deref().unwrap_or(&row.issued_by),
        code: &code::grouped(&row.code),
        verify_url: &verify_url(base, row),
    })
}

/// Finds the letter with this code, for the public page.
pub async fn verify(conn: &mut AsyncPgConnection, typed: &str) -> Result<Option<LetterRow>, Error> {
    match code::parse(typed) {
        Some(code) => Ok(store::find_by_code(conn, Unscoped::PublicVerification, &code).await?),
        None => Ok(None),
    }
}

/// Revokes all letters of a referral that was cancelled or entered in error.
pub async fn revoke_of(tx: &mut Tx, referral_id: Uuid, region_code: &str) -> Result<(), Error> {
    if store::set_revoked(&mut tx.conn, referral_id, tx.now).await? > 0 {
        tx.audit("recommendation_letter.revoke", "referral", referral_id, Some(region_code));
    }
    Ok(())
}

fn region_name(code: &str) -> String {
    regions::find(code).map_or_else(|| code.to_owned(), |region| region.name.to_owned())
}

/// "Cileunyi Kulon, Cileunyi, Kabupaten Bandung, Jawa Barat".
fn lineage(code: &str) -> String {
    let code = RegionCode::stored(code.to_owned());
    let mut names: Vec<String> = code.lineage().map(region_name).collect();
    names.reverse();
    names.join(", ")
}
