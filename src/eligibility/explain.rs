//! A result in a few sentences that a front office can read to a citizen. Pure; says nothing that the conditions withhold.

use chrono::{Datelike, NaiveDate};

use super::api::{BilingualText, EligibilityResult};
use super::cache::{CompiledProgram, Version};
use super::evaluate::{ClauseResult, Evaluation};
use super::facts::Lang;
use super::model::{EligibilityGap, EligibilityOutcome, NOTICE_EN, NOTICE_ID};
use super::rules::{Confidence, RecipientUnit};

/// Reasons that are read aloud; the conditions have them all.
const REASONS: usize = 4;

/// Of one programme for one subject.
pub fn result(
    program: &CompiledProgram,
    version: &Version,
    outcome: EligibilityOutcome,
    evaluation: &Evaluation<'_>,
) -> BilingualText {
    let text = |lang| {
        let subject = subject(program.recipient_unit, lang);
        let reasons: Vec<String> = match outcome {
            EligibilityOutcome::Undetermined => {
                evaluation.missing.iter().map(|fact| fact.meta().label.get(lang).to_owned()).collect()
            }
            _ if !evaluation.explained => vec![withheld(lang).to_owned()],
            _ => evaluation.clauses.iter().filter(|c| is_reason(c, evaluation)).map(|c| c.sentence(lang)).collect(),
        };
        let (said, because) = match (outcome, lang) {
            (EligibilityOutcome::LikelyEligible, Lang::Id) => ("kemungkinan layak bagi", "Dasarnya"),
            (EligibilityOutcome::LikelyEligible, Lang::En) => ("likely eligible:", "Reasons"),
            (EligibilityOutcome::NotEligible, Lang::Id) => ("belum memenuhi syarat bagi", "Sebabnya"),
            (EligibilityOutcome::NotEligible, Lang::En) => ("not eligible:", "Reasons"),
            (EligibilityOutcome::Undetermined, Lang::Id) => {
                ("belum dapat ditentukan untuk", "Yang masih perlu diketahui")
            }
            (EligibilityOutcome::Undetermined, Lang::En) => ("cannot be determined yet:", "Still to be found out"),
        };
        let reasons = few(&reasons, lang);
        let sure = confidence(version.confidence, lang);
        let since = day(version.effective_from, lang);
        match lang {
            Lang::Id => format!(
                "{}: {said} {subject}. {because}: {reasons}. Menurut aturan yang berlaku sejak {since}; {sure}.",
                program.name
            ),
            Lang::En => format!(
                "{}: {said} {subject}. {because}: {reasons}. By the rule in force since {since}; {sure}.",
                program.name
            ),
        }
    };
    BilingualText::new(text(Lang::Id), text(Lang::En))
}

/// Where no rule could be applied.
pub fn gap(program: &CompiledProgram, gap: EligibilityGap) -> BilingualText {
    let (id, en) = match gap {
        EligibilityGap::NoRuleInForce => {
            ("tidak ada aturan yang berlaku pada tanggal itu", "no rule was in force on that day")
        }
        EligibilityGap::OutsideRegion => {
            ("hanya untuk warga wilayah program daerah ini", "only for those who live in the programme's region")
        }
        EligibilityGap::NoPerson => {
            ("keluarga ini belum memiliki anggota yang tercatat", "the family has no member on record")
        }
    };
    BilingualText::new(format!("{}: {id}.", program.name), format!("{}: {en}.", program.name))
}

/// Of the whole check; a programme for persons counts by the best of them.
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
    let [likely, open, not] = &mut names;
    let mut last = "";
    for result in results {
        // Results of one programme stand together.
        if result.program_code == last {
            continue;
        }
        last = &result.program_code;
        match best(last) {
            Some(EligibilityOutcome::LikelyEligible) => likely.push(&result.program_name),
            Some(EligibilityOutcome::NotEligible) => not.push(&result.program_name),
            _ => open.push(&result.program_name),
        }
    }
    let text = |sentences: [(&str, &[&str]); 3], notice: &str| {
        let said = sentences.iter().filter(|(_, names)| !names.is_empty());
        let mut text: String = said.map(|(words, names)| format!("{words}: {}. ", names.join("; "))).collect();
        text.push_str(notice);
        text
    };
    let [likely, open, not] = &names;
    BilingualText::new(
        text(
            [("Kemungkinan layak", likely), ("Belum dapat ditentukan", open), ("Belum memenuhi syarat", not)],
            NOTICE_ID,
        ),
        text([("Likely eligible", likely), ("Not determined yet", open), ("Not eligible", not)], NOTICE_EN),
    )
}

/// A condition under a `not` is a reason by being unmet.
fn is_reason(clause: &ClauseResult<'_>, evaluation: &Evaluation<'_>) -> bool {
    let for_the_rule = if clause.negated { clause.outcome.negated() } else { clause.outcome };
    clause.decisive && for_the_rule == evaluation.outcome
}

/// Where the reasons rest on something that may not be told, none is: those left would point at it.
const fn withheld(lang: Lang) -> &'static str {
    match lang {
        Lang::Id => "data pribadi yang dirahasiakan",
        Lang::En => "personal data that is withheld",
    }
}

fn few(reasons: &[String], lang: Lang) -> String {
    let mut said = reasons.iter().take(REASONS).map(String::as_str).collect::<Vec<_>>().join("; ");
    if reasons.len() > REASONS {
        said.push_str(match lang {
            Lang::Id => "; dan lain-lain",
            Lang::En => "; and more",
        });
    }
    said
}

const fn subject(unit: RecipientUnit, lang: Lang) -> &'static str {
    match (unit, lang) {
        (RecipientUnit::Family, Lang::Id) => "keluarga ini",
        (RecipientUnit::Family, Lang::En) => "this family",
        (RecipientUnit::Individual, Lang::Id) => "orang ini",
        (RecipientUnit::Individual, Lang::En) => "this person",
    }
}

const fn confidence(of: Confidence, lang: Lang) -> &'static str {
    match (of, lang) {
        (Confidence::Regulation, Lang::Id) => "angkanya menurut bunyi peraturan",
        (Confidence::Regulation, Lang::En) => "its figures are the regulation's own",
        (Confidence::Medium, Lang::Id) => "keyakinan atas angkanya sedang",
        (Confidence::Medium, Lang::En) => "confidence in its figures is medium",
        (Confidence::Low, Lang::Id) => "keyakinan atas angkanya rendah",
        (Confidence::Low, Lang::En) => "confidence in its figures is low",
        (Confidence::Seed, Lang::Id) => "angkanya data awal yang perlu diperiksa",
        (Confidence::Seed, Lang::En) => "its figures are seed data to be checked",
        (Confidence::Memory, Lang::Id) => "angkanya belum diperiksa",
        (Confidence::Memory, Lang::En) => "its figures are unchecked",
        (Confidence::Local, Lang::Id) => "angkanya ditetapkan daerah",
        (Confidence::Local, Lang::En) => "its figures are set locally",
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
