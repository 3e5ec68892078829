//! Links that open one attachment for a few minutes without a token. A link is signed and contains its expiry. An expired and a
//! modified link both get 404.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::api::AttachmentLink;
use crate::auth::keys::KeyRing;

const LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// Longer, because the data subject has to fetch every attachment of the export.
pub const LIFETIME_FOR_SUBJECT: TimeDelta = TimeDelta::hours(1);

pub fn make(keys: &KeyRing, id: Uuid, now: DateTime<Utc>) -> AttachmentLink {
    make_for(keys, id, now, LIFETIME)
}

pub fn make_for(keys: &KeyRing, id: Uuid, now: DateTime<Utc>, lifetime: TimeDelta) -> AttachmentLink {
    let expires_at = DateTime::from_timestamp((now + lifetime).timestamp(), 0).unwrap_or(now);
    let signature = keys.sign_link(&signed(id, expires_at.timestamp()));
    let url = format!("/v1/attachments/{id}/file?expires={}&signature={signature}", expires_at.timestamp());
    AttachmentLink { url, expires_at }
}

pub fn opens(keys: &KeyRing, id: Uuid, query: &str, now: DateTime<Utc>) -> bool {
    let (mut expires, mut signature) = (None, None);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "expires" => expires = value.parse::<i64>().ok(),
            "signature" => signature = Some(value.into_owned()),
            _ => return false,
        }
    }
    let (Some(expires), Some(signature)) = (expires, signature) else { return false };
    keys.link_matches(&signed(id, expires), &signature) && now.timestamp() < expires
}

fn signed(id: Uuid, expires: i64) -> String {
    format!("attachment:{id}:{expires}")
}
