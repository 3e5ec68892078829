//! Cell suppression for counts of persons (UU 27/2022). Primary suppression: counts from 1 to 9. Complementary suppression: as many
//! further cells as are needed so that no suppressed cell can be derived by subtracting the published parts of a region from the
//! region's total. What is safe for the parts depends on whether their total is published, so regions are processed as a tree from
//! the top. Pure.

use std::collections::{BTreeMap, HashSet};

/// The smallest count that is published. Zero is published too.
pub const MIN_PUBLISHED: i64 = 10;

/// Whether the total of the parts is published, in this table or in another response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParentTotal {
    Published,
    /// Then the published parts must not allow a reader to derive it.
    Suppressed,
}

/// Which of the parts are suppressed. The suppressed parts must add up to at least [`MIN_PUBLISHED`], and if the total is published there
/// must be at least two of them. Complementary suppression takes the smallest published parts first. Zero cells are published and
/// never used for complementary suppression.
pub fn suppress(parts: &[i64], whole: ParentTotal) -> Vec<bool> {
    let mut suppressed: Vec<bool> = parts.iter().map(|count| (1..MIN_PUBLISHED).contains(count)).collect();
    loop {
        let cells = || parts.iter().zip(&suppressed).filter(|(_, suppressed)| **suppressed).map(|(count, _)| *count);
        let (number, sum) = (cells().count(), cells().sum::<i64>());
        let safe = match whole {
            ParentTotal::Published => number == 0 || (number > 1 && sum >= MIN_PUBLISHED),
            ParentTotal::Suppressed => sum >= MIN_PUBLISHED,
        };
        let published = parts.iter().zip(&mut suppressed).filter(|(count, suppressed)| **count > 0 && !**suppressed);
        match published.min_by_key(|(count, _)| **count) {
            Some((_, next)) if !safe => *next = true,
            _ => return suppressed,
        }
    }
}

/// Key of the cell that counts the records with the region's own code, without those of the regions inside it.
pub fn own_key(code: &str) -> String {
    format!("{code}/")
}

/// All regions whose count is suppressed, from counts by region code of any level. The key [`own_key`] is the region's own cell.
pub fn suppressed_regions(counts: &BTreeMap<String, i64>) -> HashSet<String> {
    let mut parts: BTreeMap<&str, BTreeMap<String, i64>> = BTreeMap::new();
    for (code, count) in counts {
        let mut parent = "ID";
        for end in [2, 5, 8, 13] {
            let Some(part) = code.get(..end) else { break };
            *parts.entry(parent).or_default().entry(part.to_owned()).or_default() += count;
            parent = part;
        }
        if code.len() < 13 {
            *parts.entry(parent).or_default().entry(own_key(code)).or_default() += count;
        }
    }
    let mut suppressed_regions = HashSet::new();
    let mut queue = vec![("ID".to_owned(), ParentTotal::Published)];
    while let Some((parent, whole)) = queue.pop() {
        let Some(children) = parts.get(parent.as_str()) else { continue };
        let cells: Vec<i64> = children.values().copied().collect();
        for (code, suppressed) in children.keys().zip(suppress(&cells, whole)) {
            queue.push((code.clone(), if suppressed { ParentTotal::Suppressed } else { ParentTotal::Published }));
            if suppressed {
                suppressed_regions.insert(code.clone());
            }
        }
    }
    suppressed_regions
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(parts: &[i64], whole: ParentTotal) -> Vec<Option<i64>> {
        parts.iter().zip(suppress(parts, whole)).map(|(count, suppressed)| (!suppressed).then_some(*count)).collect()
    }

    #[test]
    fn complementary_suppression_takes_the_smallest_other_cells() {
        use ParentTotal::{Published, Suppressed};
        assert_eq!(table(&[12, 40, 30], Published), [Some(12), Some(40), Some(30)]);
        assert_eq!(table(&[3, 40, 30], Published), [None, Some(40), None]);
        assert_eq!(table(&[3, 9, 30], Published), [None, None, Some(30)]);
        // Two cells of one: their sum of two would reveal both.
        assert_eq!(table(&[1, 1, 30], Published), [None, None, None]);
        assert_eq!(table(&[3], Published), [None]);
        assert_eq!(table(&[0, 40], Published), [Some(0), Some(40)]);
        // A suppressed total cannot be derived from its parts.
        assert_eq!(table(&[20, 30], Suppressed), [None, Some(30)]);
        assert_eq!(table(&[3, 30], Suppressed), [None, None]);
        assert_eq!(table(&[12], Suppressed), [None]);
    }

    /// For every published total with parts: the total minus the published counts below it, and the regions that this remainder covers.
    fn remainders(counts: &BTreeMap<String, i64>) -> Vec<(i64, Vec<String>)> {
        let suppressed = suppressed_regions(counts);
        let under = |parent: &str, code: &str| parent == "ID" || code.starts_with(parent);
        let mut regions: Vec<String> =
            counts.keys().flat_map(|c| [2, 5, 8, 13].map(|end| c[..end].to_owned())).collect();
        regions.push("ID".to_owned());
        regions.sort();
        regions.dedup();
        let is_published = |region: &&String| !suppressed.contains(*region);
        let has_parts = |region: &&String| !counts.contains_key(*region);
        let inside = |outer: &str, inner: &str| outer != inner && under(outer, inner);
        let mut remainders = Vec::new();
        for parent in regions.iter().filter(is_published).filter(has_parts) {
            let below: Vec<&String> = regions.iter().filter(|r| inside(parent, r)).filter(is_published).collect();
            let unknown: Vec<String> =
                counts.keys().filter(|c| under(parent, c) && !below.iter().any(|b| under(b, c))).cloned().collect();
            remainders.push((unknown.iter().map(|code| counts[code]).sum(), unknown));
        }
        remainders
    }

    proptest! {
        /// The attack: the total of a region minus its published parts.
        #[test]
        fn subtraction_does_not_reveal_a_small_count(
            counts in prop::collection::btree_map(
                (1..4_u8, 1..3_u8, 1..4_u8, 1..4_u8), prop_oneof![1..12_i64, 1..60_i64], 1..40
            )
        ) {
            let code = |(a, b, c, d)| format!("{a:02}.{b:02}.{c:02}.20{d:02}");
            let counts: BTreeMap<String, i64> = counts.into_iter().map(|(at, count)| (code(at), count)).collect();
            let all: i64 = counts.values().sum();
            for (remainder, unknown) in remainders(&counts) {
                let is_whole = remainder == all;
                prop_assert!(unknown.is_empty() || remainder >= MIN_PUBLISHED || is_whole, "{unknown:?}: {remainder}");
                let small = unknown.len() == 1 && remainder < MIN_PUBLISHED;
                prop_assert!(!small || is_whole, "{unknown:?}");
            }
            let suppressed = suppressed_regions(&counts);
            for (code, _) in counts.iter().filter(|(_, count)| **count < MIN_PUBLISHED) {
                prop_assert!(suppressed.contains(code));
            }
        }
    }
}
