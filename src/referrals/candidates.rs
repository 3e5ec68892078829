//! Whom to refer to: services that match the need, serve the region and whose rules the client does not fail, ranked
//! by closeness, free places and past answer time, each with its reasons. Pure but for its inputs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::directory::api::{Organization, Service};
use crate::eligibility::api::EligibilityOutcome;
use crate::regions::RegionCode;
use crate::regions::model::contains;

/// A service that could meet the need.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferralCandidate {
    /// Place in the ranking, from 1.
    #[schema(example = 1)]
    pub rank: usize,
    /// The service.
    pub service: Service,
    /// Who offers it.
    pub organization: Organization,
    /// What the service's programme makes of the client, if it has one and the client is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eligibility: Option<EligibilityOutcome>,
    /// Why it stands where it stands.
    pub reasons: Vec<CandidateReason>,
}

/// One reason.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CandidateReason {
    /// Stable machine name.
    #[schema(example = "serves_regency")]
    pub code: String,
    /// In Indonesian.
    #[schema(example = "Melayani kabupaten/kota klien")]
    pub text_id: String,
    /// In English.
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
}

pub fn rank(offers: Vec<Offer>, region: &RegionCode) -> Vec<ReferralCandidate> {
    let mut kept: Vec<(i64, Offer)> = offers
        .into_iter()
        .filter(|o| o.eligibility != Some(EligibilityOutcome::NotEligible))
        .map(|offer| (weight(&offer, region), offer))
        .collect();
    kept.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.service.id.cmp(&y.service.id)));
    kept.into_iter()
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

/// How near the service's area is to the client: 4 for the village itself, 0 for the whole country.
fn closeness(service: &Service, region: &RegionCode) -> usize {
    let around = service.area_codes.iter().filter(|area| contains(area, region.as_str()));
    around.map(|area| if area == "ID" { 0 } else { area.split('.').count() }).max().unwrap_or(0)
}

/// A place to go to outweighs closeness, closeness outweighs a sure rule, and that outweighs a quick answer.
fn weight(offer: &Offer, region: &RegionCode) -> i64 {
    let place = i64::from(offer.service.free_places() != Some(0));
    let close = i64::try_from(closeness(&offer.service, region)).unwrap_or(0);
    let sure = i64::from(offer.eligibility == Some(EligibilityOutcome::LikelyEligible));
    let promised = f64::from(offer.service.answer_days);
    let quick = 99 - whole_days(offer.answer_days.unwrap_or(promised)).min(99);
    ((place * 10 + close) * 10 + sure) * 100 + quick
}

fn whole_days(days: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
    let whole = days.clamp(0.0, 9_999.0).round() as i64;
    whole
}

fn reasons(offer: &Offer, region: &RegionCode) -> Vec<CandidateReason> {
    let mut reasons = vec![match closeness(&offer.service, region) {
        4 => CandidateReason::new("serves_village", "Melayani desa/kelurahan klien", "Serves the client's village"),
        3 => CandidateReason::new("serves_district", "Melayani kecamatan klien", "Serves the client's district"),
        2 => CandidateReason::new(
            "serves_regency",
            "Melayani kabupaten/kota klien",
            "Serves the client's regency or city",
        ),
        1 => CandidateReason::new("serves_province", "Melayani provinsi klien", "Serves the client's province"),
        _ => CandidateReason::new("serves_country", "Melayani seluruh Indonesia", "Serves the whole country"),
    }];
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
