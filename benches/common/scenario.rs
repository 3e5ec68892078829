//! A measured request, and which of its values vary.

use crate::Fallible;
use crate::load;
use crate::processes::Service;

/// Prefix of idempotency keys; nothing else begins with it.
pub const KEY_PREFIX: &str = "bench-key-";

type MakeRequest = Box<dyn Fn(u64, &str) -> Option<String> + Sync>;

pub struct Scenario {
    pub title: &'static str,
    pub token: String,
    pub status: u16,
    /// From a random number and a token; `None` if no request is left.
    pub request: MakeRequest,
    pub varying: Vec<Varying>,
}

impl Scenario {
    /// Sends the request for the number 0.
    pub fn send_once(&self, service: &Service) -> Fallible<String> {
        let request = (self.request)(0, &self.token).ok_or("no request is left")?;
        let (status, body) = load::send_once(service.address, &request)?;
        if status == self.status { Ok(body) } else { Err(format!("{}: status {status}: {body}", self.title).into()) }
    }
}

/// A value in the recorded statements that differs between requests.
pub struct Varying {
    pub is: Box<dyn Fn(&str) -> bool + Sync>,
    /// Uses `:n`, a random number from 0.
    pub sql: String,
}

impl Varying {
    pub fn one_of<T: ToString>(values: impl Iterator<Item = T>, type_: &str) -> Self {
        let values: Vec<String> = values.map(|v| v.to_string()).collect();
        let sql = format!("('{{{}}}'::{type_}[])[:n % {} + 1]", values.join(","), values.len());
        let first = values[0].clone();
        Self { is: Box::new(move |value| value == first), sql }
    }
}

pub fn get(path: &str, token: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n")
}

pub fn post(path: &str, token: &str, more: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n{more}\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

pub fn pick<T>(values: &[T], random: u64) -> &T {
    &values[(random % values.len() as u64) as usize]
}
