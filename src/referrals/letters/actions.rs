//! Issuing, reading and revoking letters.

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
use crate::referrals::actions::{Commended, find_commended, lock_commendable};
use crate::regions::{RegionCode, Unscoped, directory as regions};
use crate::transaction::Tx;

const VALID_DAYS: u16 = 30;

/// What became of the request for a letter.
pub enum Issued {
    New(RecommendationLetter),
    /// The last one still holds.
    Standing(RecommendationLetter),
}

pub async fn issue(tx: &mut Tx, id: Uuid, base: &str, body: Json<IssueRecommendationLetter>) -> Result<Issued, Error> {
    // The referral's lock makes two requests at once come one by one.
    let referral = lock_commendable(tx, id).await?;
    let days = body.valid()?.valid_days.unwrap_or(VALID_DAYS);
    let today = local_day(tx.now);
    let last = store::find_last_of_visible(&mut tx.conn, id).await?;
    if let Some(standing) = last.filter(|row| status(row, today) == LetterStatus::Valid) {
        return Ok(Issued::Standing(show(standing, base, today)));
    }
    let subject = tx.actor.subject.clone();
    let officer = find_active_staff(&mut tx.conn, &subject).await?;
    let issuer = match referral.source_organization_id {
        Some(source) => directory::actions::find_organization(&mut tx.conn, source, None).await?,
        None => None,
    };
    let region = issuer.as_ref().map_or_else(|| regency(&referral.region_code), |o| o.region_code.clone());
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
    // A number's random part is short: within a desk and a year it may meet one that is taken.
    for _ in 0..5 {
        row.code = code::fresh_code()?;
        row.number = format!("460/{}/SLRT-{region}/{}", code::fresh_number()?, today.year());
        if store::insert(&mut tx.conn, &row).await? {
            tx.audit("recommendation_letter.issue", "referral", id, Some(&row.region_code));
            return Ok(Issued::New(show(row, base, today)));
        }
    }
    Err(Error::internal("no free number for a letter"))
}

/// The last letter of a referral that the caller sees.
pub async fn find(conn: &mut AsyncPgConnection, actor: &Actor, id: Uuid) -> Result<(Commended, LetterRow), Error> {
    let referral = find_commended(conn, actor, id).await?.ok_or_else(Error::not_found)?;
    let row = store::find_last_of_visible(conn, id).await?.ok_or_else(Error::not_found)?;
    Ok((referral, row))
}

/// The letter as PDF. One that no longer holds is not printed again.
pub async fn document(
    conn: &mut AsyncPgConnection,
    referral: Commended,
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
    let seat = issuer.map_or_else(|| regency(&row.region_code), |o| o.region_code);
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
        place: &region_name(&regency(&seat)),
        issued_on: row.issued_on,
        valid_until_on: row.valid_until_on,
        officer: row.officer_name.as_deref().unwrap_or(&row.issued_by),
        code: &code::grouped(&row.code),
        verify_url: &verify_url(base, row),
    })
}

/// What the public page is told: the letter, if there is one with this code.
pub async fn verify(conn: &mut AsyncPgConnection, typed: &str) -> Result<Option<LetterRow>, Error> {
    match code::read(typed) {
        Some(code) => Ok(store::find_by_code(conn, Unscoped::PublicVerification, &code).await?),
        None => Ok(None),
    }
}

/// The referral is void: so is what recommended it.
pub async fn revoke_of(tx: &mut Tx, referral_id: Uuid, region_code: &str) -> Result<(), Error> {
    if store::set_revoked(&mut tx.conn, referral_id, tx.now).await? > 0 {
        tx.audit("recommendation_letter.revoke", "referral", referral_id, Some(region_code));
    }
    Ok(())
}

fn regency(code: &str) -> String {
    code.chars().take(5).collect()
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
