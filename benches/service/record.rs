//! The twin of a request: the statements that the service sent for it, read from the server's log, as a pgbench script.
//! What differs from request to request (whom it asks for, new ids, times) differs in the script too.

use std::fmt::Write as _;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::Fallible;
use crate::load;
use crate::processes::Service;
use crate::scenarios::{KEY_PREFIX, Scenario};
use crate::stage::Stage;

/// One statement of the twin.
pub struct Statement {
    text: String,
    /// Values that stay the same, by the names they have in the text.
    pub constants: Vec<(String, String)>,
    /// The service did not find it among its prepared statements and prepared it for this request alone.
    pub anew: bool,
}

struct Logged {
    name: String,
    sql: String,
    parameters: Vec<Option<String>>,
}

/// Asks thrice: to warm up, to see what is prepared, and to record.
pub fn statements(stage: &Stage, service: &Service, scenario: &Scenario) -> Fallible<Vec<Statement>> {
    let mut known = Vec::new();
    let mut recorded = Vec::new();
    for _ in 0..3 {
        known.extend(recorded.drain(..).map(|s: Logged| s.name));
        let mut log = std::fs::File::open(stage.server_log())?;
        log.seek(SeekFrom::End(0))?;
        let (status, body) = load::ask_once(service.address, &(scenario.request)(0, &stage.token(scenario.regency)?))?;
        if status != scenario.status {
            return Err(format!("{}: {status} {body}", scenario.title).into());
        }
        std::thread::sleep(Duration::from_millis(100));
        let mut text = String::new();
        log.read_to_string(&mut text)?;
        recorded = parse(&text)?;
    }
    let twin = |(index, logged): (usize, Logged)| {
        let anew = !logged.name.is_empty() && !known.contains(&logged.name);
        twin(index, &logged, scenario, anew)
    };
    Ok(recorded.into_iter().enumerate().map(twin).collect())
}

fn parse(log: &str) -> Fallible<Vec<Logged>> {
    let mut found: Vec<Logged> = Vec::new();
    for line in log.lines() {
        if let Some((_, sql)) = line.split_once("] LOG:  statement: ") {
            found.push(Logged { name: String::new(), sql: sql.to_owned(), parameters: Vec::new() });
        } else if let Some((_, rest)) = line.split_once("] LOG:  execute ") {
            let (name, sql) = rest.split_once(": ").ok_or("a log line without a statement")?;
            found.push(Logged { name: name.to_owned(), sql: sql.to_owned(), parameters: Vec::new() });
        } else if let (Some((_, rest)), Some(last)) = (line.split_once("arameters: "), found.last_mut()) {
            last.parameters = values(rest);
        }
    }
    if found.is_empty() {
        return Err("the server's log shows no statement".into());
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

fn twin(index: usize, logged: &Logged, scenario: &Scenario, anew: bool) -> Statement {
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
                let place = text.len();
                text.push_str(&expression(value.as_deref(), &logged.sql, scenario, place).unwrap_or_else(|| {
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
    Statement { text, constants, anew }
}

/// What a value becomes where it is not the same in every transaction.
fn expression(value: Option<&str>, sql: &str, scenario: &Scenario, place: usize) -> Option<String> {
    let Some(value) = value else { return Some("NULL".to_owned()) };
    if let Some(varying) = scenario.varying.iter().find(|v| (v.is)(value)) {
        return Some(varying.sql.clone());
    }
    // In order of time, as the service's own are.
    let fresh = format!(
        "encode(int8send((date_part('epoch', clock_timestamp()) * 1000000)::bigint) || int8send(:r::bigint + {place}), 'hex')"
    );
    let recent = |at: DateTime<Utc>| (Utc::now() - at).abs() < TimeDelta::seconds(30);
    if sql.contains("advisory") {
        return Some("(:r::bigint)".to_owned());
    }
    if value.starts_with(KEY_PREFIX) {
        // Not by the clock: an index is no use to a condition that may change from row to row.
        return Some("encode(int8send(:r::bigint), 'hex')".to_owned());
    }
    if let Ok(id) = value.parse::<Uuid>() {
        let (seconds, nanos) = id.get_timestamp()?.to_unix();
        return recent(DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)?)
            .then(|| format!("({fresh}::uuid)"));
    }
    time(value).is_some_and(recent).then(|| "clock_timestamp()".to_owned())
}

/// As the server writes a time.
pub fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z").ok().map(|at| at.to_utc())
}

/// `:n` chooses whom to ask for, `:r` makes ids unique.
pub fn script(statements: &[Statement]) -> String {
    let mut script = format!("\\set n random(0, {})\n\\set r random(1, 9000000000000000000)\n", usize::MAX >> 33);
    for statement in statements {
        let _ = writeln!(script, "{};", statement.text);
    }
    script
}
