//! Region codes (Kemendagri, `PP.KK.CC.DDDD`). Every `RegionCode` is the code of an existing region.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::directory;

crate::text_enum! {
    /// Kind of a region.
    pub enum RegionKind {
        Province = "provinsi": "Provinsi" / "Province",
        Regency = "kabupaten": "Kabupaten" / "Regency",
        City = "kota": "Kota" / "City",
        District = "kecamatan": "Kecamatan" / "District",
        Village = "desa": "Desa" / "Village",
        UrbanVillage = "kelurahan": "Kelurahan" / "Urban village",
        CustomaryVillage = "desa_adat": "Desa adat" / "Customary village",
    }
}

/// Code of an existing region: `PP`, `PP.KK`, `PP.KK.CC` or `PP.KK.CC.DDDD` (Kepmendagri 300.2.2-2430/2025). Not the BPS code,
/// which looks similar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(pattern = r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$", max_length = 13, example = "32.04.05.2001")]
pub struct RegionCode(Cow<'static, str>);

impl RegionCode {
    pub fn parse(text: &str) -> Option<Self> {
        directory::find(text).map(|region| Self(Cow::Borrowed(region.code)))
    }

    /// A code from the database; it was validated when it was written.
    pub fn stored(text: String) -> Self {
        Self::parse(&text).unwrap_or(Self(Cow::Owned(text)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn contains(&self, other: &str) -> bool {
        contains(&self.0, other)
    }

    /// The code and all enclosing regions, widest first, without `ID`.
    pub fn lineage(&self) -> impl Iterator<Item = &str> {
        [2, 5, 8, 13].into_iter().filter_map(|end| self.0.get(..end))
    }

    /// The two digits of the province.
    pub fn province(&self) -> &str {
        self.0.get(..2).unwrap_or(&self.0)
    }

    /// Level of the region: 1 for a province, 4 for a village.
    pub fn level(&self) -> usize {
        self.0.split('.').count()
    }
}

/// True if `inner` is `outer` or inside it. `ID` is the whole country.
pub fn contains(outer: &str, inner: &str) -> bool {
    outer == "ID"
        || inner.strip_prefix(outer).is_some_and(|rest| !outer.is_empty() && (rest.is_empty() || rest.starts_with('.')))
}

impl<'de> Deserialize<'de> for RegionCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("unknown_region"))
    }
}

/// Area of validity: the code of an existing region, or `ID` for the whole country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(pattern = r"^(ID|\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?)$", max_length = 13, example = "32.04")]
pub struct AreaCode(Cow<'static, str>);

impl AreaCode {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for AreaCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        if text == "ID" {
            return Ok(Self(Cow::Borrowed("ID")));
        }
        let region = RegionCode::parse(&text).ok_or_else(|| serde::de::Error::custom("unknown_region"))?;
        Ok(Self(region.0))
    }
}

/// A region.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Region {
    /// Region code.
    #[schema(example = "32.04.05")]
    pub code: String,
    /// Official name.
    #[schema(example = "Cileunyi")]
    pub name: String,
    /// Kind of the region.
    pub kind: RegionKind,
    /// Code of the enclosing region; absent for a province.
    #[schema(example = "32.04")]
    pub parent_code: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn containment_is_by_whole_segments() {
        assert!(contains("32", "32.04.05"));
        assert!(contains("32.04", "32.04"));
        assert!(contains("ID", "94"));
        assert!(!contains("32.04", "32"));
        assert!(!contains("3", "32"));
        assert!(!contains("32.0", "32.04"));
        assert!(!contains("", "32"));
    }

    proptest! {
        #[test]
        fn a_region_is_inside_its_lineage_and_inside_no_other_region(pick in 0usize..91_599, other in 0usize..91_599) {
            let all = directory::all();
            let (a, b) = (&all[pick], &all[other]);
            let code = RegionCode::parse(a.code).unwrap();
            for outer in code.lineage() {
                prop_assert!(contains(outer, a.code));
            }
            let related = code.lineage().any(|c| c == b.code);
            prop_assert_eq!(contains(b.code, a.code), related);
        }
    }
}
