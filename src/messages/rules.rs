//! Renders templates and computes the retry delay. Pure.

use chrono::TimeDelta;

use crate::message_queue::TemplateValues;
use crate::message_queue::model::MessageEvent;

/// Maximum characters of a question or answer; longer ones are cut.
const MAX_VALUE_LENGTH: usize = 300;

fn value(values: &TemplateValues, placeholder: &str) -> Option<String> {
    match placeholder {
        "name" => Some(values.name.clone()),
        "reference" => Some(values.reference.clone()),
        "question" => Some(shortened(values.question.as_deref().unwrap_or_default())),
        "answer" => Some(shortened(values.answer.as_deref().unwrap_or_default())),
        _ => None,
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_VALUE_LENGTH {
        return text.to_owned();
    }
    text.chars().take(MAX_VALUE_LENGTH - 1).chain(std::iter::once('…')).collect()
}

/// Placeholders that a template of this step may contain.
pub fn placeholders(event: MessageEvent) -> &'static [&'static str] {
    match event {
        MessageEvent::QuestionAsked => &["name", "reference", "question"],
        MessageEvent::Resolved => &["name", "reference", "answer"],
        _ => &["name", "reference"],
    }
}

/// The error is a code of the field table.
pub fn validate(event: MessageEvent, template: &str) -> Result<(), &'static str> {
    for part in parts(template)? {
        if let Part::Placeholder(name) = part
            && !placeholders(event).contains(&name)
        {
            return Err("unknown_placeholder");
        }
    }
    Ok(())
}

pub fn render(template: &str, values: &TemplateValues) -> Result<String, &'static str> {
    let mut text = String::with_capacity(template.len() + 80);
    for part in parts(template)? {
        match part {
            Part::Text(plain) => text.push_str(plain),
            Part::Placeholder(name) => text.push_str(&value(values, name).ok_or("unknown_placeholder")?),
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

/// Delays of Standard Webhooks in seconds, about three days in total.
const DELAYS: &[i64] = &[5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
const MAX_RETRY_AFTER: TimeDelta = TimeDelta::days(1);

/// Delay before the next attempt after this many attempts; `None` after the last one. `jitter` is between 0 and 1.
/// `Retry-After` of the gateway is respected up to one day.
pub fn next_delay(attempts: i32, retry_after: Option<TimeDelta>, jitter: f64) -> Option<TimeDelta> {
    let at = usize::try_from(attempts.max(1) - 1).ok()?;
    let seconds = *DELAYS.get(at)?;
    let spread = TimeDelta::milliseconds((seconds as f64 * 1000.0 * (0.9 + 0.2 * jitter)) as i64);
    Some(retry_after.map_or(spread, |wait| spread.max(wait.min(MAX_RETRY_AFTER))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values() -> TemplateValues {
        TemplateValues {
            name: "Siti".into(),
            reference: "SLRT-1".into(),
            question: Some("Kapan?".into()),
            answer: None,
        }
    }

    #[test]
    fn placeholders_are_replaced_once() {
        assert_eq!(render("{name}: {reference}.", &values()).unwrap(), "Siti: SLRT-1.");
        // A placeholder inside a value is text.
        let nested = TemplateValues { name: "{reference}".into(), ..values() };
        assert_eq!(render("{name}", &nested).unwrap(), "{reference}");
        assert_eq!(render("{question}", &values()).unwrap(), "Kapan?");
    }

    #[test]
    fn a_template_may_contain_only_the_placeholders_of_its_step() {
        assert_eq!(validate(MessageEvent::Received, "{name} {reference}"), Ok(()));
        assert_eq!(validate(MessageEvent::Received, "{nik}"), Err("unknown_placeholder"));
        assert_eq!(validate(MessageEvent::Received, "{answer}"), Err("unknown_placeholder"));
        assert_eq!(validate(MessageEvent::Resolved, "{answer}"), Ok(()));
        for broken in ["{name", "name}", "{{name}}", "{na{me}"] {
            assert_eq!(validate(MessageEvent::Received, broken), Err("format"), "{broken}");
        }
    }

    #[test]
    fn a_long_answer_is_cut() {
        let long = TemplateValues { answer: Some("a".repeat(4000)), ..values() };
        let text = render("{answer}", &long).unwrap();
        assert_eq!((text.chars().count(), text.ends_with('…')), (MAX_VALUE_LENGTH, true));
    }

    #[test]
    fn retries_last_about_three_days() {
        let all: Vec<TimeDelta> = (1..).map_while(|n| next_delay(n, None, 0.5)).collect();
        let total = all.iter().fold(TimeDelta::zero(), |sum, d| sum + *d);
        assert_eq!(all.len(), 9);
        assert!(total > TimeDelta::hours(70) && total < TimeDelta::hours(80), "{total}");
        assert_eq!(next_delay(1, Some(TimeDelta::minutes(10)), 0.5), Some(TimeDelta::minutes(10)));
        assert_eq!(next_delay(1, Some(TimeDelta::days(400)), 0.5), Some(TimeDelta::days(1)));
    }

    proptest! {
        #[test]
        fn no_template_panics_and_every_valid_one_renders(template in ".{0,60}") {
            if validate(MessageEvent::Received, &template).is_ok() {
                prop_assert!(render(&template, &values()).is_ok());
            }
        }
    }
}
