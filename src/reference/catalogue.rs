//! The catalogue of code lists and state machines. `app` fills it from the slices.

use std::fmt::Display;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::db::text_enum::CodeList;
use crate::state_machine::{Edge, Target};

/// A code with its labels.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferenceCode {
    /// The code, as used in requests and responses.
    #[schema(example = "health")]
    pub code: String,
    /// Label in Indonesian.
    #[schema(example = "Kesehatan")]
    pub label_id: String,
    /// Label in English.
    #[schema(example = "Health")]
    pub label_en: String,
    /// Further attributes of the code, for example the cluster and age limits of a category.
    #[schema(value_type = Option<Object>)]
    pub attributes: Option<Value>,
}

/// One edge of a state machine.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferenceEdge {
    /// The action: the last segment of its path.
    #[schema(example = "verify")]
    pub action: String,
    /// States in which the action is possible; empty for the action that creates the resource.
    #[schema(example = json!(["received"]))]
    pub from: Vec<String>,
    /// The resulting state. Absent if the action returns to the previous state or does not change it.
    #[schema(example = "verified")]
    pub to: Option<String>,
    /// The required permission; absent if only the service itself performs the action.
    #[schema(example = "complaints:handle")]
    pub permission: Option<String>,
    /// Fields that the action's body must contain.
    #[schema(example = json!(["class", "priority"]))]
    pub carries: Vec<String>,
    /// Whether this version of the service has an endpoint for it.
    #[schema(example = true)]
    pub offered: bool,
}

/// A code list; a state machine also has its edges.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferenceList {
    /// Name of the list.
    #[schema(example = "sectors")]
    pub name: String,
    /// Legal or other source of the list, if any.
    #[schema(example = "Permensos 8/2012")]
    pub source: Option<String>,
    /// The codes.
    pub items: Vec<ReferenceCode>,
    /// The edges, for a state machine.
    pub edges: Option<Vec<ReferenceEdge>>,
}

/// All lists.
#[derive(Debug, Default)]
pub struct Catalogue {
    pub lists: Vec<ReferenceList>,
}

impl Catalogue {
    pub fn codes<T: CodeList>(mut self, name: &str) -> Self {
        self.lists.push(ReferenceList { name: name.to_owned(), source: None, items: items::<T>(), edges: None });
        self
    }

    /// Like `codes`, with further attributes from a data file: an object with an array of `{code, ..}` under `key`.
    pub fn codes_with<T: CodeList>(mut self, name: &str, text: &str, key: &str) -> Self {
        let parsed: Value = serde_json::from_str(text).unwrap_or_default();
        let of = |code: &str| {
            let entries = parsed.get(key)?.as_array()?;
            let mut found = entries.iter().find(|e| e.get("code").and_then(Value::as_str) == Some(code))?.clone();
            found.as_object_mut()?.remove("code");
            Some(found)
        };
        let items = items::<T>().into_iter().map(|item| ReferenceCode { attributes: of(&item.code), ..item }).collect();
        self.lists.push(ReferenceList { name: name.to_owned(), source: None, items, edges: None });
        self
    }

    /// Adds a list that a slice has built itself.
    pub fn entries(mut self, name: &str, items: Vec<ReferenceCode>) -> Self {
        self.lists.push(ReferenceList { name: name.to_owned(), source: None, items, edges: None });
        self
    }

    pub fn machine<S, A>(mut self, name: &str, edges: &[Edge<S, A>]) -> Self
    where
        S: CodeList + Display + Copy,
        A: Display,
    {
        let edges = edges
            .iter()
            .map(|edge| ReferenceEdge {
                action: edge.action.to_string(),
                from: edge.from.iter().map(ToString::to_string).collect(),
                to: match edge.to {
                    Target::State(state) => Some(state.to_string()),
                    Target::Previous | Target::Same => None,
                },
                permission: edge.by.map(|p| p.to_string()),
                carries: edge.carries.iter().map(|c| (*c).to_owned()).collect(),
                offered: edge.offered,
            })
            .collect();
        self.lists.push(ReferenceList { name: name.to_owned(), source: None, items: items::<S>(), edges: Some(edges) });
        self
    }

    /// Adds a list from a data file: an object with an array of `{code, name, ..}` under `key`.
    pub fn data(mut self, name: &str, source: &str, text: &str, key: &str, english: &[(&str, &str)]) -> Self {
        let parsed: Value = serde_json::from_str(text).unwrap_or_default();
        let rows = parsed.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let items = rows
            .into_iter()
            .filter_map(|row| {
                let Value::Object(mut fields) = row else { return None };
                let code = fields.remove("code")?.as_str()?.to_owned();
                fields.remove("rule_versions");
                fields.remove("components");
                let label_id = fields.remove("name")?.as_str()?.to_owned();
                let label_en =
                    english.iter().find(|(c, _)| *c == code).map_or(label_id.as_str(), |(_, e)| e).to_owned();
                let attributes = (!fields.is_empty()).then_some(Value::Object(fields));
                Some(ReferenceCode { code, label_id, label_en, attributes })
            })
            .collect();
        self.lists.push(ReferenceList { name: name.to_owned(), source: Some(source.to_owned()), items, edges: None });
        self
    }
}

fn items<T: CodeList>() -> Vec<ReferenceCode> {
    T::codes()
        .into_iter()
        .map(|c| ReferenceCode {
            code: c.code.to_owned(),
            label_id: c.label_id.to_owned(),
            label_en: c.label_en.to_owned(),
            attributes: None,
        })
        .collect()
}
