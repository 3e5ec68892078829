//! Candidates for a referral: collects the services and facts for the ranking.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::actions::{find_subject, subject_ref};
use super::api::FindCandidates;
use super::candidates::{self, Offer, ReferralCandidate};
use super::{client, store};
use crate::auth::Actor;
use crate::clock::local_day;
use crate::db::pool::Connection;
use crate::directory;
use crate::directory::model::{GovernmentLevel, Sector};
use crate::eligibility;
use crate::error::Error;
use crate::regions::{RegionCode, RegionScope, Unscoped};
use crate::registry::model::SchoolLevel;
use crate::registry::people::actions::Subject;

/// The need to find candidates for.
pub struct Need<'a> {
    pub region: &'a RegionCode,
    pub subject: Option<&'a Subject>,
    pub program_code: Option<&'a str>,
    pub sector: Option<Sector>,
    pub owner_level: Option<GovernmentLevel>,
    pub school_level: Option<SchoolLevel>,
}

pub async fn find_candidates(
    conn: &mut Connection,
    programs: &eligibility::cache::ProgramCache,
    actor: &Actor,
    input: FindCandidates,
    now: DateTime<Utc>,
) -> Result<Vec<ReferralCandidate>, Error> {
    let subject = match &input.subject {
        Some(subject) => Some(find_subject(conn, &actor.scope, subject).await?),
        None => None,
    };
    let region = match (&input.region_code, &subject) {
        (Some(code), _) => code.clone(),
        (None, Some(subject)) => subject.region_code.clone(),
        (None, None) => return Err(Error::field("/region_code", "required")),
    };
    actor.scope.require(&region)?;
    let need = Need {
        region: &region,
        subject: subject.as_ref(),
        program_code: input.program_code.as_deref(),
        sector: input.sector,
        owner_level: input.owner_level,
        school_level: input.school_level,
    };
    candidates_for(conn, programs, actor, need, now).await
}

pub(super) async fn candidates_for(
    conn: &mut Connection,
    programs: &eligibility::cache::ProgramCache,
    actor: &Actor,
    need: Need<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<ReferralCandidate>, Error> {
    let day = local_day(now);
    let client = match need.subject {
        Some(subject) => Some(client::find(conn, &actor.scope, subject, day).await?),
        None => None,
    };
    let mut services =
        directory::actions::services_for(conn, actor, need.region, need.program_code, need.sector, day).await?;
    let mut papers = Vec::new();
    if client.as_ref().is_some_and(|c| !c.has_nik) {
        let sector = Some(Sector::CivilRegistration);
        let first = directory::actions::services_for(conn, actor, need.region, None, sector, day).await?;
        papers.extend(first.iter().map(|(service, _)| service.id));
        services.retain(|(service, _)| !papers.contains(&service.id));
        services.extend(first);
    }
    let default = match need.sector {
        Some(sector) => directory::defaults::find(conn, need.region, sector).await?,
        None => None,
    };
    let schools = need.school_level.map(|level| vec![level]);
    let schools = schools.or_else(|| client.map(|c| c.school_levels)).unwrap_or_default();
    let mut wanted: Vec<String> = services.iter().filter_map(|(s, _)| s.program_code.clone()).collect();
    wanted.sort();
    wanted.dedup();
    let check = match need.subject {
        Some(subject) if !wanted.is_empty() => {
            let subject = subject_ref(subject);
            Some(eligibility::actions::check(conn, programs, &actor.scope, subject, &wanted, day).await?)
        }
        _ => None,
    };
    let ids: Vec<Uuid> = services.iter().map(|(s, _)| s.id).collect();
    let everything = RegionScope::everything(Unscoped::PublicDirectory);
    let answer_days = store::answer_days(conn, &everything, &ids).await?;
    let offers = services
        .into_iter()
        .map(|(service, organization)| Offer {
            eligibility: service.program_code.as_ref().and_then(|code| check.as_ref()?.outcome_of(code)),
            answer_days: answer_days.get(&service.id).copied(),
            papers_first: papers.contains(&service.id),
            default_of: default.as_ref().filter(|(id, _)| *id == service.id).map(|(_, region)| region.clone()),
            level: candidates::level_in_charge(&service, need.owner_level, &schools),
            service,
            organization,
        })
        .collect();
    Ok(candidates::rank(offers, need.region))
}
