//! Whom to refer to: gathers what the ranking needs.

use uuid::Uuid;

use super::actions::{subject_in, subject_ref};
use super::api::FindCandidates;
use super::candidates::{self, Offer, ReferralCandidate};
use super::store;
use crate::auth::Actor;
use crate::clock::local_day;
use crate::db::pool::Connection;
use crate::directory;
use crate::directory::model::Sector;
use crate::eligibility;
use crate::error::Error;
use crate::regions::{RegionCode, RegionScope, Unscoped};
use crate::registry::actions::Subject;

/// The need for which candidates are sought.
pub struct Need<'a> {
    pub region: &'a RegionCode,
    pub subject: Option<&'a Subject>,
    pub program_code: Option<&'a str>,
    pub sector: Option<Sector>,
}

pub async fn find_candidates(
    conn: &mut Connection,
    programs: &eligibility::cache::ProgramCache,
    actor: &Actor,
    input: FindCandidates,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<ReferralCandidate>, Error> {
    let subject = match &input.subject {
        Some(subject) => Some(subject_in(conn, &actor.scope, subject).await?),
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
    };
    candidates_for(conn, programs, actor, need, now).await
}

pub(super) async fn candidates_for(
    conn: &mut Connection,
    programs: &eligibility::cache::ProgramCache,
    actor: &Actor,
    need: Need<'_>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<ReferralCandidate>, Error> {
    let services =
        directory::actions::services_for(conn, actor, need.region, need.program_code, need.sector, local_day(now))
            .await?;
    let mut wanted: Vec<String> = services.iter().filter_map(|(s, _)| s.program_code.clone()).collect();
    wanted.sort();
    wanted.dedup();
    let check = match need.subject {
        Some(subject) if !wanted.is_empty() => {
            let subject = subject_ref(subject);
            Some(eligibility::actions::check(conn, programs, &actor.scope, subject, &wanted, local_day(now)).await?)
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
            service,
            organization,
        })
        .collect();
    Ok(candidates::rank(offers, need.region))
}
