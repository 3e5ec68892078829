//! Keyset pagination: total order by (time, id); the opaque cursor is bound to the filters of its list.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::query::Filters;
use crate::error::Code;
use crate::error::Error;

pub const DEFAULT_LIMIT: i64 = 50;
pub const MAX_LIMIT: i64 = 200;
/// Bytes of a cursor: filters, epoch, key, id.
const LENGTH: usize = 8 + 4 + 8 + 16;

/// One page of a list.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The resources of this page, in the order of the list.
    pub items: Vec<T>,
    /// Cursor of the next page: send it as `cursor`. Absent on the last page.
    #[schema(example = "AAGTqY0K3d8AZJk3rJQAcp4Jb0mE7wAAAAAAAAAAAA")]
    pub next_cursor: Option<String>,
    /// Only on the last page of a change feed (`updated_since`): send it later as `cursor`, with the same parameters, to read
    /// the changes since.
    #[serde(default)]
    #[schema(nullable, example = json!(null))]
    pub resume_cursor: Option<String>,
}

/// The position after which a page starts. `key` is a time in microseconds or any other ascending key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Epoch of the order of changes; 0 in a list of another order.
    pub epoch: i32,
    pub key: i64,
    pub id: Uuid,
}

impl Position {
    pub fn at(time: DateTime<Utc>, id: Uuid) -> Self {
        Self::of_key(time.timestamp_micros(), id)
    }

    pub fn of_key(key: i64, id: Uuid) -> Self {
        Self { epoch: 0, key, id }
    }

    /// The position after all rows of a change.
    pub fn end_of(epoch: i32, key: i64) -> Self {
        Self { epoch, key, id: Uuid::max() }
    }

    pub fn time(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.key).unwrap_or_default()
    }

    pub fn encode(&self, filters: Filters) -> String {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend_from_slice(&filters.0);
        bytes.extend_from_slice(&self.epoch.to_be_bytes());
        bytes.extend_from_slice(&self.key.to_be_bytes());
        bytes.extend_from_slice(self.id.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Whether the text is a well-formed cursor, for any filters.
    pub fn is_one(text: &str) -> bool {
        BASE64_URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == LENGTH)
    }

    pub fn decode(text: &str, filters: Filters) -> Option<Self> {
        let bytes: [u8; LENGTH] = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (bound, rest) = bytes.split_first_chunk::<8>()?;
        let (epoch, rest) = rest.split_first_chunk::<4>()?;
        let (key, id) = rest.split_first_chunk::<8>()?;
        if *bound != filters.0 {
            return None;
        }
        let (epoch, key) = (i32::from_be_bytes(*epoch), i64::from_be_bytes(*key));
        Some(Self { epoch, key, id: Uuid::from_slice(id).ok()? })
    }
}

/// The requested page.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest {
    pub after: Option<Position>,
    pub limit: i64,
    filters: Filters,
}

impl PageRequest {
    pub fn new(cursor: Option<&str>, limit: Option<i64>, filters: Filters) -> Result<Self, Error> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(Error::about(Code::MALFORMED_PARAMETER, "limit"));
        }
        let after = match cursor {
            None => None,
            Some(text) => Some(Position::decode(text, filters).ok_or_else(|| Error::new(Code::INVALID_CURSOR))?),
        };
        Ok(Self { after, limit, filters })
    }

    /// The first page with the maximum size, for a list inside another resource.
    pub fn longest() -> Self {
        Self { after: None, limit: MAX_LIMIT, filters: Filters([0; 8]) }
    }

    /// Time and id of the last row of the page before, in a list by time.
    pub fn after_time(&self) -> Option<(DateTime<Utc>, Uuid)> {
        self.after.map(|after| (after.time(), after.id))
    }

    pub fn filters(&self) -> Filters {
        self.filters
    }

    pub fn cursor(&self, at: Position) -> String {
        at.encode(self.filters)
    }

    /// Number of rows to read: one more than the limit, to know whether there is a next page.
    pub fn fetch(&self) -> i64 {
        self.limit + 1
    }

    /// The same where a row may be unreadable.
    pub fn try_page<R, T>(
        &self,
        rows: Vec<R>,
        position: impl Fn(&R) -> Position,
        show: impl FnMut(R) -> Result<T, Error>,
    ) -> Result<Page<T>, Error> {
        let Page { items, next_cursor, .. } = self.page(rows, position, show);
        Ok(Page { items: items.into_iter().collect::<Result<_, _>>()?, next_cursor, resume_cursor: None })
    }

    pub fn page<R, T>(&self, mut rows: Vec<R>, position: impl Fn(&R) -> Position, show: impl FnMut(R) -> T) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|row| position(row).encode(self.filters));
        Page { items: rows.into_iter().map(show).collect(), next_cursor, resume_cursor: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_decodes_to_its_position(epoch: i32, key: i64, id: u128, bound: [u8; 8]) {
            let position = Position { epoch, key, id: Uuid::from_u128(id) };
            let text = position.encode(Filters(bound));
            prop_assert_eq!(Position::decode(&text, Filters(bound)), Some(position));
        }

        #[test]
        fn a_cursor_is_refused_under_other_filters(key: i64, id: u128, a: [u8; 8], b: [u8; 8]) {
            prop_assume!(a != b);
            let text = Position::of_key(key, Uuid::from_u128(id)).encode(Filters(a));
            prop_assert_eq!(Position::decode(&text, Filters(b)), None);
        }

        #[test]
        fn the_decoder_never_panics(text in ".*", bound: [u8; 8]) {
            let _ = Position::decode(&text, Filters(bound));
        }
    }

    #[test]
    fn the_last_page_has_no_next() {
        let request = PageRequest::new(None, Some(2), Filters([0; 8])).unwrap();
        let position = |n: &i64| Position::of_key(*n, Uuid::nil());
        assert!(request.page(vec![1, 2, 3], position, |n| n).next_cursor.is_some());
        assert!(request.page(vec![1, 2], position, |n| n).next_cursor.is_none());
    }
}
