//! Similarity score of two complaints, with reasons. Pure.

use super::model::DuplicateReason;
use super::store::ComplaintRow;

/// Minimum score to suggest a duplicate to an officer.
const MIN_SCORE: f64 = 0.5;
/// Minimum similarity of the descriptions to count as a reason.
const MIN_TEXT_SIMILARITY: f64 = 0.5;

/// Score from 50 to 100 with its reasons, or `None` below 50. `trigrams` are those of the new complaint, computed once
/// because they are compared with many others.
pub fn score(new: &ComplaintRow, trigrams: &Trigrams, old: &ComplaintRow) -> Option<(u8, Vec<DuplicateReason>)> {
    let mut reasons = Vec::new();
    let mut sum = 0.0;
    let mut add = |applies: bool, weight: f64, reason| {
        if applies {
            sum += weight;
            reasons.push(reason);
        }
    };
    let same_person = new.subject_person_id.is_some() && new.subject_person_id == old.subject_person_id;
    let same_family = new.subject_family_id.is_some() && new.subject_family_id == old.subject_family_id;
    add(same_person || same_family, 0.35, DuplicateReason::SameSubject);
    add(new.region_code == old.region_code, 0.15, DuplicateReason::SamePlace);
    add(new.sector == old.sector, 0.15, DuplicateReason::SameSector);
    let text_similarity = trigrams.similarity(&Trigrams::of(&old.description));
    sum += 0.5 * text_similarity;
    if text_similarity >= MIN_TEXT_SIMILARITY {
        reasons.push(DuplicateReason::SimilarWords);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
    let score = (sum.min(1.0) * 100.0).round() as u8;
    (sum >= MIN_SCORE).then_some((score, reasons))
}

/// Bits that hold any character.
const CHARACTER_BITS: u32 = 21;

/// The trigrams of a text, each packed into a number, sorted and without duplicates.
pub struct Trigrams(Vec<u64>);

impl Trigrams {
    pub fn of(text: &str) -> Self {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let characters = words.flat_map(|word| word.chars().chain(std::iter::once(' ')));
        let mut trigram = 0;
        let mut trigrams = Vec::with_capacity(lower.len());
        for (before, character) in characters.enumerate() {
            trigram = (trigram << CHARACTER_BITS | u64::from(u32::from(character))) & ((1 << (3 * CHARACTER_BITS)) - 1);
            if before >= 2 {
                trigrams.push(trigram);
            }
        }
        trigrams.sort_unstable();
        trigrams.dedup();
        Self(trigrams)
    }

    /// Jaccard similarity of the trigrams, which tolerates typing errors and a different word order.
    fn similarity(&self, other: &Self) -> f64 {
        if self.0.is_empty() || other.0.is_empty() {
            return 0.0;
        }
        let mut others = other.0.iter().peekable();
        let shared = self.0.iter().filter(|trigram| {
            while others.next_if(|other| other < trigram).is_some() {}
            others.peek() == Some(trigram)
        });
        let shared = shared.count();
        #[expect(clippy::cast_precision_loss, reason = "a description has a few thousand trigrams at most")]
        let ratio = shared as f64 / (self.0.len() + other.0.len() - shared) as f64;
        ratio
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_tolerates_typing_errors_and_word_order() {
        let similarity = |a: &str, b: &str| Trigrams::of(a).similarity(&Trigrams::of(b));
        let a = "Jalan desa menuju puskesmas rusak sejak banjir bulan lalu.";
        assert!((similarity(a, a) - 1.0).abs() < f64::EPSILON);
        assert!(similarity(a, "jalan desa ke puskesmas rusak, sejak banjir bulan lalu") > 0.6);
        assert!(similarity(a, "Sejak banjir bulan lalu jalan desa menuju puskesmas rusak") > 0.7);
        assert!(similarity(a, "Anak kelas 4 SD putus sekolah karena biaya seragam.") < 0.2);
        assert!(similarity(a, "") < f64::EPSILON);
    }
}
