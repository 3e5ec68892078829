//! A place that something is set for: the whole country or a region. What the nearest one has set holds.

use super::{RegionCode, RegionScope};
use crate::error::Code;
use crate::error::Error;

/// `ID` or one of the 91,599.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(String);

impl Place {
    /// From an address: a place that does not exist is 404.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text == "ID" || RegionCode::parse(text).is_some() {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::not_found())
        }
    }

    pub fn of(region: &RegionCode) -> Self {
        Self(region.as_str().to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_country(&self) -> bool {
        self.0 == "ID"
    }

    /// The place and all around it, widest first.
    pub fn around(&self) -> Vec<String> {
        let inside = [2, 5, 8, 13].into_iter().filter(|_| !self.is_country()).filter_map(|end| self.0.get(..end));
        std::iter::once("ID").chain(inside).map(str::to_owned).collect()
    }

    /// May this be changed under the scope? What holds everywhere takes a token for everywhere.
    pub fn require(&self, scope: &RegionScope) -> Result<(), Error> {
        let allowed = if self.is_country() { scope.is_everything() } else { scope.allows(&self.0) };
        if allowed { Ok(()) } else { Err(Error::new(Code::REGION_NOT_GRANTED)) }
    }
}

/// `ID` is the widest, though its code is no shorter than a province's.
pub fn nearness(code: &str) -> usize {
    if code == "ID" { 0 } else { code.split('.').count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_knows_what_lies_around_it() {
        assert_eq!(Place::parse("32.04.05").unwrap().around(), ["ID", "32", "32.04", "32.04.05"]);
        assert_eq!(Place::parse("ID").unwrap().around(), ["ID"]);
        assert!(Place::parse("99").is_err());
        assert!(nearness("ID") < nearness("32") && nearness("32") < nearness("32.04"));
    }
}
