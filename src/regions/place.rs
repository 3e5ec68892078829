//! A place for which something is configured: the whole country or a region. The setting of the narrowest enclosing place
//! applies.

use super::{RegionCode, RegionScope};
use crate::error::Code;
use crate::error::Error;

/// `ID` or the code of an existing region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(String);

impl Place {
    /// Parses a code from the path; an unknown place is 404.
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

    /// The place and all enclosing places, widest first.
    pub fn with_ancestors(&self) -> Vec<String> {
        let inside = [2, 5, 8, 13].into_iter().filter(|_| !self.is_country()).filter_map(|end| self.0.get(..end));
        std::iter::once("ID").chain(inside).map(str::to_owned).collect()
    }

    /// Checks that the scope may change a setting of this place. A setting for the country needs a scope for the whole country.
    pub fn require(&self, scope: &RegionScope) -> Result<(), Error> {
        let allowed = if self.is_country() { scope.is_everything() } else { scope.allows(&self.0) };
        if allowed { Ok(()) } else { Err(Error::new(Code::REGION_NOT_GRANTED)) }
    }
}

/// Depth of a place: 0 for `ID`, 1 for a province, 4 for a village.
pub fn depth(code: &str) -> usize {
    if code == "ID" { 0 } else { code.split('.').count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_lists_its_enclosing_places() {
        assert_eq!(Place::parse("32.04.05").unwrap().with_ancestors(), ["ID", "32", "32.04", "32.04.05"]);
        assert_eq!(Place::parse("ID").unwrap().with_ancestors(), ["ID"]);
        assert!(Place::parse("99").is_err());
        assert!(depth("ID") < depth("32") && depth("32") < depth("32.04"));
    }
}
