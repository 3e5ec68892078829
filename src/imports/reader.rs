//! Parses bytes that arrive in chunks into records, in memory that does not grow with the file. Reads gzip or plain text, CSV
//! (RFC 4180; the header determines whether comma, semicolon or tab) or NDJSON. The size of a record and the expansion of gzip
//! are limited.

use serde_json::Value;

use super::cells::{LIST_SEPARATOR, NONE};
use super::model::ImportFormat;
use super::unpack::Unpack;

/// Maximum bytes of a record. A longer record ends the parsing: an unclosed quote, or a file without line ends.
pub const MAX_RECORD_BYTES: usize = 64 * 1024;
const BOM: [u8; 3] = [0xef, 0xbb, 0xbf];

/// An error in a file or in one of its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// Line number; the first line is 1.
    pub line: u64,
    /// Name of the column; empty if the whole record is invalid.
    pub column: String,
    pub code: &'static str,
}

impl FileFault {
    pub fn new(line: u64, column: impl Into<String>, code: &'static str) -> Self {
        Self { line, column: column.into(), code }
    }
}

/// Why a whole file is refused: all errors of its header, or the line from which nothing can be parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub Vec<FileFault>);

impl From<FileFault> for Refused {
    fn from(fault: FileFault) -> Self {
        Self(vec![fault])
    }
}

/// The cells of one record, by the position of their column in the column set.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Line on which the record begins.
    pub line: u64,
    text: String,
    /// End of each cell in `text`. An absent cell is empty.
    ends: Vec<usize>,
    /// Errors of cells whose value has the wrong type; such cells are empty.
    pub faults: Vec<FileFault>,
}

impl Record {
    pub fn cell(&self, at: usize) -> &str {
        let end = self.ends.get(at).copied().unwrap_or(self.text.len());
        let begin = if at == 0 { 0 } else { self.ends.get(at - 1).copied().unwrap_or(end) };
        self.text.get(begin..end).unwrap_or_default()
    }

    fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }
}

/// Type of a column. NDJSON may give the text that a CSV file would have, or a value of this type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellType {
    Text,
    /// A text that can be recorded as "none".
    TextOrNone,
    Number,
    Flag,
    /// A list of texts.
    List,
}

/// The columns that a kind of file may have.
pub trait Header {
    fn names(&self) -> Vec<&'static str>;
    /// The type of each column.
    fn types(&self) -> Vec<CellType>;
    /// The columns that every file must have.
    fn required(&self) -> Vec<&'static str>;
}

/// Parses records in the order of the file.
pub struct Reader {
    unpack: Unpack,
    rows: Rows,
}

impl Reader {
    pub fn new(format: ImportFormat, header: &dyn Header) -> Self {
        Self { unpack: Unpack::Unknown(Vec::new()), rows: Rows::new(format, header) }
    }

    /// Parses the next bytes. An invalid record is reported in its place; an error of the file ends the parsing.
    pub fn feed(&mut self, bytes: &[u8], into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        self.unpack.feed(bytes, &mut self.rows, into)
    }

    /// Call after the last byte.
    pub fn finish(&mut self, into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        self.unpack.finish(&mut self.rows, into)?;
        self.rows.finish(into)
    }
}

/// Position of the CSV parser within a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    CellStart,
    Bare,
    Quoted,
    /// After a quote inside a quoted cell: the end of the cell, or the first half of an escaped quote.
    Quote,
    /// The record is invalid; the rest of its line is skipped.
    Skipping,
}

pub struct Rows {
    format: ImportFormat,
    names: Vec<&'static str>,
    types: Vec<CellType>,
    required: Vec<&'static str>,
    /// The column of each cell; known after the header.
    order: Option<Vec<usize>>,
    delimiter: u8,
    at: At,
    /// The current record: its cells one after the other, and where each ends.
    cells: Vec<u8>,
    ends: Vec<usize>,
    pub line: u64,
    begins: u64,
    fault: Option<(usize, &'static str)>,
    first_bytes: usize,
}

impl Rows {
    fn new(format: ImportFormat, header: &dyn Header) -> Self {
        Self {
            format,
            names: header.names(),
            types: header.types(),
            required: header.required(),
            order: None,
            delimiter: b',',
            at: At::CellStart,
            cells: Vec::new(),
            ends: Vec::new(),
            line: 1,
            begins: 1,
            fault: None,
            first_bytes: 0,
        }
    }

    pub fn feed(&mut self, mut bytes: &[u8], into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        // The byte order mark may arrive in several chunks.
        while self.first_bytes < BOM.len() {
            let Some((first, rest)) = bytes.split_first() else { return Ok(()) };
            if BOM.get(self.first_bytes) == Some(first) {
                self.first_bytes += 1;
                bytes = rest;
            } else if self.first_bytes == 0 {
                self.first_bytes = BOM.len();
            } else {
                return Err(FileFault::new(1, "", "not_utf8").into());
            }
        }
        match self.format {
            ImportFormat::Csv => self.feed_csv(bytes, into),
            ImportFormat::Ndjson => self.feed_lines(bytes, into),
        }
    }

    fn check_size(&self) -> Result<(), Refused> {
        if self.cells.len() <= MAX_RECORD_BYTES {
            return Ok(());
        }
        let code = if self.at == At::Quoted { "quote_not_closed" } else { "line_too_long" };
        Err(FileFault::new(self.begins, "", code).into())
    }

    fn feed_lines(&mut self, bytes: &[u8], into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        let mut lines = bytes.split(|b| *b == b'\n').peekable();
        while let Some(part) = lines.next() {
            self.cells.extend_from_slice(part);
            self.check_size()?;
            if lines.peek().is_some() {
                self.end_line(into);
            }
        }
        Ok(())
    }

    fn end_line(&mut self, into: &mut Vec<Result<Record, FileFault>>) {
        let line = self.line;
        self.line += 1;
        if !self.cells.iter().all(u8::is_ascii_whitespace) {
            into.push(json_record(&self.cells, line, &self.names, &self.types));
        }
        self.cells.clear();
    }

    fn feed_csv(&mut self, bytes: &[u8], into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            // Consume plain text in one step.
            if matches!(self.at, At::Bare | At::Quoted | At::Skipping) {
                let quoted = self.at == At::Quoted;
                let delimiter = self.delimiter;
                let known = self.order.is_some();
                let special = |b: &u8| {
                    if quoted {
                        *b == b'"' || *b == b'\n'
                    } else {
                        *b == b'"' || *b == b'\n' || *b == delimiter || (!known && matches!(*b, b',' | b';' | b'\t'))
                    }
                };
                let plain = rest.iter().position(special).unwrap_or(rest.len());
                if plain > 0 {
                    let (text, after) = rest.split_at(plain);
                    if self.at != At::Skipping {
                        self.cells.extend_from_slice(text);
                    }
                    rest = after;
                    self.check_size()?;
                    continue;
                }
            }
            rest = rest.get(1..).unwrap_or_default();
            self.step(byte, into)?;
        }
        self.check_size()
    }

    /// Handles one byte that may be special.
    fn step(&mut self, byte: u8, into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        // The first separator in the header is the file's delimiter.
        if self.order.is_none() && self.ends.is_empty() && matches!(byte, b',' | b';' | b'\t') && self.at != At::Quoted
        {
            self.delimiter = byte;
        }
        if byte == b'\n' {
            self.line += 1;
            if self.at != At::Quoted {
                return self.end_record(into);
            }
        }
        match self.at {
            At::Skipping => {}
            At::Quoted if byte == b'"' => self.at = At::Quote,
            At::Quoted => self.cells.push(byte),
            At::Quote if byte == b'"' => {
                self.cells.push(byte);
                self.at = At::Quoted;
            }
            At::CellStart if byte == b'"' => self.at = At::Quoted,
            _ if byte == self.delimiter => {
                self.end_cell();
                self.at = At::CellStart;
            }
            At::CellStart | At::Bare if byte != b'"' => {
                self.cells.push(byte);
                self.at = At::Bare;
            }
            At::Quote if byte == b'\r' => {}
            // A quote inside an unquoted cell, or text behind a closing quote.
            _ => {
                self.fault = Some((self.ends.len(), "bad_quotes"));
                self.at = At::Skipping;
            }
        }
        Ok(())
    }

    fn end_cell(&mut self) {
        self.ends.push(self.cells.len());
    }

    fn end_record(&mut self, into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        if self.at == At::Bare && self.cells.last() == Some(&b'\r') {
            self.cells.pop();
        }
        self.end_cell();
        let empty = self.ends.len() == 1 && self.cells.iter().all(u8::is_ascii_whitespace) && self.fault.is_none();
        let outcome = if empty { Ok(()) } else { self.take_record(into) };
        self.cells.clear();
        self.ends.clear();
        self.fault = None;
        self.at = At::CellStart;
        self.begins = self.line;
        outcome
    }

    fn take_record(&mut self, into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        let line = self.begins;
        let Some(order) = &self.order else {
            self.order = Some(self.read_header(line)?);
            return Ok(());
        };
        let named = |cell: usize| order.get(cell).and_then(|at| self.names.get(*at)).copied().unwrap_or_default();
        if let Some((cell, code)) = self.fault {
            into.push(Err(FileFault::new(line, named(cell), code)));
            return Ok(());
        }
        if self.ends.len() != order.len() {
            let code = if self.ends.len() < order.len() { "too_few_columns" } else { "too_many_columns" };
            into.push(Err(FileFault::new(line, "", code)));
            return Ok(());
        }
        let Ok(text) = std::str::from_utf8(&self.cells) else {
            let broken = self.ends.iter().scan(0, |from, end| {
                let cell = self.cells.get(*from..*end).unwrap_or_default();
                *from = *end;
                Some(std::str::from_utf8(cell).is_err())
            });
            let cell = broken.clone().position(|is| is).unwrap_or(0);
            into.push(Err(FileFault::new(line, named(cell), "not_utf8")));
            return Ok(());
        };
        let mut places = vec![None; self.names.len()];
        let mut from = 0;
        for (cell, end) in self.ends.iter().enumerate() {
            if let Some(place) = order.get(cell).and_then(|at| places.get_mut(*at)) {
                *place = text.get(from..*end);
            }
            from = *end;
        }
        let mut record = Record {
            line,
            text: String::with_capacity(text.len()),
            ends: Vec::with_capacity(places.len()),
            faults: Vec::new(),
        };
        for place in places {
            record.push(place.unwrap_or_default().trim());
        }
        into.push(Ok(record));
        Ok(())
    }

    /// Maps each cell to its column. Unknown header names are not repeated: in a file without a header they are personal data.
    fn read_header(&self, line: u64) -> Result<Vec<usize>, Refused> {
        let text = std::str::from_utf8(&self.cells).map_err(|_| FileFault::new(line, "", "not_utf8"))?;
        if self.fault.is_some() {
            return Err(FileFault::new(line, "", "bad_quotes").into());
        }
        let (mut order, mut faults) = (Vec::with_capacity(self.ends.len()), Vec::new());
        let mut from = 0;
        for (cell, end) in self.ends.iter().enumerate() {
            let name = text.get(from..*end).unwrap_or_default().trim().to_ascii_lowercase();
            from = *end;
            match self.names.iter().position(|known| *known == name) {
                None => faults.push(FileFault::new(line, format!("{}", cell + 1), "column_unknown")),
                Some(at) if order.contains(&at) => faults.push(FileFault::new(line, name, "column_repeated")),
                Some(at) => order.push(at),
            }
        }
        let present = |name: &str| order.iter().any(|at| self.names.get(*at) == Some(&name));
        let missing = self.required.iter().filter(|name| !present(name));
        faults.extend(missing.map(|name| FileFault::new(line, *name, "column_missing")));
        if faults.is_empty() { Ok(order) } else { Err(Refused(faults)) }
    }

    fn finish(&mut self, into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        match self.format {
            ImportFormat::Ndjson => self.end_line(into),
            ImportFormat::Csv if self.at == At::Quoted => {
                return Err(FileFault::new(self.begins, "", "quote_not_closed").into());
            }
            ImportFormat::Csv => self.end_record(into)?,
        }
        if self.format == ImportFormat::Csv && self.order.is_none() {
            return Err(FileFault::new(1, "", "header_required").into());
        }
        Ok(())
    }
}

/// Converts a JSON object to the record of a CSV line with the same names.
fn json_record(bytes: &[u8], line: u64, names: &[&'static str], types: &[CellType]) -> Result<Record, FileFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| FileFault::new(line, "", "not_utf8"))?;
    let parsed: Result<serde_json::Map<String, Value>, _> = serde_json::from_str(text);
    let Ok(fields) = parsed else { return Err(FileFault::new(line, "", "not_json")) };
    if fields.keys().any(|name| !names.contains(&name.as_str())) {
        return Err(FileFault::new(line, "", "column_unknown"));
    }
    let mut record = Record { line, ..Record::default() };
    for (name, form) in names.iter().zip(types) {
        match json_cell(fields.get(*name), *form) {
            Some(cell) => record.push(&cell),
            None => {
                record.faults.push(FileFault::new(line, *name, "type"));
                record.push("");
            }
        }
    }
    Ok(record)
}

/// Absent, null and empty text become an empty cell. An empty list becomes a hyphen, and so does an empty text in a column that
/// allows "none". Returns `None` for a value of another type than the column's.
fn json_cell(value: Option<&Value>, form: CellType) -> Option<String> {
    Some(match (value, form) {
        (None | Some(Value::Null), _) => String::new(),
        (Some(Value::String(text)), CellType::TextOrNone) if text.is_empty() => NONE.to_owned(),
        (Some(Value::String(text)), _) => text.trim().to_owned(),
        (Some(Value::Bool(flag)), CellType::Flag) => flag.to_string(),
        (Some(Value::Number(number)), CellType::Number) => number.to_string(),
        (Some(Value::Array(entries)), CellType::List) if entries.is_empty() => NONE.to_owned(),
        (Some(Value::Array(entries)), CellType::List) => {
            // Refuse an entry that a CSV cell could not express: one with a separator, empty, or a hyphen.
            let one = |entry: &Value| {
                entry
                    .as_str()
                    .map(str::trim)
                    .filter(|e| !e.contains(LIST_SEPARATOR) && !["", NONE].contains(e))
                    .map(str::to_owned)
            };
            entries.iter().map(one).collect::<Option<Vec<_>>>()?.join("|")
        }
        _ => return None,
    })
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
