//! The baseline of a request: the statements that the service sent for it, read from the server's log, as a pgbench script.
//! Values that differ between requests (ids to read, new ids, times) differ in the script too.

use std::fmt::Write as _;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::Fallible;
use crate::environment::Environment;
use crate::processes::Service;
use crate::scenario::{KEY_PREFIX, Scenario};

/// One statement of the baseline.
pub struct Statement {
    text: String,
    /// Constant values by their names in the text.
    pub constants: Vec<(String, String)>,
    /// Prepared for this request, because it was not among the service's prepared statements.
    newly_prepared: bool,
}

/// Number of statements, as text.
pub fn counted(statements: &[Statement]) -> String {
    let newly_prepared = statements.iter().filter(|s| s.newly_prepared).count();
    if newly_prepared > 0 {
        format!("{}, {newly_prepared} newly prepared", statements.len())
    } else {
        statements.len().to_string()
    }
}

struct Logged {
    name: String,
    sql: String,
    parameters: Vec<Option<String>>,
}

/// Usually sufficient, unless background work always interferes.
const MAX_TRIES: usize = 12;

/// Sends the request to warm up, then to see which statements are prepared, then records. Background work writes into the same
/// log, so the same statements must be recorded twice in succession.
pub fn statements(environment: &Environment, service: &Service, scenario: &Scenario) -> Fallible<Vec<Statement>> {
    let mut known = Vec::new();
    let mut recorded: Vec<Logged> = Vec::new();
    for tries in 1.. {
        let mut log = std::fs::File::open(environment.server_log())?;
        log.seek(SeekFrom::End(0))?;
        scenario.send_once(service)?;
        std::thread::sleep(Duration::from_millis(100));
        let mut text = String::new();
        log.read_to_string(&mut text)?;
        let again = parse(&text)?;
        let same = again.iter().map(|s| &s.sql).eq(recorded.iter().map(|s| &s.sql));
        known.extend(recorded.drain(..).map(|s| s.name));
        recorded = again;
        if tries >= 3 && same {
            break;
        }
        if tries == MAX_TRIES {
            return Err(format!("{}: the statements differ at every attempt", scenario.title).into());
        }
    }
    let mut fresh = Fresh::default();
    let baseline = |(index, logged): (usize, Logged)| {
        let newly_prepared = !logged.name.is_empty() && !known.contains(&logged.name);
        baseline(index, &logged, scenario, &mut fresh, newly_prepared)
    };
    Ok(recorded.into_iter().enumerate().map(baseline).collect())
}

fn parse(log: &str) -> Fallible<Vec<Logged>> {
    let mut found: Vec<Logged> = Vec::new();
    for line in log.lines() {
        if let Some((_, sql)) = line.split_once("] LOG:  statement: ") {
            found.push(Logged { name: String::new(), sql: sql.to_owned(), parameters: Vec::new() });
        } else if let Some((_, rest)) = line.split_once("] LOG:  execute ") {
            let (name, sql) = rest.split_once(": ").ok_or("log line without a statement")?;
            found.push(Logged { name: name.to_owned(), sql: sql.to_owned(), parameters: Vec::new() });
        } else if let (Some((_, rest)), Some(last)) = (line.split_once("arameters: "), found.last_mut()) {
            last.parameters = values(rest);
        }
    }
    if found.is_empty() {
        return Err("no statement in the server's log".into());
    }
    Ok(found)
}

/// `$1 = 'it''s', $2 = NULL`
fn values(text: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(" = ") {
        let Some(quoted) = after.strip_prefix('\'') else {
            values.push(None);
            rest = after.strip_prefix("NULL").unwrap_or_default();
            continue;
        };
        let mut value = String::new();
        let mut characters = quoted.char_indices().peekable();
        rest = "";
        while let Some((at, c)) = characters.next() {
            match c {
                '\'' if characters.next_if(|(_, next)| *next == '\'').is_none() => {
                    rest = &quoted[at + 1..];
                    break;
                }
                c => value.push(c),
            }
        }
        values.push(Some(value));
    }
    values
}

/// Values that are new in each request, in order of appearance. One value may occur in several statements.
#[derive(Default)]
struct Fresh(Vec<String>);

impl Fresh {
    fn position(&mut self, value: &str) -> usize {
        self.0.iter().position(|known| known == value).unwrap_or_else(|| {
            self.0.push(value.to_owned());
            self.0.len() - 1
        })
    }
}

fn baseline(index: usize, logged: &Logged, scenario: &Scenario, fresh: &mut Fresh, newly_prepared: bool) -> Statement {
    let mut constants = Vec::new();
    let mut text = String::new();
    let mut rest = logged.sql.as_str();
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        let digits = after.chars().take_while(char::is_ascii_digit).count();
        let parameter = after[..digits].parse::<usize>().ok().and_then(|n| logged.parameters.get(n.checked_sub(1)?));
        match parameter {
            None => text.push('$'),
            Some(value) => {
                text.push_str(&expression(value.as_deref(), &logged.sql, scenario, fresh).unwrap_or_else(|| {
                    let name = format!("c{index}_{}", &after[..digits]);
                    let expression = format!(":{name}");
                    if constants.iter().all(|(known, _)| *known != name) {
                        constants.push((name, value.clone().unwrap_or_default()));
                    }
                    expression
                }));
            }
        }
        rest = if parameter.is_some() { &after[digits..] } else { after };
    }
    text.push_str(rest);
    Statement { text, constants, newly_prepared }
}

/// Expression for a value that differs between transactions.
fn expression(value: Option<&str>, sql: &str, scenario: &Scenario, fresh: &mut Fresh) -> Option<String> {
    let Some(value) = value else { return Some("NULL".to_owned()) };
    if let Some(varying) = scenario.varying.iter().find(|v| (v.is)(value)) {
        return Some(varying.sql.clone());
    }
    // An array with one element.
    if let Some(one) = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        return expression(Some(one), sql, scenario, fresh).map(|one| format!("array[{one}]"));
    }
    let recent = |at: DateTime<Utc>| (Utc::now() - at).abs() < TimeDelta::seconds(30);
    if sql.contains("advisory") {
        return Some("(:r::bigint)".to_owned());
    }
    if value.starts_with(KEY_PREFIX) {
        // Not based on the clock: a condition that can change from row to row cannot use an index.
        return Some("encode(int8send(:r::bigint), 'hex')".to_owned());
    }
    if is_reference(value) {
        let position = fresh.position(value);
        return Some(format!("('{}' || to_hex(:r::bigint + {position}))", &value[..6]));
    }
    if let Ok(id) = value.parse::<Uuid>() {
        let (seconds, nanos) = id.get_timestamp()?.to_unix();
        if !recent(DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)?) {
            return None;
        }
        // Ordered by time like the service's ids, and the same wherever it occurs in the transaction.
        let position = fresh.position(value);
        return Some(format!(
            "(encode(int8send((date_part('epoch', now()) * 1000000)::bigint) || int8send(:r::bigint + {position}), 'hex')::uuid)"
        ));
    }
    time(value).is_some_and(recent).then(|| "now()".to_owned())
}

/// The reference number of a complaint, as it is stored.
fn is_reference(value: &str) -> bool {
    slrt::complaints::reference_no::parse(value).as_deref() == Some(value)
}

/// Parses a time in the server's format.
pub fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z").ok().map(|at| at.to_utc())
}

/// `:n` selects the resource to read, `:r` makes ids unique.
pub fn script(statements: &[Statement]) -> String {
    let mut script = format!("\\set n random(0, {})\n\\set r random(1, 9000000000000000000)\n", usize::MAX >> 33);
    for statement in statements {
        let _ = writeln!(script, "{};", statement.text);
    }
    script
}
