//! Coverage of villages by desks, facilitators and volunteers. Pure: the regions are in memory, and the rows are
//! arguments.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::model::{CoverageGap, DeskKind, FieldDuty};
use crate::regions::directory;
use crate::regions::model::contains;

/// Minimum number of volunteers of a village desk (Permensos 15/2018).
pub const MIN_VOLUNTEERS: usize = 2;

/// An active desk and one village that it serves; `None` if it serves its whole region.
#[derive(Debug, Clone)]
pub struct DeskReach {
    pub kind: DeskKind,
    pub region_code: String,
    pub village: Option<String>,
}

/// An officer who covers a village.
#[derive(Debug, Clone)]
pub struct FieldWorker {
    pub village: String,
    pub staff_id: String,
    pub duty: FieldDuty,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VillageCoverage {
    pub code: &'static str,
    pub name: &'static str,
    pub facilitators: usize,
    pub volunteers: usize,
    pub gaps: Vec<CoverageGap>,
}

/// Coverage of every village of a region, in order of code.
pub fn of_villages(region: &str, desks: &[DeskReach], workers: &[FieldWorker]) -> Vec<VillageCoverage> {
    let served: HashSet<&str> = desks.iter().filter_map(|d| d.village.as_deref()).collect();
    let whole: Vec<&str> = desks.iter().filter(|d| d.village.is_none()).map(|d| d.region_code.as_str()).collect();
    let mut people: HashMap<&str, [HashSet<&str>; 2]> = HashMap::new();
    for worker in workers {
        let [facilitators, volunteers] = people.entry(worker.village.as_str()).or_default();
        let set = if worker.duty == FieldDuty::Facilitator { facilitators } else { volunteers };
        set.insert(worker.staff_id.as_str());
    }
    let inside = if region == "ID" { directory::all() } else { directory::within(region) };
    let villages = inside.iter().filter(|entry| entry.code.len() == 13);
    villages
        .map(|entry| {
            let (facilitators, volunteers) = people.get(entry.code).map_or((0, 0), |[f, v]| (f.len(), v.len()));
            let mut gaps = Vec::new();
            if !served.contains(entry.code) && !whole.iter().any(|outer| contains(outer, entry.code)) {
                gaps.push(CoverageGap::Desk);
            }
            if facilitators == 0 {
                gaps.push(CoverageGap::Facilitator);
            }
            if volunteers < MIN_VOLUNTEERS {
                gaps.push(CoverageGap::Volunteers);
            }
            VillageCoverage { code: entry.code, name: entry.name, facilitators, volunteers, gaps }
        })
        .collect()
}

/// Number of villages, in total and by gap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub villages: usize,
    pub without_desk: usize,
    pub without_facilitator: usize,
    pub without_volunteers: usize,
}

impl Counts {
    fn add(&mut self, village: &VillageCoverage) {
        self.villages += 1;
        for gap in &village.gaps {
            match gap {
                CoverageGap::Desk => self.without_desk += 1,
                CoverageGap::Facilitator => self.without_facilitator += 1,
                CoverageGap::Volunteers => self.without_volunteers += 1,
            }
        }
    }
}

/// Counts in total and of each district.
pub fn count(villages: &[VillageCoverage]) -> (Counts, BTreeMap<&'static str, Counts>) {
    let mut total = Counts::default();
    let mut districts: BTreeMap<&'static str, Counts> = BTreeMap::new();
    for village in villages {
        total.add(village);
        if let Some(district) = village.code.get(..8) {
            districts.entry(district).or_default().add(village);
        }
    }
    (total, districts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(village: &str, staff_id: &str, duty: FieldDuty) -> FieldWorker {
        FieldWorker { village: village.into(), staff_id: staff_id.into(), duty }
    }

    #[test]
    fn a_village_has_the_gaps_that_no_desk_or_officer_fills() {
        let (a, b) = ("32.04.05.2001", "32.04.05.2002");
        let desks = [DeskReach { kind: DeskKind::Puskesos, region_code: a.into(), village: Some(a.into()) }];
        let workers = [
            worker(a, "f-1", FieldDuty::Facilitator),
            worker(a, "v-1", FieldDuty::Volunteer),
            worker(a, "v-1", FieldDuty::Volunteer),
            worker(b, "v-1", FieldDuty::Volunteer),
            worker(b, "v-2", FieldDuty::Volunteer),
        ];
        let villages = of_villages("32.04.05", &desks, &workers);
        let gaps = |code| villages.iter().find(|v| v.code == code).unwrap().gaps.clone();
        // A volunteer with two rows counts once.
        assert_eq!(gaps(a), [CoverageGap::Volunteers]);
        assert_eq!(gaps(b), [CoverageGap::Desk, CoverageGap::Facilitator]);
        let (total, districts) = count(&villages);
        assert_eq!(total.without_desk, villages.len() - 1);
        assert_eq!(districts["32.04.05"], total);
    }

    #[test]
    fn a_desk_without_villages_serves_its_region() {
        let desks = [DeskReach { kind: DeskKind::Slrt, region_code: "32.04".into(), village: None }];
        let (total, districts) = count(&of_villages("32", &desks, &[]));
        assert_eq!(total.villages, districts.values().map(|c| c.villages).sum::<usize>());
        assert!(total.villages > 5_000);
        assert!(districts.iter().all(|(code, c)| (c.without_desk == 0) == code.starts_with("32.04.")));
    }
}
