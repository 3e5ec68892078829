//! How likely two complaints are the same matter, and why. Pure.

use std::collections::HashSet;

use super::model::DuplicateReason;
use super::store::ComplaintRow;

/// Below this it is not worth an officer's look.
const WORTH_A_LOOK: f64 = 0.5;
/// From here on the words themselves are a reason.
const ALIKE: f64 = 0.5;

/// Hundredths from 50 to 100 with the reasons, or nothing.
pub fn score(new: &ComplaintRow, old: &ComplaintRow) -> Option<(u8, Vec<DuplicateReason>)> {
    let mut reasons = Vec::new();
    let mut sum = 0.0;
    let mut add = |holds: bool, weight: f64, reason| {
        if holds {
            sum += weight;
            reasons.push(reason);
        }
    };
    let same_person = new.subject_person_id.is_some() && new.subject_person_id == old.subject_person_id;
    let same_family = new.subject_family_id.is_some() && new.subject_family_id == old.subject_family_id;
    add(same_person || same_family, 0.35, DuplicateReason::SameSubject);
    add(new.region_code == old.region_code, 0.15, DuplicateReason::SamePlace);
    add(new.sector == old.sector, 0.15, DuplicateReason::SameSector);
    let words = likeness(&new.description, &old.description);
    sum += 0.5 * words;
    if words >= ALIKE {
        reasons.push(DuplicateReason::SimilarWords);
    }
    // A whole number of hundredths between 50 and 100.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
    let hundredths = (sum.min(1.0) * 100.0).round() as u8;
    (sum >= WORTH_A_LOOK).then_some((hundredths, reasons))
}

/// Shared three-letter pieces of two texts (Jaccard), which bears typing errors and word order.
fn likeness(a: &str, b: &str) -> f64 {
    let (a, b) = (pieces(a), pieces(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let shared = a.intersection(&b).count();
    // Both are bounded by the length of a description.
    #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
    let ratio = shared as f64 / (a.len() + b.len() - shared) as f64;
    ratio
}

fn pieces(text: &str) -> HashSet<[char; 3]> {
    let plain: Vec<char> = text
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .flat_map(|word| word.chars().chain(std::iter::once(' ')))
        .collect();
    plain.windows(3).filter_map(|w| <[char; 3]>::try_from(w).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_bears_typing_errors_and_order() {
        let a = "Jalan desa menuju puskesmas rusak sejak banjir bulan lalu.";
        assert!((likeness(a, a) - 1.0).abs() < f64::EPSILON);
        assert!(likeness(a, "jalan desa ke puskesmas rusak, sejak banjir bulan lalu") > 0.6);
        assert!(likeness(a, "Sejak banjir bulan lalu jalan desa menuju puskesmas rusak") > 0.7);
        assert!(likeness(a, "Anak kelas 4 SD putus sekolah karena biaya seragam.") < 0.2);
        assert!(likeness(a, "") < f64::EPSILON);
    }
}
