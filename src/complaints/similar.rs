//! How likely two complaints are the same matter, and why. Pure.

use super::model::DuplicateReason;
use super::store::ComplaintRow;

/// Below this it is not worth an officer's look.
const WORTH_A_LOOK: f64 = 0.5;
/// From here on the words themselves are a reason.
const ALIKE: f64 = 0.5;

/// Hundredths from 50 to 100 with the reasons, or nothing. `words` are the new one's: they are compared with many.
pub fn score(new: &ComplaintRow, words: &Words, old: &ComplaintRow) -> Option<(u8, Vec<DuplicateReason>)> {
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
    let words = words.likeness(&Words::of(&old.description));
    sum += 0.5 * words;
    if words >= ALIKE {
        reasons.push(DuplicateReason::SimilarWords);
    }
    // A whole number of hundredths between 50 and 100.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
    let hundredths = (sum.min(1.0) * 100.0).round() as u8;
    (sum >= WORTH_A_LOOK).then_some((hundredths, reasons))
}

/// Bits that hold any character.
const CHARACTER: u32 = 21;

/// The three-letter pieces of a text, each packed into a number, in order and once.
pub struct Words(Vec<u64>);

impl Words {
    pub fn of(text: &str) -> Self {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let characters = words.flat_map(|word| word.chars().chain(std::iter::once(' ')));
        let mut piece = 0;
        let mut pieces = Vec::with_capacity(lower.len());
        for (before, character) in characters.enumerate() {
            piece = (piece << CHARACTER | u64::from(u32::from(character))) & ((1 << (3 * CHARACTER)) - 1);
            if before >= 2 {
                pieces.push(piece);
            }
        }
        pieces.sort_unstable();
        pieces.dedup();
        Self(pieces)
    }

    /// Shared pieces of two texts (Jaccard), which bears typing errors and word order.
    fn likeness(&self, other: &Self) -> f64 {
        if self.0.is_empty() || other.0.is_empty() {
            return 0.0;
        }
        let mut others = other.0.iter().peekable();
        let shared = self.0.iter().filter(|piece| {
            while others.next_if(|other| other < piece).is_some() {}
            others.peek() == Some(piece)
        });
        let shared = shared.count();
        // Both are bounded by the length of a description.
        #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
        let ratio = shared as f64 / (self.0.len() + other.0.len() - shared) as f64;
        ratio
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_bears_typing_errors_and_order() {
        let likeness = |a: &str, b: &str| Words::of(a).likeness(&Words::of(b));
        let a = "Jalan desa menuju puskesmas rusak sejak banjir bulan lalu.";
        assert!((likeness(a, a) - 1.0).abs() < f64::EPSILON);
        assert!(likeness(a, "jalan desa ke puskesmas rusak, sejak banjir bulan lalu") > 0.6);
        assert!(likeness(a, "Sejak banjir bulan lalu jalan desa menuju puskesmas rusak") > 0.7);
        assert!(likeness(a, "Anak kelas 4 SD putus sekolah karena biaya seragam.") < 0.2);
        assert!(likeness(a, "") < f64::EPSILON);
    }
}
