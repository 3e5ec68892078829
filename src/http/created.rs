//! The result of a request that creates a record and may be sent again.

use serde::Serialize;

use super::reply::Reply;
use crate::error::Error;

pub enum Created<T> {
    New(T),
    /// A request before had the same id and content. Nothing was changed.
    Known(T),
}

impl<T> Created<T> {
    pub fn status(&self) -> u16 {
        match self {
            Self::New(_) => 201,
            Self::Known(_) => 200,
        }
    }

    pub fn record(&self) -> &T {
        match self {
            Self::New(record) | Self::Known(record) => record,
        }
    }

    pub fn into_record(self) -> T {
        match self {
            Self::New(record) | Self::Known(record) => record,
        }
    }
}

impl<T: Serialize> Created<T> {
    /// 201 for a new record, 200 for a known one. `address` gives the version and the path of the record.
    pub fn reply(&self, address: impl FnOnce(&T) -> (i32, String)) -> Result<Reply, Error> {
        let (version, path) = address(self.record());
        match self {
            Self::New(record) => Reply::created(record, version, path),
            Self::Known(record) => Ok(Reply::resource(record, version)?.unchanged()),
        }
    }
}
