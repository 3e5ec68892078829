//! How a text is made from a template, and when the next attempt comes. Pure.

use chrono::TimeDelta;

use crate::message_queue::Words;
use crate::message_queue::model::MessageEvent;

/// A question or answer longer than this is cut: a note is a note.
const LONGEST: usize = 300;

fn word(words: &Words, placeholder: &str) -> Option<String> {
    match placeholder {
        "name" => Some(words.name.clone()),
        "reference" => Some(words.reference.clone()),
        "question" => Some(shortened(words.question.as_deref().unwrap_or_default())),
        "answer" => Some(shortened(words.answer.as_deref().unwrap_or_default())),
        _ => None,
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(std::iter::once('…')).collect()
}

/// What may stand in braces at this step.
pub fn placeholders(event: MessageEvent) -> &'static [&'static str] {
    match event {
        MessageEvent::QuestionAsked => &["name", "reference", "question"],
        MessageEvent::Resolved => &["name", "reference", "answer"],
        _ => &["name", "reference"],
    }
}

/// The fault of a template, as a row of the field table.
pub fn judge(event: MessageEvent, template: &str) -> Result<(), &'static str> {
    for part in parts(template)? {
        if let Part::Placeholder(name) = part
            && !placeholders(event).contains(&name)
        {
            return Err("unknown_placeholder");
        }
    }
    Ok(())
}

pub fn render(template: &str, words: &Words) -> Result<String, &'static str> {
    let mut text = String::with_capacity(template.len() + 80);
    for part in parts(template)? {
        match part {
            Part::Text(plain) => text.push_str(plain),
            Part::Placeholder(name) => text.push_str(&word(words, name).ok_or("unknown_placeholder")?),
        }
    }
    Ok(text)
}

enum Part<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

fn parts(template: &str) -> Result<Vec<Part<'_>>, &'static str> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or("format")?;
        if before.contains('}') || name.contains('{') {
            return Err("format");
        }
        parts.push(Part::Text(before));
        parts.push(Part::Placeholder(name));
        rest = after;
    }
    if rest.contains('}') {
        return Err("format");
    }
    parts.push(Part::Text(rest));
    Ok(parts)
}

/// Standard Webhooks: about three days in all.
const DELAYS: &[i64] = &[5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
const LONGEST_WISH: TimeDelta = TimeDelta::days(1);

/// After how long to try again after this many attempts; `None` when it is given up. `luck` is 0 to 1 and spreads those that
/// failed together. What the gateway wishes is honoured, within a day.
pub fn next_delay(attempts: i32, wish: Option<TimeDelta>, luck: f64) -> Option<TimeDelta> {
    let at = usize::try_from(attempts.max(1) - 1).ok()?;
    let seconds = *DELAYS.get(at)?;
    let spread = TimeDelta::milliseconds((seconds as f64 * 1000.0 * (0.9 + 0.2 * luck)) as i64);
    Some(wish.map_or(spread, |wish| spread.max(wish.min(LONGEST_WISH))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words() -> Words {
        Words { name: "Siti".into(), reference: "SLRT-1".into(), question: Some("Kapan?".into()), answer: None }
    }

    #[test]
    fn a_template_is_filled_once() {
        assert_eq!(render("{name}: {reference}.", &words()).unwrap(), "Siti: SLRT-1.");
        // What stands in a word is text, not a template.
        let sly = Words { name: "{reference}".into(), ..words() };
        assert_eq!(render("{name}", &sly).unwrap(), "{reference}");
        assert_eq!(render("{question}", &words()).unwrap(), "Kapan?");
    }

    #[test]
    fn a_template_speaks_only_of_what_its_step_knows() {
        assert_eq!(judge(MessageEvent::Received, "{name} {reference}"), Ok(()));
        assert_eq!(judge(MessageEvent::Received, "{nik}"), Err("unknown_placeholder"));
        assert_eq!(judge(MessageEvent::Received, "{answer}"), Err("unknown_placeholder"));
        assert_eq!(judge(MessageEvent::Resolved, "{answer}"), Ok(()));
        for broken in ["{name", "name}", "{{name}}", "{na{me}"] {
            assert_eq!(judge(MessageEvent::Received, broken), Err("format"), "{broken}");
        }
    }

    #[test]
    fn a_long_answer_is_cut() {
        let long = Words { answer: Some("a".repeat(4000)), ..words() };
        let text = render("{answer}", &long).unwrap();
        assert_eq!((text.chars().count(), text.ends_with('…')), (LONGEST, true));
    }

    #[test]
    fn attempts_go_on_for_about_three_days() {
        let all: Vec<TimeDelta> = (1..).map_while(|n| next_delay(n, None, 0.5)).collect();
        let total = all.iter().fold(TimeDelta::zero(), |sum, d| sum + *d);
        assert_eq!(all.len(), 9);
        assert!(total > TimeDelta::hours(70) && total < TimeDelta::hours(80), "{total}");
        assert_eq!(next_delay(1, Some(TimeDelta::minutes(10)), 0.5), Some(TimeDelta::minutes(10)));
        assert_eq!(next_delay(1, Some(TimeDelta::days(400)), 0.5), Some(TimeDelta::days(1)));
    }

    proptest! {
        #[test]
        fn no_template_makes_it_panic_and_what_is_accepted_renders(template in ".{0,60}") {
            if judge(MessageEvent::Received, &template).is_ok() {
                prop_assert!(render(&template, &words()).is_ok());
            }
        }
    }
}
