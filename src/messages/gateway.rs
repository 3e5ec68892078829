//! Delivers messages: to a gateway by webhook (Standard Webhooks 1.0), or to the log of the demo, which contains neither text
//! nor recipient.

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

/// Maximum bytes of a gateway response.
const RESPONSE_LIMIT: usize = 16 * 1024;
const REFERENCE_LIMIT: usize = 200;

pub struct Gateway {
    transport: Transport,
    pub channel: MessageChannel,
}

enum Transport {
    /// Nothing is sent; messages wait.
    None,
    Log,
    Webhook {
        url: Url,
        secrets: Vec<hmac::Key>,
        outbound: Box<Outbound>,
    },
}

/// A rendered message.
pub struct OutgoingMessage<'a> {
    pub id: Uuid,
    pub event: MessageEvent,
    pub recipient: &'a str,
    pub text: &'a str,
}

/// Result of a delivery attempt.
#[derive(Debug, PartialEq, Eq)]
pub struct Delivery {
    pub outcome: Outcome,
    pub http_status: Option<u16>,
    pub retry_after: Option<TimeDelta>,
    pub reference: Option<String>,
}

impl Delivery {
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
struct GatewayResponse {
    reference: Option<String>,
}

impl Gateway {
    /// The error text is for the operator.
    pub fn open(args: &MessageArgs) -> Result<Self, String> {
        let transport = match args.message_gateway.as_deref() {
            None | Some("none") => Transport::None,
            Some("log") => Transport::Log,
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
                Transport::Webhook { url, secrets, outbound: Box::new(Outbound::new(&args.outbound_allow)?) }
            }
        };
        Ok(Self { transport, channel: args.message_channel })
    }

    pub fn is_open(&self) -> bool {
        !matches!(self.transport, Transport::None)
    }

    pub async fn deliver(&self, message: &OutgoingMessage<'_>, now: DateTime<Utc>) -> Delivery {
        match &self.transport {
            Transport::None => Delivery::failed(Outcome::Unreachable),
            Transport::Log => {
                let length = message.text.chars().count();
                tracing::info!(message_id = %message.id, event = %message.event, channel = %self.channel, length, "message delivered to the log");
                Delivery { outcome: Outcome::Accepted, http_status: None, retry_after: None, reference: None }
            }
            Transport::Webhook { url, secrets, outbound } => {
                let data = Data {
                    message_id: message.id,
                    event: message.event,
                    channel: self.channel,
                    recipient: message.recipient,
                    text: message.text,
                };
                let body = serde_json::to_string(&Envelope { type_: "message.send", timestamp: now, data });
                send(outbound, url, secrets, message.id, now, body.unwrap_or_default()).await
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
) -> Delivery {
    let request = match outbound.post(url) {
        Ok(request) => request,
        Err(_) => return Delivery::failed(Outcome::AddressNotAllowed),
    };
    let request = request
        .header("content-type", "application/json")
        .header("webhook-id", id.to_string())
        .header("webhook-timestamp", now.timestamp().to_string())
        .header("webhook-signature", signatures(secrets, id, now.timestamp(), &body))
        .body(body);
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(error) => {
            let fault = Outbound::fault(error);
            tracing::debug!(message_id = %id, error = %fault, "message delivery failed");
            return Delivery::failed(match fault {
                OutboundError::NotAllowed => Outcome::AddressNotAllowed,
                OutboundError::Unreachable(_) => Outcome::Unreachable,
            });
        }
    };
    let status = response.status();
    let retry_after =
        response.headers().get("retry-after").and_then(|v| v.to_str().ok()).and_then(|v| parse_retry_after(v, now));
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > RESPONSE_LIMIT {
            break;
        }
    }
    let reference = serde_json::from_slice::<GatewayResponse>(&bytes).ok().and_then(|a| a.reference);
    Delivery {
        outcome: if status.is_success() { Outcome::Accepted } else { Outcome::Refused },
        http_status: Some(status.as_u16()),
        retry_after,
        reference: reference.map(|r| r.chars().filter(|c| !c.is_control()).take(REFERENCE_LIMIT).collect()),
    }
}

/// Parses `Retry-After`: seconds or a date.
fn parse_retry_after(value: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
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

/// One signature for each secret: while a secret is rotated, both are valid.
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

    /// Uses the secret of the examples in the standard.
    #[test]
    fn a_signature_follows_the_standard() {
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
        assert_eq!(parse_retry_after("120", now), Some(TimeDelta::seconds(120)));
        assert_eq!(parse_retry_after(&(now + TimeDelta::hours(1)).to_rfc2822(), now), Some(TimeDelta::hours(1)));
        assert_eq!(parse_retry_after("soon", now), None);
    }
}
