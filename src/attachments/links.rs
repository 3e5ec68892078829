//! Links that open one attachment for a few minutes: whoever holds one needs no token, so it says when it ends, and nothing
//! in it can be changed. A link that has ended and one that was tampered with are answered like an unknown address.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::api::AttachmentLink;
use crate::auth::keys::KeyRing;

const LIVES: TimeDelta = TimeDelta::minutes(5);
/// Whoever asked for all that is held has to fetch each paper.
pub const LIVES_FOR_SUBJECT: TimeDelta = TimeDelta::hours(1);

pub fn make(keys: &KeyRing, id: Uuid, now: DateTime<Utc>) -> AttachmentLink {
    make_for(keys, id, now, LIVES)
}

pub fn make_for(keys: &KeyRing, id: Uuid, now: DateTime<Utc>, lives: TimeDelta) -> AttachmentLink {
    let expires_at = DateTime::from_timestamp((now + lives).timestamp(), 0).unwrap_or(now);
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
