//! From bytes that arrive piece by piece to records, in memory that does not grow with the file: gzip or plain, CSV (RFC 4180;
//! comma, semicolon or tab, told by the header) or NDJSON. A record is bounded, and so is what gzip may make of a byte.

use serde_json::Value;

use super::cells::{BAR, NONE};
use super::model::ImportFormat;
use super::unpack::Unpack;

/// Bytes of a record. One that is longer ends the reading: a quote that nobody closed, or no lines at all.
pub const LONGEST_RECORD: usize = 64 * 1024;
const BOM: [u8; 3] = [0xef, 0xbb, 0xbf];

/// What is wrong with a file or a record of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// 1 for the first line of the file.
    pub line: u64,
    /// Name of the column; empty for the record as a whole.
    pub column: String,
    pub code: &'static str,
}

impl FileFault {
    pub fn new(line: u64, column: impl Into<String>, code: &'static str) -> Self {
        Self { line, column: column.into(), code }
    }
}

/// Why a file is refused as a whole: all that is wrong with its header, or the place from which nothing can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub Vec<FileFault>);

impl From<FileFault> for Refused {
    fn from(fault: FileFault) -> Self {
        Self(vec![fault])
    }
}

/// The cells of one record, by the place of their column in the header.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Where it begins.
    pub line: u64,
    text: String,
    /// End of each cell in `text`; a cell that is absent is empty.
    ends: Vec<usize>,
    /// Cells that are empty because what stood there could be none of the column.
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

/// What stands in a column. NDJSON may say it as the text that a CSV file would have, or by a value of this form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text,
    /// A text that may be known to be empty.
    TextOrNone,
    Number,
    Flag,
    /// Texts.
    List,
}

/// The columns that a kind of file may have.
pub trait Header {
    /// Their names.
    fn names(&self) -> Vec<&'static str>;
    /// Of each, what stands in it.
    fn forms(&self) -> Vec<Form>;
    /// Those without which nothing can be entered.
    fn required(&self) -> Vec<&'static str>;
}

/// Reads records in the order in which they stand.
pub struct Reader {
    unpack: Unpack,
    rows: Rows,
}

impl Reader {
    pub fn new(format: ImportFormat, header: &dyn Header) -> Self {
        Self { unpack: Unpack::Unknown(Vec::new()), rows: Rows::new(format, header) }
    }

    /// Takes the next bytes. A record that is at fault is told in its place; an outer fault ends the reading.
    pub fn feed(&mut self, bytes: &[u8], into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        self.unpack.feed(bytes, &mut self.rows, into)
    }

    /// After the last byte.
    pub fn finish(&mut self, into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        self.unpack.finish(&mut self.rows, into)?;
        self.rows.finish(into)
    }
}

/// Where the CSV reader stands within a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    CellStart,
    Bare,
    Quoted,
    /// After a quote inside a quoted cell: the end of the cell, or the first half of a quote.
    Quote,
    /// The record is at fault; what is left of its line is passed over.
    Lost,
}

pub struct Rows {
    format: ImportFormat,
    names: Vec<&'static str>,
    forms: Vec<Form>,
    required: Vec<&'static str>,
    /// Of each cell in the file, its column; known after the header.
    order: Option<Vec<usize>>,
    delimiter: u8,
    at: At,
    /// The present record: its cells one after the other, and where each ends.
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
            forms: header.forms(),
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
        // The mark may come in pieces.
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

    fn grow(&self) -> Result<(), Refused> {
        if self.cells.len() <= LONGEST_RECORD {
            return Ok(());
        }
        let code = if self.at == At::Quoted { "quote_not_closed" } else { "line_too_long" };
        Err(FileFault::new(self.begins, "", code).into())
    }

    fn feed_lines(&mut self, bytes: &[u8], into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        let mut lines = bytes.split(|b| *b == b'\n').peekable();
        while let Some(part) = lines.next() {
            self.cells.extend_from_slice(part);
            self.grow()?;
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
            into.push(json_record(&self.cells, line, &self.names, &self.forms));
        }
        self.cells.clear();
    }

    fn feed_csv(&mut self, bytes: &[u8], into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            // What is plain text is taken in one go.
            if matches!(self.at, At::Bare | At::Quoted | At::Lost) {
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
                    if self.at != At::Lost {
                        self.cells.extend_from_slice(text);
                    }
                    rest = after;
                    self.grow()?;
                    continue;
                }
            }
            rest = rest.get(1..).unwrap_or_default();
            self.step(byte, into)?;
        }
        self.grow()
    }

    /// One byte that may mean something.
    fn step(&mut self, byte: u8, into: &mut Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        // The header's first separator is the file's.
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
            At::Lost => {}
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
            // A quote inside a bare cell, or text behind a closing quote.
            _ => {
                self.fault = Some((self.ends.len(), "bad_quotes"));
                self.at = At::Lost;
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

    /// Which column each cell is. What the header names is not repeated: a file without one begins with somebody's data.
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
        let there = |name: &str| order.iter().any(|at| self.names.get(*at) == Some(&name));
        let missing = self.required.iter().filter(|name| !there(name));
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

/// A JSON object as the record that a CSV line with the same names would give.
fn json_record(bytes: &[u8], line: u64, names: &[&'static str], forms: &[Form]) -> Result<Record, FileFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| FileFault::new(line, "", "not_utf8"))?;
    let parsed: Result<serde_json::Map<String, Value>, _> = serde_json::from_str(text);
    let Ok(fields) = parsed else { return Err(FileFault::new(line, "", "not_json")) };
    if fields.keys().any(|name| !names.contains(&name.as_str())) {
        return Err(FileFault::new(line, "", "column_unknown"));
    }
    let mut record = Record { line, ..Record::default() };
    for (name, form) in names.iter().zip(forms) {
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

/// What is absent, null or an empty text is an empty cell; an empty list is a hyphen, and so is an empty text where it says that
/// there is none. A value of another form than the column's is none.
fn json_cell(value: Option<&Value>, form: Form) -> Option<String> {
    Some(match (value, form) {
        (None | Some(Value::Null), _) => String::new(),
        (Some(Value::String(text)), Form::TextOrNone) if text.is_empty() => NONE.to_owned(),
        (Some(Value::String(text)), _) => text.trim().to_owned(),
        (Some(Value::Bool(flag)), Form::Flag) => flag.to_string(),
        (Some(Value::Number(number)), Form::Number) => number.to_string(),
        (Some(Value::Array(entries)), Form::List) if entries.is_empty() => NONE.to_owned(),
        (Some(Value::Array(entries)), Form::List) => {
            // An entry that would read as several, or as none, is no code.
            let one = |entry: &Value| {
                entry.as_str().map(str::trim).filter(|e| !e.contains(BAR) && !["", NONE].contains(e)).map(str::to_owned)
            };
            entries.iter().map(one).collect::<Option<Vec<_>>>()?.join("|")
        }
        _ => return None,
    })
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
