//! The way out: a gateway that takes notes by webhook (Standard Webhooks 1.0), or the log of the demo, which never says
//! what was written or to whom.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use super::config::MessageArgs;
use super::model::MessageAttemptOutcome as Outcome;
use crate::http::outbound::{Outbound, OutboundError};
use crate::message_queue::model::{MessageChannel, MessageEvent};

/// Bytes of an answer that are read.
const ANSWER_LIMIT: usize = 16 * 1024;
const REFERENCE_LIMIT: usize = 200;

pub struct Gateway {
    way: Way,
    pub channel: MessageChannel,
}

enum Way {
    /// Nothing goes out; notes wait.
    None,
    Log,
    Webhook {
        url: Url,
        secrets: Vec<hmac::Key>,
        outbound: Box<Outbound>,
    },
}

/// One note in words.
pub struct Note<'a> {
    pub id: Uuid,
    pub event: MessageEvent,
    pub recipient: &'a str,
    pub text: &'a str,
}

/// What came of handing it over.
#[derive(Debug, PartialEq, Eq)]
pub struct Handed {
    pub outcome: Outcome,
    pub http_status: Option<u16>,
    pub retry_after: Option<TimeDelta>,
    pub reference: Option<String>,
}

impl Handed {
    fn failed(outcome: Outcome) -> Self {
        Self { outcome, http_status: None, retry_after: None, reference: None }
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    #[serde(rename = "type")]
    type_: &'static str,
    timestamp: DateTime<Utc>,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    message_id: Uuid,
    event: MessageEvent,
    channel: MessageChannel,
    recipient: &'a str,
    text: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    reference: Option<String>,
}

impl Gateway {
    /// The sentence is for the operator.
    pub fn open(args: &MessageArgs) -> Result<Self, String> {
        let way = match args.message_gateway.as_deref() {
            None | Some("none") => Way::None,
            Some("log") => Way::Log,
            Some(address) => {
                let url = Url::parse(address).map_err(|e| format!("SLRT_MESSAGE_GATEWAY is not a URL: {e}"))?;
                if !(url.scheme() == "https" || (url.scheme() == "http" && !args.outbound_allow.is_empty())) {
                    return Err(
                        "SLRT_MESSAGE_GATEWAY must be https, unless SLRT_OUTBOUND_ALLOW names its network".to_owned()
                    );
                }
                let secrets = args.message_gateway_secret.iter().map(|text| secret(text)).collect::<Option<Vec<_>>>();
                let secrets = secrets.filter(|keys| !keys.is_empty()).ok_or(
                    "SLRT_MESSAGE_GATEWAY needs SLRT_MESSAGE_GATEWAY_SECRET: whsec_ and 24 to 64 bytes in base64",
                )?;
                Way::Webhook { url, secrets, outbound: Box::new(Outbound::new(&args.outbound_allow)?) }
            }
        };
        Ok(Self { way, channel: args.message_channel })
    }

    pub fn is_open(&self) -> bool {
        !matches!(self.way, Way::None)
    }

    pub async fn hand_over(&self, note: &Note<'_>, now: DateTime<Utc>) -> Handed {
        match &self.way {
            Way::None => Handed::failed(Outcome::Unreachable),
            Way::Log => {
                let length = note.text.chars().count();
                tracing::info!(message_id = %note.id, event = %note.event, channel = %self.channel, length, "a note went to the log");
                Handed { outcome: Outcome::Accepted, http_status: None, retry_after: None, reference: None }
            }
            Way::Webhook { url, secrets, outbound } => {
                let data = Data {
                    message_id: note.id,
                    event: note.event,
                    channel: self.channel,
                    recipient: note.recipient,
                    text: note.text,
                };
                let body = serde_json::to_string(&Envelope { type_: "message.send", timestamp: now, data });
                send(outbound, url, secrets, note.id, now, body.unwrap_or_default()).await
            }
        }
    }
}

async fn send(
    outbound: &Outbound,
    url: &Url,
    secrets: &[hmac::Key],
    id: Uuid,
    now: DateTime<Utc>,
    body: String,
) -> Handed {
    let request = match outbound.post(url) {
        Ok(request) => request,
        Err(_) => return Handed::failed(Outcome::AddressNotAllowed),
    };
    let request = request
        .header("content-type", "application/json")
        .header("webhook-id", id.to_string())
        .header("webhook-timestamp", now.timestamp().to_string())
        .header("webhook-signature", signatures(secrets, id, now.timestamp(), &body))
        .body(body);
    let mut answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => {
            let fault = Outbound::fault(error);
            tracing::debug!(message_id = %id, error = %fault, "a note was not taken");
            return Handed::failed(match fault {
                OutboundError::NotAllowed => Outcome::AddressNotAllowed,
                OutboundError::Unreachable(_) => Outcome::Unreachable,
            });
        }
    };
    let status = answer.status();
    let wish = answer.headers().get("retry-after").and_then(|v| v.to_str().ok()).and_then(|v| wished(v, now));
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_LIMIT {
            break;
        }
    }
    let reference = serde_json::from_slice::<Answer>(&bytes).ok().and_then(|a| a.reference);
    Handed {
        outcome: if status.is_success() { Outcome::Accepted } else { Outcome::Refused },
        http_status: Some(status.as_u16()),
        retry_after: wish,
        reference: reference.map(|r| r.chars().filter(|c| !c.is_control()).take(REFERENCE_LIMIT).collect()),
    }
}

/// Seconds, or a date.
fn wished(value: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
    if let Ok(seconds) = value.trim().parse::<u32>() {
        return Some(TimeDelta::seconds(i64::from(seconds)));
    }
    let at = DateTime::parse_from_rfc2822(value.trim()).ok()?;
    Some(at.with_timezone(&Utc) - now).filter(|wait| *wait > TimeDelta::zero())
}

fn secret(text: &str) -> Option<hmac::Key> {
    let bytes = BASE64_STANDARD.decode(text.trim().strip_prefix("whsec_")?).ok()?;
    (24..=64).contains(&bytes.len()).then(|| hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

/// One for each secret: while one replaces another, both are valid.
fn signatures(secrets: &[hmac::Key], id: Uuid, timestamp: i64, body: &str) -> String {
    let signed = format!("{id}.{timestamp}.{body}");
    let one = |key: &hmac::Key| format!("v1,{}", BASE64_STANDARD.encode(hmac::sign(key, signed.as_bytes())));
    secrets.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_is_refused_without_https_or_secret() {
        let args = |gateway: &str, secret: &str, allow: &str| MessageArgs {
            message_gateway: Some(gateway.to_owned()),
            message_gateway_secret: vec![secret.to_owned()],
            message_channel: MessageChannel::Sms,
            outbound_allow: allow.parse().into_iter().collect(),
        };
        let good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        assert!(Gateway::open(&args("https://sms.example.go.id/send", good, "")).is_ok());
        assert!(Gateway::open(&args("http://sms.example.go.id/send", good, "")).is_err());
        assert!(Gateway::open(&args("http://10.0.0.1/send", good, "10.0.0.0/8")).is_ok());
        assert!(Gateway::open(&args("https://sms.example.go.id/send", "whsec_c2hvcnQ=", "")).is_err());
    }

    /// Over `id.timestamp.body`, with the secret of the standard's own examples.
    #[test]
    fn a_signature_is_that_of_the_standard() {
        let key = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let id = Uuid::parse_str("01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e").unwrap();
        let one = signatures(std::slice::from_ref(&key), id, 1_614_265_330, "{}");
        assert!(one.starts_with("v1,"));
        let tag = BASE64_STANDARD.decode(&one[3..]).unwrap();
        let signed = "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e.1614265330.{}";
        assert!(hmac::verify(&key, signed.as_bytes(), &tag).is_ok());
        assert_eq!(signatures(&[key.clone(), key], id, 1, "").split(' ').count(), 2);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert_eq!(wished("120", now), Some(TimeDelta::seconds(120)));
        assert_eq!(wished(&(now + TimeDelta::hours(1)).to_rfc2822(), now), Some(TimeDelta::hours(1)));
        assert_eq!(wished("soon", now), None);
    }
}
