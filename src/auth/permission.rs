//! Permissions, which are the scopes of the contract. Each is declared by its slice with the roles that hold it, and has a marker
//! type, so that a handler's signature names it.

use std::fmt::{Display, Formatter};
use std::str::FromStr;
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::roles::Role;
use crate::db::text_enum::{Code, CodeList};

#[derive(Debug, PartialEq, Eq)]
pub struct PermissionSpec {
    pub code: &'static str,
    pub label_id: &'static str,
    pub label_en: &'static str,
    /// Place in a set of permissions, unique in the service.
    pub bit: u8,
    pub roles: &'static [Role],
}

/// A permission, granted to clients and named as OAuth scope.
#[derive(Debug, Clone, Copy)]
pub struct Permission(&'static PermissionSpec);

static ALL: OnceLock<Vec<Permission>> = OnceLock::new();

impl Permission {
    pub const fn new(spec: &'static PermissionSpec) -> Self {
        Self(spec)
    }

    /// Sets the permissions of the service. Called by the composition root; later calls change nothing.
    pub fn install(all: impl Iterator<Item = Permission>) {
        ALL.get_or_init(|| all.collect());
    }

    pub fn all() -> &'static [Permission] {
        ALL.get().map_or(&[], Vec::as_slice)
    }

    pub const fn as_str(self) -> &'static str {
        self.0.code
    }

    pub const fn roles(self) -> &'static [Role] {
        self.0.roles
    }

    const fn mask(self) -> u128 {
        1 << self.0.bit
    }
}

impl PartialEq for Permission {
    fn eq(&self, other: &Self) -> bool {
        self.0.bit == other.0.bit
    }
}

impl Eq for Permission {}

impl Display for Permission {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Permission {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::all().iter().copied().find(|p| p.as_str() == text).ok_or_else(|| "not a permission".to_owned())
    }
}

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Permission {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for Permission {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A permission, granted to clients and named as OAuth scope."))
            .enum_values(Some(Self::all().iter().map(|p| p.as_str())))
            .into()
    }
}

impl ToSchema for Permission {}

impl CodeList for Permission {
    fn codes() -> Vec<Code> {
        let code = |p: &Permission| Code { code: p.0.code, label_id: p.0.label_id, label_en: p.0.label_en };
        Self::all().iter().map(code).collect()
    }

    fn text(&self) -> &'static str {
        self.as_str()
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u128);

impl Permissions {
    pub fn contains(self, permission: Permission) -> bool {
        self.0 & permission.mask() != 0
    }

    pub fn intersect(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::all().iter().copied().filter(move |p| self.contains(*p))
    }

    /// From an OAuth `scope` string; unknown scopes grant nothing.
    pub fn from_scope(scope: &str) -> Self {
        scope.split_ascii_whitespace().filter_map(|s| s.parse().ok()).collect()
    }

    pub fn to_scope(self) -> String {
        self.iter().map(Permission::as_str).collect::<Vec<_>>().join(" ")
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(iter: I) -> Self {
        Self(iter.into_iter().fold(0, |set, p| set | p.mask()))
    }
}

/// A permission as a type.
pub trait Requires: 'static {
    const PERMISSION: Permission;
}

/// Declares permissions: `bit: Marker / CONSTANT = "code": "Indonesian" / "English", roles: [..];`.
#[macro_export]
macro_rules! permissions {
    ($($bit:literal: $Marker:ident / $NAME:ident = $code:literal: $id:literal / $en:literal, roles: [$($Role:ident),*];)+) => {
        $(
            pub const $NAME: $crate::auth::Permission =
                $crate::auth::Permission::new(&$crate::auth::permission::PermissionSpec {
                    code: $code,
                    label_id: $id,
                    label_en: $en,
                    bit: $bit,
                    roles: &[$($crate::auth::roles::Role::$Role),*],
                });

            #[doc = $en]
            pub struct $Marker;

            impl $crate::auth::permission::Requires for $Marker {
                const PERMISSION: $crate::auth::Permission = $NAME;
            }
        )+

        pub const ALL: &[$crate::auth::Permission] = &[$($NAME),+];
    };
}
