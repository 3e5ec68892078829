//! Ranking of candidate services, each with its reasons: by office in charge, free places, default route, closeness and
//! past answer time. Services whose programme rules the client does not meet are left out. Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::text_enum::CodeList as _;
use crate::directory::api::{Organization, Service};
use crate::directory::model::{GovernmentLevel, Sector};
use crate::eligibility::api::EligibilityOutcome;
use crate::regions::RegionCode;
use crate::regions::model::contains;
use crate::registry::model::SchoolLevel;

/// A service that can meet the need.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferralCandidate {
    /// Position in the ranking, from 1.
    #[schema(example = 1)]
    pub rank: usize,
    /// The service.
    pub service: Service,
    /// Organization that offers the service.
    pub organization: Organization,
    /// Outcome of the eligibility check, if the service belongs to a programme and the client is given.
    pub eligibility: Option<EligibilityOutcome>,
    /// Reasons for the position in the ranking.
    pub reasons: Vec<CandidateReason>,
}

/// A reason for the position in the ranking.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CandidateReason {
    /// Stable machine name.
    #[schema(example = "serves_regency")]
    pub code: String,
    /// Text in Indonesian.
    #[schema(example = "Melayani kabupaten/kota klien")]
    pub text_id: String,
    /// Text in English.
    #[schema(example = "Serves the client's regency or city")]
    pub text_en: String,
}

impl CandidateReason {
    fn new(code: &str, text_id: impl Into<String>, text_en: impl Into<String>) -> Self {
        Self { code: code.to_owned(), text_id: text_id.into(), text_en: text_en.into() }
    }
}

/// A service before it is ranked.
pub struct Offer {
    pub service: Service,
    pub organization: Organization,
    pub eligibility: Option<EligibilityOutcome>,
    pub answer_days: Option<f64>,
    /// The client has no NIK and this service issues one. All aid requires identity papers, so it is ranked first.
    pub papers_first: bool,
    /// Code of the region that has set this service as its default for the sector.
    pub default_of: Option<String>,
    /// Level of government in charge of the need, if it is known.
    pub level: Option<GovernmentLevel>,
}

/// Level of government in charge: the owner of the thing concerned, or for a pupil the level that runs the school (UU
/// 23/2014: up to SMP the regency, SMA and SMK the province). `None` if the pupils' schools are run by different
/// levels.
pub fn level_in_charge(
    service: &Service,
    owner: Option<GovernmentLevel>,
    schools: &[SchoolLevel],
) -> Option<GovernmentLevel> {
    if owner.is_some() || !service.sectors.contains(&Sector::Education) {
        return owner;
    }
    let run_by = |level: &SchoolLevel| match level {
        SchoolLevel::Paud | SchoolLevel::Sd | SchoolLevel::Smp => Some(GovernmentLevel::Regency),
        SchoolLevel::Sma => Some(GovernmentLevel::Province),
        SchoolLevel::Higher => Some(GovernmentLevel::National),
        SchoolLevel::None => None,
    };
    let mut levels = schools.iter().map(run_by);
    let first = levels.next()??;
    levels.all(|level| level == Some(first)).then_some(first)
}

pub fn rank(offers: Vec<Offer>, region: &RegionCode) -> Vec<ReferralCandidate> {
    let mut ranked: Vec<(Weight, Offer)> = offers
        .into_iter()
        .filter(|o| o.papers_first || o.eligibility != Some(EligibilityOutcome::NotEligible))
        .map(|offer| (weight(&offer, region), offer))
        .collect();
    ranked.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.service.id.cmp(&y.service.id)));
    ranked
        .into_iter()
        .enumerate()
        .map(|(index, (_, offer))| ReferralCandidate {
            rank: index + 1,
            reasons: reasons(&offer, region),
            service: offer.service,
            organization: offer.organization,
            eligibility: offer.eligibility,
        })
        .collect()
}

/// How close the service's area is to the client: 4 for the village, 0 for the whole country.
fn closeness(service: &Service, region: &RegionCode) -> usize {
    let around = service.area_codes.iter().filter(|area| contains(area, region.as_str()));
    around.map(|area| if area == "ID" { 0 } else { area.split('.').count() }).max().unwrap_or(0)
}

/// Sort key; earlier fields take precedence: identity papers, office in charge, free place, default route, closeness,
/// likely eligible, short answer time.
type Weight = (bool, i8, bool, bool, usize, bool, i64);

fn weight(offer: &Offer, region: &RegionCode) -> Weight {
    let close = closeness(&offer.service, region);
    let in_charge = offer.level.map_or(0, |level| if area_level(level) == close { 1 } else { -1 });
    let promised = f64::from(offer.service.answer_days);
    let speed = 99 - whole_days(offer.answer_days.unwrap_or(promised)).min(99);
    let eligible = offer.eligibility == Some(EligibilityOutcome::LikelyEligible);
    let has_place = offer.service.free_places() != Some(0);
    (offer.papers_first, in_charge, has_place, offer.default_of.is_some(), close, eligible, speed)
}

/// Closeness of a service whose area has this level.
fn area_level(level: GovernmentLevel) -> usize {
    match level {
        GovernmentLevel::National => 0,
        GovernmentLevel::Province => 1,
        GovernmentLevel::Regency => 2,
        GovernmentLevel::Village => 4,
    }
}

fn whole_days(days: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "clamped to 9,999")]
    let whole = days.clamp(0.0, 9_999.0).round() as i64;
    whole
}

fn reasons(offer: &Offer, region: &RegionCode) -> Vec<CandidateReason> {
    let mut reasons = Vec::new();
    if offer.papers_first {
        reasons.push(CandidateReason::new(
            "identity_papers_first",
            "Klien belum punya NIK; urus dokumen kependudukan lebih dahulu",
            "The client has no NIK; identity papers come first",
        ));
    }
    let close = closeness(&offer.service, region);
    if let Some(level) = offer.level {
        let label = GovernmentLevel::labels().get(level.as_str()).copied().unwrap_or_default();
        reasons.push(if area_level(level) == close {
            CandidateReason::new(
                "level_in_charge",
                format!("Berwenang: {}", label.0),
                format!("In charge: {}", label.1),
            )
        } else {
            CandidateReason::new(
                "level_not_in_charge",
                format!("Bukan tingkat yang berwenang ({})", label.0),
                format!("Not the level in charge ({})", label.1),
            )
        });
    }
    if let Some(region) = &offer.default_of {
        reasons.push(CandidateReason::new(
            "default_route",
            format!("Tujuan baku yang ditetapkan {region}"),
            format!("Default route, set by {region}"),
        ));
    }
    reasons.push(match close {
        4 => CandidateReason::new("serves_village", "Melayani desa/kelurahan klien", "Serves the client's village"),
        3 => CandidateReason::new("serves_district", "Melayani kecamatan klien", "Serves the client's district"),
        2 => CandidateReason::new(
            "serves_regency",
            "Melayani kabupaten/kota klien",
            "Serves the client's regency or city",
        ),
        1 => CandidateReason::new("serves_province", "Melayani provinsi klien", "Serves the client's province"),
        _ => CandidateReason::new("serves_country", "Melayani seluruh Indonesia", "Serves the whole country"),
    });
    reasons.push(match offer.service.free_places() {
        None => CandidateReason::new("capacity_unlimited", "Tanpa batas tempat", "No limit of places"),
        Some(0) => CandidateReason::new("capacity_full", "Tempat penuh", "All places are taken"),
        Some(n) => {
            CandidateReason::new("capacity_free", format!("{n} tempat tersedia"), format!("{n} places are free"))
        }
    });
    match offer.eligibility {
        Some(EligibilityOutcome::LikelyEligible) => reasons.push(CandidateReason::new(
            "likely_eligible",
            "Klien tampaknya memenuhi syarat program",
            "The client seems to meet the programme's rules",
        )),
        Some(EligibilityOutcome::Undetermined) => reasons.push(CandidateReason::new(
            "eligibility_undetermined",
            "Data klien belum cukup untuk menilai syarat program",
            "The client's data does not yet decide the programme's rules",
        )),
        _ => {}
    }
    reasons.push(match offer.answer_days {
        Some(days) => {
            let days = whole_days(days);
            CandidateReason::new(
                "past_answer_time",
                format!("Rata-rata menjawab dalam {days} hari"),
                format!("Answers within {days} days on average"),
            )
        }
        None => CandidateReason::new(
            "promised_answer_time",
            format!("Menjanjikan jawaban dalam {} hari", offer.service.answer_days),
            format!("Promises an answer within {} days", offer.service.answer_days),
        ),
    });
    reasons
}
