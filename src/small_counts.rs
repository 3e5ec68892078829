//! Which counts are not told (UU 27/2022): those below ten, and so many others that none of them can be reckoned, by taking the
//! parts of a region from the region itself. Whether a part may be told depends on whether the whole is: counts are judged as a
//! tree from the top. Pure.

use std::collections::{BTreeMap, HashSet};

/// Counts below are not told.
pub const LEAST_TOLD: i64 = 10;

/// What is told of the sum of some parts, here or in another answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    Told,
    /// Then the parts must not give it away either.
    Hidden,
}

/// Which of the parts to hide. Nobody may be left with a sum of hidden parts that is small itself or that one part makes out alone;
/// the smallest go with those below ten. A part with nobody in it hides nothing and is told.
pub fn hide(parts: &[i64], whole: Whole) -> Vec<bool> {
    let mut hidden: Vec<bool> = parts.iter().map(|count| (1..LEAST_TOLD).contains(count)).collect();
    loop {
        let of_hidden = || parts.iter().zip(&hidden).filter(|(_, hidden)| **hidden).map(|(count, _)| *count);
        let (many, sum) = (of_hidden().count(), of_hidden().sum::<i64>());
        let enough = match whole {
            Whole::Told => many == 0 || (many > 1 && sum >= LEAST_TOLD),
            Whole::Hidden => sum >= LEAST_TOLD,
        };
        let open = parts.iter().zip(&mut hidden).filter(|(count, hidden)| **count > 0 && !**hidden);
        match open.min_by_key(|(count, _)| **count) {
            Some((_, next)) if !enough => *next = true,
            _ => return hidden,
        }
    }
}

/// What of a region is counted by its own code alone, beside its parts.
pub fn itself(code: &str) -> String {
    format!("{code}/")
}

/// From counts by region, of whatever level, all regions whose count is hidden, and `itself(..)` where that part of one is.
pub fn hidden_regions(counts: &BTreeMap<String, i64>) -> HashSet<String> {
    let mut parts: BTreeMap<&str, BTreeMap<String, i64>> = BTreeMap::new();
    for (code, count) in counts {
        let mut around = "ID";
        for end in [2, 5, 8, 13] {
            let Some(part) = code.get(..end) else { break };
            *parts.entry(around).or_default().entry(part.to_owned()).or_default() += count;
            around = part;
        }
        if code.len() < 13 {
            *parts.entry(around).or_default().entry(itself(code)).or_default() += count;
        }
    }
    let mut hidden_regions = HashSet::new();
    let mut open = vec![("ID".to_owned(), Whole::Told)];
    while let Some((around, whole)) = open.pop() {
        let Some(inside) = parts.get(around.as_str()) else { continue };
        let numbers: Vec<i64> = inside.values().copied().collect();
        for (code, hidden) in inside.keys().zip(hide(&numbers, whole)) {
            open.push((code.clone(), if hidden { Whole::Hidden } else { Whole::Told }));
            if hidden {
                hidden_regions.insert(code.clone());
            }
        }
    }
    hidden_regions
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(parts: &[i64], whole: Whole) -> Vec<Option<i64>> {
        parts.iter().zip(hide(parts, whole)).map(|(count, hidden)| (!hidden).then_some(*count)).collect()
    }

    #[test]
    fn a_small_part_takes_the_smallest_others_with_it() {
        use Whole::{Hidden, Told};
        assert_eq!(told(&[12, 40, 30], Told), [Some(12), Some(40), Some(30)]);
        assert_eq!(told(&[3, 40, 30], Told), [None, Some(40), None]);
        assert_eq!(told(&[3, 9, 30], Told), [None, None, Some(30)]);
        // Two of one each: their sum would tell both.
        assert_eq!(told(&[1, 1, 30], Told), [None, None, None]);
        assert_eq!(told(&[3], Told), [None]);
        assert_eq!(told(&[0, 40], Told), [Some(0), Some(40)]);
        // What was hidden of a region does not come back by its parts.
        assert_eq!(told(&[20, 30], Hidden), [None, Some(30)]);
        assert_eq!(told(&[3, 30], Hidden), [None, None]);
        assert_eq!(told(&[12], Hidden), [None]);
    }

    /// Every sum that is told, less what is told below it, as the regions by which nothing is known.
    fn rests(counts: &BTreeMap<String, i64>) -> Vec<(i64, Vec<String>)> {
        let hidden = hidden_regions(counts);
        let under = |around: &str, code: &str| around == "ID" || code.starts_with(around);
        let mut regions: Vec<String> =
            counts.keys().flat_map(|c| [2, 5, 8, 13].map(|end| c[..end].to_owned())).collect();
        regions.push("ID".to_owned());
        regions.sort();
        regions.dedup();
        let is_told = |region: &&String| !hidden.contains(*region);
        let has_parts = |region: &&String| !counts.contains_key(*region);
        let inside = |outer: &str, inner: &str| outer != inner && under(outer, inner);
        let mut rests = Vec::new();
        for around in regions.iter().filter(is_told).filter(has_parts) {
            let below: Vec<&String> = regions.iter().filter(|r| inside(around, r)).filter(is_told).collect();
            let unknown: Vec<String> =
                counts.keys().filter(|c| under(around, c) && !below.iter().any(|b| under(b, c))).cloned().collect();
            rests.push((unknown.iter().map(|code| counts[code]).sum(), unknown));
        }
        rests
    }

    proptest! {
        /// The attack: a region less those of its parts that are told.
        #[test]
        fn subtraction_leaves_nobody_alone(
            counts in prop::collection::btree_map(
                (1..4_u8, 1..3_u8, 1..4_u8, 1..4_u8), prop_oneof![1..12_i64, 1..60_i64], 1..40
            )
        ) {
            let code = |(a, b, c, d)| format!("{a:02}.{b:02}.{c:02}.20{d:02}");
            let counts: BTreeMap<String, i64> = counts.into_iter().map(|(at, count)| (code(at), count)).collect();
            let all: i64 = counts.values().sum();
            for (rest, unknown) in rests(&counts) {
                let is_whole = rest == all;
                prop_assert!(unknown.is_empty() || rest >= LEAST_TOLD || is_whole, "{unknown:?} are {rest}");
                let small = unknown.len() == 1 && rest < LEAST_TOLD;
                prop_assert!(!small || is_whole, "{unknown:?}");
            }
            let hidden = hidden_regions(&counts);
            for (code, _) in counts.iter().filter(|(_, count)| **count < LEAST_TOLD) {
                prop_assert!(hidden.contains(code));
            }
        }
    }
}
