//! A client that checks every response against the contract.

use std::net::SocketAddr;

use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::contract;
use super::server::sequence;

#[derive(Clone)]
pub struct Session {
    address: SocketAddr,
    token: Option<String>,
    client: reqwest::Client,
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Answer {
    /// Returns the body if the status is the expected one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// Returns the body of a problem with this status and code.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.body["status"], status);
        self.body
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }
}

/// The pointers and codes of a validation problem.
pub fn faults(problem: &Value) -> Vec<(String, String)> {
    let list = problem["errors"].as_array().cloned().unwrap_or_default();
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    list.iter().map(|e| (text(&e["pointer"]), text(&e["code"]))).collect()
}

impl Session {
    pub fn new(address: SocketAddr, token: Option<String>) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { address, token, client }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    pub async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        self.send(Method::POST, path, headers, Some(body)).await
    }

    /// Calls an action without a body.
    pub async fn act(&self, path: &str) -> Answer {
        self.send(Method::POST, path, &[], None).await
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let text = body.map(|b| b.to_string());
        let mut all: Vec<(&str, &str)> = headers.to_vec();
        if text.is_some() && !headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("content-type")) {
            all.push(("content-type", "application/json"));
        }
        self.raw(method, path, &all, text.map(String::into_bytes)).await
    }

    pub async fn raw(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Vec<u8>>) -> Answer {
        if ["/v1/events", "/v1/sync/", "updated_since="].iter().any(|reads_changes| path.contains(reads_changes)) {
            sequence(self.address).await;
        }
        let mut request = self.client.request(method.clone(), format!("http://{}{path}", self.address));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("a text");
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        let answer = Answer { status: status.as_u16(), headers, body, text };
        check(&method, path, status, &answer);
        answer
    }
}

fn check(method: &Method, path: &str, status: StatusCode, answer: &Answer) {
    assert!(answer.headers.contains_key("trace-id"), "{method} {path}: no trace id");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    if status.is_client_error() || status.is_server_error() {
        let kind = answer.header("content-type").unwrap_or_default();
        assert!(kind == "application/problem+json" || kind == "application/health+json", "{method} {path}: {kind}");
    }
    contract::check(method.as_str(), path, answer);
}
