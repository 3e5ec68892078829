//! The twin of a request: the statements that the service sent for it, read from the server's log, as a pgbench script.
//! What differs from request to request (whom it asks for, new ids, times) differs in the script too.

use std::fmt::Write as _;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::Fallible;
use crate::ground::Ground;
use crate::processes::Service;
use crate::scenario::{KEY_PREFIX, Scenario};

/// One statement of the twin.
pub struct Statement {
    text: String,
    /// Values that stay the same, by the names they have in the text.
    pub constants: Vec<(String, String)>,
    /// The service did not find it among its prepared statements and prepared it for this request alone.
    anew: bool,
}

/// How many there are, for people to read.
pub fn counted(statements: &[Statement]) -> String {
    let anew = statements.iter().filter(|s| s.anew).count();
    if anew > 0 { format!("{}, {anew} prepared anew", statements.len()) } else { statements.len().to_string() }
}

struct Logged {
    name: String,
    sql: String,
    parameters: Vec<Option<String>>,
}

/// Enough, unless background work of the service always comes between.
const MOST_TRIES: usize = 12;

/// Asks to warm up, then to see what is prepared, and records. Background work writes into the same log, so what is recorded has to
/// come twice the same.
pub fn statements(ground: &Ground, service: &Service, scenario: &Scenario) -> Fallible<Vec<Statement>> {
    let mut known = Vec::new();
    let mut recorded: Vec<Logged> = Vec::new();
    for tries in 1.. {
        let mut log = std::fs::File::open(ground.server_log())?;
        log.seek(SeekFrom::End(0))?;
        scenario.ask_once(service)?;
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
        if tries == MOST_TRIES {
            return Err(format!("{}: never twice the same statements", scenario.title).into());
        }
    }
    let mut fresh = Fresh::default();
    let twin = |(index, logged): (usize, Logged)| {
        let anew = !logged.name.is_empty() && !known.contains(&logged.name);
        twin(index, &logged, scenario, &mut fresh, anew)
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

/// Values that are new with each request, in the order in which they come; the same one may stand in several statements.
#[derive(Default)]
struct Fresh(Vec<String>);

impl Fresh {
    fn place(&mut self, value: &str) -> usize {
        self.0.iter().position(|known| known == value).unwrap_or_else(|| {
            self.0.push(value.to_owned());
            self.0.len() - 1
        })
    }
}

fn twin(index: usize, logged: &Logged, scenario: &Scenario, fresh: &mut Fresh, anew: bool) -> Statement {
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
    Statement { text, constants, anew }
}

/// What a value becomes where it is not the same in every transaction.
fn expression(value: Option<&str>, sql: &str, scenario: &Scenario, fresh: &mut Fresh) -> Option<String> {
    let Some(value) = value else { return Some("NULL".to_owned()) };
    if let Some(varying) = scenario.varying.iter().find(|v| (v.is)(value)) {
        return Some(varying.sql.clone());
    }
    // An array of one thing.
    if let Some(one) = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        return expression(Some(one), sql, scenario, fresh).map(|one| format!("array[{one}]"));
    }
    let recent = |at: DateTime<Utc>| (Utc::now() - at).abs() < TimeDelta::seconds(30);
    if sql.contains("advisory") {
        return Some("(:r::bigint)".to_owned());
    }
    if value.starts_with(KEY_PREFIX) {
        // Not by the clock: an index is no use to a condition that may change from row to row.
        return Some("encode(int8send(:r::bigint), 'hex')".to_owned());
    }
    if is_reference(value) {
        let place = fresh.place(value);
        return Some(format!("('{}' || to_hex(:r::bigint + {place}))", &value[..6]));
    }
    if let Ok(id) = value.parse::<Uuid>() {
        let (seconds, nanos) = id.get_timestamp()?.to_unix();
        if !recent(DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)?) {
            return None;
        }
        // In order of time, as the service's own are, and the same wherever it stands in the transaction.
        let place = fresh.place(value);
        return Some(format!(
            "(encode(int8send((date_part('epoch', now()) * 1000000)::bigint) || int8send(:r::bigint + {place}), 'hex')::uuid)"
        ));
    }
    time(value).is_some_and(recent).then(|| "now()".to_owned())
}

/// The number of a complaint, as it is stored.
fn is_reference(value: &str) -> bool {
    slrt::complaints::reference_no::parse(value).as_deref() == Some(value)
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
