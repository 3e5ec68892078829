//! Selects the target of a complaint: from the nearest region, the most specific one. Pure.

use diesel::prelude::*;
use uuid::Uuid;

use super::model::{ServiceLevelKind, TargetConfidence};
use crate::db::schema::service_level_targets;
use crate::directory::model::Sector;
use crate::regions::model::contains;
use crate::service_levels::matter::{ComplaintClass, ComplaintPriority};

/// Region code of national targets, which apply if no nearer one matches.
pub const EVERYWHERE: &str = "ID";

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = service_level_targets, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true)]
pub struct TargetRow {
    pub id: Uuid,
    pub region_code: String,
    pub sector: Option<Sector>,
    pub class: Option<ComplaintClass>,
    pub priority: Option<ComplaintPriority>,
    pub kind: ServiceLevelKind,
    pub first_response_days: i16,
    pub resolution_days: i16,
    pub province_after_days: i16,
    pub ministry_after_days: i16,
    pub confidence: TargetConfidence,
    pub source: String,
    pub version: i32,
    pub removed_at: Option<chrono::DateTime<chrono::Utc>>,
    pub created_at: chrono::DateTime<chrono::Utc>,
    pub updated_at: chrono::DateTime<chrono::Utc>,
}

/// The properties of a complaint that a target is matched against. Class and priority are known only after verification.
#[derive(Debug, Clone, Copy)]
pub struct TargetCriteria<'a> {
    pub region_code: &'a str,
    pub sector: Sector,
    pub class: Option<ComplaintClass>,
    pub priority: Option<ComplaintPriority>,
}

impl TargetRow {
    /// Whether this is the national target without conditions, which matches every complaint.
    pub fn is_last_resort(&self) -> bool {
        self.region_code == EVERYWHERE && self.specificity() == (0, false, false, false)
    }

    fn matches(&self, criteria: &TargetCriteria<'_>) -> bool {
        contains(&self.region_code, criteria.region_code)
            && self.sector.is_none_or(|s| s == criteria.sector)
            && self.class.is_none_or(|c| Some(c) == criteria.class)
            && self.priority.is_none_or(|p| Some(p) == criteria.priority)
    }

    /// Number of conditions; of equals, priority counts before class, and class before sector.
    fn specificity(&self) -> (usize, bool, bool, bool) {
        let (priority, class, sector) = (self.priority.is_some(), self.class.is_some(), self.sector.is_some());
        (usize::from(priority) + usize::from(class) + usize::from(sector), priority, class, sector)
    }

    fn depth(&self) -> usize {
        if self.region_code == EVERYWHERE { 0 } else { self.region_code.len() }
    }
}

pub fn choose<'a>(targets: &'a [TargetRow], criteria: &TargetCriteria<'_>) -> Option<&'a TargetRow> {
    targets.iter().filter(|t| t.matches(criteria)).max_by_key(|t| (t.depth(), t.specificity()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(region: &str, narrowed: (Option<Sector>, Option<ComplaintPriority>), days: i16) -> TargetRow {
        let now = chrono::DateTime::UNIX_EPOCH;
        TargetRow {
            id: Uuid::nil(),
            region_code: region.into(),
            sector: narrowed.0,
            class: None,
            priority: narrowed.1,
            kind: ServiceLevelKind::Ordinary,
            first_response_days: 1,
            resolution_days: days,
            province_after_days: 5,
            ministry_after_days: 10,
            confidence: TargetConfidence::Practice,
            source: String::new(),
            version: 1,
            removed_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    #[test]
    fn the_nearest_region_wins_and_then_the_most_specific_target() {
        let urgent = Some(ComplaintPriority::Urgent);
        let targets = [
            target("ID", (None, None), 14),
            target("ID", (None, urgent), 2),
            target("ID", (Some(Sector::Infrastructure), None), 60),
            target("32", (None, None), 12),
            target("32.04", (Some(Sector::Health), None), 7),
        ];
        let days = |region_code, sector, priority| {
            let criteria = TargetCriteria { region_code, sector, class: None, priority };
            choose(&targets, &criteria).unwrap().resolution_days
        };
        assert_eq!(days("34.04.07", Sector::Food, None), 14);
        assert_eq!(days("34.04.07", Sector::Food, urgent), 2);
        assert_eq!(days("34.04.07", Sector::Infrastructure, None), 60);
        // Both have one condition: priority counts more.
        assert_eq!(days("34.04.07", Sector::Infrastructure, urgent), 2);
        // A target of the province wins over every national one.
        assert_eq!(days("32.05.01", Sector::Infrastructure, urgent), 12);
        assert_eq!(days("32.04.05", Sector::Health, urgent), 7);
        assert_eq!(days("32.04.05", Sector::Food, urgent), 12);
    }
}
