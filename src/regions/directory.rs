//! The region table in memory, sorted by code. The regions inside a region are a contiguous range; a child has one segment
//! more.

use std::sync::LazyLock;

use super::model::{Region, RegionKind};

/// `code,name,kind`, sorted by code. Licence: reference/LICENSE-wilayah.txt.
const WILAYAH: &str = include_str!("../../reference/wilayah.csv");

#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub code: &'static str,
    pub name: &'static str,
    pub kind: RegionKind,
}

impl Entry {
    pub fn parent_code(&self) -> Option<&'static str> {
        self.code.rfind('.').and_then(|at| self.code.get(..at))
    }
}

impl From<&Entry> for Region {
    fn from(entry: &Entry) -> Self {
        Self {
            code: entry.code.to_owned(),
            name: entry.name.to_owned(),
            kind: entry.kind,
            parent_code: entry.parent_code().map(str::to_owned),
        }
    }
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let mut entries: Vec<Entry> = WILAYAH.lines().skip(1).filter_map(parse_line).collect();
    entries.sort_unstable_by_key(|e| e.code);
    entries
});

fn parse_line(line: &'static str) -> Option<Entry> {
    let (code, rest) = line.split_once(',')?;
    let (name, kind) = rest.rsplit_once(',')?;
    Some(Entry { code, name: name.trim_matches('"'), kind: kind.trim().parse().ok()? })
}

pub fn all() -> &'static [Entry] {
    &ENTRIES
}

pub fn find(code: &str) -> Option<&'static Entry> {
    ENTRIES.binary_search_by_key(&code, |e| e.code).ok().and_then(|at| ENTRIES.get(at))
}

/// The region and all regions inside it.
pub fn within(code: &str) -> &'static [Entry] {
    let start = ENTRIES.partition_point(|e| e.code < code);
    let rest = ENTRIES.get(start..).unwrap_or_default();
    let length = rest.partition_point(|e| e.code.starts_with(code));
    rest.get(..length).unwrap_or_default()
}

pub fn children(code: &str) -> impl Iterator<Item = &'static Entry> {
    within(code).iter().filter(move |e| e.parent_code() == Some(code))
}

pub fn provinces() -> impl Iterator<Item = &'static Entry> {
    ENTRIES.iter().filter(|e| e.kind == RegionKind::Province)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_are_those_of_the_source() {
        let count = |kinds: &[RegionKind]| ENTRIES.iter().filter(|e| kinds.contains(&e.kind)).count();
        assert_eq!(ENTRIES.len(), 91_599);
        assert_eq!(count(&[RegionKind::Province]), 38);
        assert_eq!(count(&[RegionKind::Regency]), 416);
        assert_eq!(count(&[RegionKind::City]), 98);
        assert_eq!(count(&[RegionKind::District]), 7_285);
        assert_eq!(count(&[RegionKind::Village, RegionKind::UrbanVillage, RegionKind::CustomaryVillage]), 83_762);
    }

    #[test]
    fn every_region_except_a_province_has_a_parent() {
        assert!(ENTRIES.iter().all(|e| e.parent_code().is_none_or(|parent| find(parent).is_some())));
    }
}
