//! The welfare registry: families, their members, and what each registry source said about them at a time. Identity numbers are
//! stored sealed, found by a keyed index, and shown masked; opening one leaves an access record.
//!
//! Rooms: `people` (families and persons), `identity` (NIK, names, duplicates, mergers), `welfare` (status snapshots),
//! `institutions` (residence in an institution), `bulk` (imports, many rows at once), `privacy` (purpose limits, subject
//! export, erasure).

pub mod bulk;
mod english;
pub mod events;
pub mod identity;
pub mod institutions;
pub mod model;
pub mod people;
pub mod permissions;
pub mod privacy;
pub mod problems;
pub mod routes;
pub mod rows;
pub mod subject;
pub mod welfare;

use std::time::Duration;

use crate::background::Work;
use crate::reference::catalogue::Catalogue;
use crate::slice::Slice;

pub const SLICE: Slice = Slice {
    examples: &[include_str!("examples.json")],
    tags: &[("Registry", "Families and persons of the welfare registry.")],
    routes: routes::configure,
    codes,
    permissions: permissions::ALL,
    problems: problems::ALL,
    fields: problems::FIELDS,
    events: events::EVENTS,
    jobs: &[welfare::snapshots::RUNNER],
    work: &[Work {
        name: "names",
        every: Duration::from_secs(3600),
        run: |context| Box::pin(bulk::backfill::index_names(context)),
    }],
    ..Slice::new("registry")
};

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes::<model::Sex>("sexes")
        .codes::<model::RelationToHead>("relations-to-head")
        .codes::<model::MaritalStatus>("marital-statuses")
        .codes::<model::SchoolLevel>("school-levels")
        .codes::<model::OccupationClass>("occupation-classes")
        .codes::<model::DisabilityType>("disability-types")
        .codes::<model::DisabilitySeverity>("disability-severities")
        .codes::<model::JknStatus>("jkn-statuses")
        .codes::<model::IdentityStatus>("identity-statuses")
        .codes::<model::WelfareSource>("welfare-sources")
        .codes::<model::DwellingTenure>("dwelling-tenures")
        .codes::<model::FloorMaterial>("floor-materials")
        .codes::<model::WallMaterial>("wall-materials")
        .codes::<model::RoofMaterial>("roof-materials")
        .codes::<model::WaterSource>("water-sources")
        .codes::<model::LightingSource>("lighting-sources")
        .codes::<model::CookingFuel>("cooking-fuels")
        .codes::<model::ToiletFacility>("toilet-facilities")
        .codes::<model::IncomeClass>("income-classes")
        .codes::<model::SocialCriterion>("social-criteria")
        .codes::<model::Standing>("registry-standings")
        .codes::<model::RemovalReason>("removal-reasons")
        .codes::<model::ShockKind>("shock-kinds")
        .codes::<model::ResidenceKind>("residence-kinds")
        .codes::<identity::search::NameMatch>("name-matches")
        .codes::<identity::duplicates::PersonDuplicateReason>("person-duplicate-reasons")
        .codes::<identity::nik::NikWarning>("nik-warnings")
        .data(
            "service-need-categories",
            "Permensos 8/2012",
            include_str!("../../reference/ppks.json"),
            "ppks",
            english::PPKS,
        )
        .data("welfare-resources", "Permensos 8/2012", include_str!("../../reference/psks.json"), "psks", english::PSKS)
}
