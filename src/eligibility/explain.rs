//! A result in a few sentences that a front office can read to a citizen. Pure. It contains nothing that the conditions withhold.

use chrono::{Datelike, NaiveDate};

use super::api::{BilingualText, EligibilityResult};
use super::cache::{CompiledProgram, Version};
use super::evaluate::{ClauseResult, Evaluation};
use super::facts::Lang;
use super::model::{EligibilityGap, EligibilityOutcome, NOTICE_EN, NOTICE_ID};
use super::rules::{Confidence, RecipientUnit};

/// Summary of one programme for one subject.
pub fn result(
    program: &CompiledProgram,
    version: &Version,
    outcome: EligibilityOutcome,
    evaluation: &Evaluation<'_>,
) -> BilingualText {
    let text = |lang| {
        let (name, subject) = (&program.name, subject(program.recipient_unit, lang));
        let reasons: Vec<String> = match outcome {
            EligibilityOutcome::Undetermined => {
                evaluation.missing.iter().map(|fact| fact.meta().label.get(lang).to_owned()).collect()
            }
            _ if !evaluation.explained => vec![withheld(lang).to_owned()],
            _ => evaluation.clauses.iter().filter(|c| is_reason(c, evaluation)).map(|c| c.sentence(lang)).collect(),
        };
        let reasons = reasons.join("; ");
        let result = match (outcome, lang) {
            (EligibilityOutcome::LikelyEligible, Lang::Id) => {
                format!("{subject} ini kemungkinan layak menerima {name}. Dasarnya: {reasons}.")
            }
            (EligibilityOutcome::LikelyEligible, Lang::En) => {
                format!("This {subject} is likely eligible for {name}. Reasons: {reasons}.")
            }
            (EligibilityOutcome::NotEligible, Lang::Id) => {
                format!("{subject} ini belum memenuhi syarat {name}. Sebabnya: {reasons}.")
            }
            (EligibilityOutcome::NotEligible, Lang::En) => {
                format!("This {subject} is not eligible for {name}. Reasons: {reasons}.")
            }
            (EligibilityOutcome::Undetermined, Lang::Id) => format!(
                "{subject} ini belum dapat dipastikan memenuhi syarat {name}. Yang masih perlu diketahui: {reasons}."
            ),
            (EligibilityOutcome::Undetermined, Lang::En) => format!(
                "It cannot be determined yet whether this {subject} is eligible for {name}. Still to be found out: \
                 {reasons}."
            ),
        };
        let confidence = confidence(version.confidence, lang);
        let since = day(version.effective_from, lang);
        match lang {
            Lang::Id => format!("{result} Aturan ini berlaku sejak {since}. {confidence}."),
            Lang::En => format!("{result} This rule has been in force since {since}. {confidence}."),
        }
    };
    BilingualText::new(text(Lang::Id), text(Lang::En))
}

/// Summary if no rule could be applied.
pub fn gap(program: &CompiledProgram, gap: EligibilityGap) -> BilingualText {
    let (id, en) = match gap {
        EligibilityGap::NoRuleInForce => {
            ("tidak ada aturan yang berlaku pada tanggal itu", "no rule was in force on that day")
        }
        EligibilityGap::OutsideRegion => {
            ("hanya untuk warga wilayah program daerah ini", "only for residents of the programme's region")
        }
        EligibilityGap::NoPerson => {
            ("keluarga ini belum memiliki anggota yang tercatat", "the family has no member on record")
        }
    };
    BilingualText::new(format!("{}: {id}.", program.name), format!("{}: {en}.", program.name))
}

/// Summary of the whole check. A programme for individuals counts with the best result of the persons.
pub fn check(results: &[EligibilityResult]) -> BilingualText {
    let best = |code: &str| {
        let of = results.iter().filter(|r| r.program_code == code).map(|r| r.outcome);
        of.max_by_key(|outcome| match outcome {
            EligibilityOutcome::LikelyEligible => 2,
            EligibilityOutcome::Undetermined => 1,
            EligibilityOutcome::NotEligible => 0,
        })
    };
    let mut names: [Vec<&str>; 3] = Default::default();
    let [likely, undetermined, not] = &mut names;
    let mut last = "";
    for result in results {
        // The results of one programme are adjacent.
        if result.program_code == last {
            continue;
        }
        last = &result.program_code;
        match best(last) {
            Some(EligibilityOutcome::LikelyEligible) => likely.push(&result.program_name),
            Some(EligibilityOutcome::NotEligible) => not.push(&result.program_name),
            _ => undetermined.push(&result.program_name),
        }
    }
    let text = |sentences: [(&str, &[&str]); 3], notice: &str| {
        let sentences = sentences.iter().filter(|(_, names)| !names.is_empty());
        let mut text: String = sentences.map(|(start, names)| format!("{start}: {}. ", names.join("; "))).collect();
        text.push_str(notice);
        text
    };
    let [likely, undetermined, not] = &names;
    BilingualText::new(
        text(
            [
                ("Kemungkinan layak menerima", likely),
                ("Belum dapat ditentukan", undetermined),
                ("Belum memenuhi syarat", not),
            ],
            NOTICE_ID,
        ),
        text(
            [("Likely eligible for", likely), ("Not determined yet", undetermined), ("Not eligible for", not)],
            NOTICE_EN,
        ),
    )
}

/// A condition under a `not` is a reason for a met rule if it is unmet.
fn is_reason(clause: &ClauseResult<'_>, evaluation: &Evaluation<'_>) -> bool {
    let outcome = if clause.negated { clause.outcome.negated() } else { clause.outcome };
    clause.decisive && outcome == evaluation.outcome
}

/// Replaces all reasons if one of them is withheld: the remaining ones would point to it.
const fn withheld(lang: Lang) -> &'static str {
    match lang {
        Lang::Id => "data pribadi yang dirahasiakan",
        Lang::En => "personal data that is withheld",
    }
}

const fn subject(unit: RecipientUnit, lang: Lang) -> &'static str {
    match (unit, lang) {
        (RecipientUnit::Family, Lang::Id) => "Keluarga",
        (RecipientUnit::Family, Lang::En) => "family",
        (RecipientUnit::Individual, Lang::Id) => "Orang",
        (RecipientUnit::Individual, Lang::En) => "person",
    }
}

/// How certain the thresholds are, in words for a citizen.
const fn confidence(confidence: Confidence, lang: Lang) -> &'static str {
    match (confidence, lang) {
        (Confidence::Regulation, Lang::Id) => "Angka batasnya sesuai bunyi peraturan",
        (Confidence::Regulation, Lang::En) => "Its thresholds are those of the regulation",
        (Confidence::Medium, Lang::Id) => "Angka batasnya cukup pasti, tetapi perlu dipastikan petugas",
        (Confidence::Medium, Lang::En) => "Its thresholds are fairly certain, but an officer must confirm them",
        (Confidence::Low, Lang::Id) => "Angka batasnya kurang pasti dan perlu dipastikan petugas",
        (Confidence::Low, Lang::En) => "Its thresholds are uncertain; an officer must confirm them",
        (Confidence::Seed, Lang::Id) => "Angka batasnya masih data awal dan perlu dipastikan petugas",
        (Confidence::Seed, Lang::En) => "Its thresholds are provisional; an officer must confirm them",
        (Confidence::Memory, Lang::Id) => {
            "Angka batasnya belum dicocokkan dengan peraturan dan perlu dipastikan petugas"
        }
        (Confidence::Memory, Lang::En) => {
            "Its thresholds have not been compared with the regulation; an officer must confirm them"
        }
        (Confidence::Local, Lang::Id) => "Angka batasnya ditetapkan oleh daerah",
        (Confidence::Local, Lang::En) => "Its thresholds are set by the region",
    }
}

const MONTHS: [(&str, &str); 12] = [
    ("Januari", "January"),
    ("Februari", "February"),
    ("Maret", "March"),
    ("April", "April"),
    ("Mei", "May"),
    ("Juni", "June"),
    ("Juli", "July"),
    ("Agustus", "August"),
    ("September", "September"),
    ("Oktober", "October"),
    ("November", "November"),
    ("Desember", "December"),
];

fn day(day: NaiveDate, lang: Lang) -> String {
    let (id, en) = MONTHS.get(day.month0() as usize).copied().unwrap_or_default();
    let month = if lang == Lang::Id { id } else { en };
    format!("{} {month} {}", day.day(), day.year())
}
