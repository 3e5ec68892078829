//! Enums that are text in the database, snake_case in JSON, and a code list with labels under `/v1/reference`.

use std::collections::BTreeMap;

/// One code of a code list.
pub struct Code {
    pub code: &'static str,
    pub label_id: &'static str,
    pub label_en: &'static str,
}

/// A code list. Every enum of the API implements it.
pub trait CodeList {
    fn codes() -> Vec<Code>;

    fn text(&self) -> &'static str;

    fn labels() -> BTreeMap<&'static str, (&'static str, &'static str)> {
        Self::codes().into_iter().map(|c| (c.code, (c.label_id, c.label_en))).collect()
    }
}

/// `pub enum Sector { Health = "health": "Kesehatan" / "Health", .. }`
#[macro_export]
macro_rules! text_enum {
    (#[doc = $about:literal] $(#[doc = $more:literal])* pub enum $Name:ident {
        $( $(#[$vmeta:meta])* $Variant:ident = $text:literal : $id:literal / $en:literal ),+ $(,)?
    }) => {
        #[doc = $about]
        $(#[doc = $more])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $Name {
            $( $(#[$vmeta])* #[serde(rename = $text)] $Variant ),+
        }

        impl $Name {
            pub const ALL: &'static [$Name] = &[$($Name::$Variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $($Name::$Variant => $text),+ }
            }
        }

        // Written by hand: utoipa's derive does not see names that a macro generates.
        impl utoipa::PartialSchema for $Name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(concat!($about, $($more),*).trim()))
                    .enum_values(Some([$($text),+]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $Name {}

        impl std::str::FromStr for $Name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok($Name::$Variant),)+
                    _ => Err(concat!("not a ", stringify!($Name)).to_owned()),
                }
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::db::text_enum::CodeList for $Name {
            fn codes() -> Vec<$crate::db::text_enum::Code> {
                vec![$($crate::db::text_enum::Code { code: $text, label_id: $id, label_en: $en }),+]
            }

            fn text(&self) -> &'static str {
                self.as_str()
            }
        }

        impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for $Name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                std::io::Write::write_all(out, self.as_str().as_bytes())?;
                Ok(diesel::serialize::IsNull::No)
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg> for $Name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                Ok(std::str::from_utf8(bytes.as_bytes())?.parse::<$Name>()?)
            }
        }
    };
}
