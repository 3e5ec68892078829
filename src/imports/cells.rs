//! The cells of a record as values. Every error is collected with its column, never with its value.

use serde::de::DeserializeOwned;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as ValueError, StrDeserializer};

use super::columns::Column;
use super::reader::{FileFault, Record};
use crate::error::FieldError;
use crate::error::field_codes;

/// Separates the entries of a list.
pub const LIST_SEPARATOR: char = '|';
/// An empty list, or a text recorded as "none". An empty cell means unknown.
pub const NONE: &str = "-";

pub struct Cells<'a> {
    record: &'a Record,
    columns: &'static [Column],
    at: usize,
    faults: Vec<FileFault>,
}

impl<'a> Cells<'a> {
    pub fn new(record: &'a Record, columns: &'static [Column]) -> Self {
        Self { record, columns, at: 0, faults: record.faults.clone() }
    }

    pub fn fault(&mut self, column: &str, code: &'static str) {
        self.faults.push(FileFault::new(self.record.line, column, code));
    }

    /// Adds validation errors that name a field by JSON pointer.
    pub fn faults_at(&mut self, faults: Vec<FieldError>) {
        for fault in faults {
            let column = fault.pointer.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned();
            self.fault(&column, fault.code);
        }
    }

    pub fn finish(self) -> Result<(), Vec<FileFault>> {
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults) }
    }

    /// Cells must be read in the order in which the columns are declared.
    fn next(&mut self, name: &str) -> Option<&'a str> {
        debug_assert_eq!(self.columns.get(self.at).map(|c| c.name), Some(name));
        let cell = self.record.cell(self.at);
        let required = self.columns.get(self.at).is_some_and(|c| c.required);
        self.at += 1;
        if cell.is_empty() {
            if required && !self.record.faults.iter().any(|fault| fault.column == name) {
                self.fault(name, "required");
            }
            return None;
        }
        Some(cell)
    }

    /// Parses a text value: a code, a name, a date, an id. `otherwise` is the error code of an invalid text.
    pub fn read<T: DeserializeOwned>(&mut self, name: &str, otherwise: &'static str) -> Option<T> {
        let cell = self.next(name)?;
        self.parse(name, cell, otherwise)
    }

    fn parse<T: DeserializeOwned>(&mut self, name: &str, cell: &str, otherwise: &'static str) -> Option<T> {
        let text: StrDeserializer<'_, ValueError> = cell.into_deserializer();
        match T::deserialize(text) {
            Ok(value) => Some(value),
            Err(error) => {
                // A type with limits reports a known code. Other messages of serde contain the value and are dropped.
                self.fault(name, field_codes::known(&error.to_string()).unwrap_or(otherwise));
                None
            }
        }
    }

    pub fn text(&mut self, name: &str) -> Option<String> {
        self.next(name).map(str::to_owned)
    }

    /// A text that can be recorded as "none".
    pub fn text_or_none(&mut self, name: &str) -> Option<String> {
        self.next(name).map(|cell| if cell == NONE { String::new() } else { cell.to_owned() })
    }

    pub fn number<T: std::str::FromStr>(&mut self, name: &str) -> Option<T> {
        let cell = self.next(name)?;
        let value = cell.parse().ok();
        if value.is_none() {
            self.fault(name, "format");
        }
        value
    }

    pub fn flag(&mut self, name: &str) -> Option<bool> {
        match self.next(name)?.to_ascii_lowercase().as_str() {
            "true" | "1" | "ya" => Some(true),
            "false" | "0" | "tidak" => Some(false),
            _ => {
                self.fault(name, "format");
                None
            }
        }
    }

    pub fn list<T: DeserializeOwned>(&mut self, name: &str, otherwise: &'static str) -> Option<Vec<T>> {
        let cell = self.next(name)?;
        if cell == NONE {
            return Some(Vec::new());
        }
        let before = self.faults.len();
        let values: Vec<T> =
            cell.split(LIST_SEPARATOR).filter_map(|entry| self.parse(name, entry.trim(), otherwise)).collect();
        (self.faults.len() == before).then_some(values)
    }
}

/// Formats a list for export; the reverse of `Cells::list`.
pub fn list_cell<T: ToString>(entries: &[T]) -> String {
    if entries.is_empty() {
        return NONE.to_owned();
    }
    entries.iter().map(ToString::to_string).collect::<Vec<_>>().join("|")
}
