//! From bytes that arrive piece by piece to records, in memory that does not grow with the file: gzip or plain, CSV (RFC 4180;
//! comma, semicolon or tab, told by the header) or NDJSON. A record is bounded, and so is what gzip may make of a byte.

use std::io::Write as _;

use flate2::write::MultiGzDecoder;
use serde_json::Value;

use super::model::ImportFormat;

/// Bytes of a record. One that is longer ends the reading: a quote that nobody closed, or no lines at all.
pub const LONGEST_RECORD: usize = 64 * 1024;
/// How much bigger than itself a compressed file may be. Tables come to about ten.
const MOST_GROWTH: u64 = 100;
/// What may be unpacked in any case, so that small files of very equal rows pass.
const ALWAYS_UNPACKED: u64 = 16 * 1024 * 1024;
/// Compressed bytes unpacked at a time: a thousandfold of this is what a bomb can make at once.
const UNPACKED_AT_A_TIME: usize = 1024;
const GZIP: [u8; 2] = [0x1f, 0x8b];
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

/// The cells of one record, by the place of their column in the header.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Where it begins.
    pub line: u64,
    text: String,
    /// End of each cell in `text`; a cell that is absent is empty.
    ends: Vec<usize>,
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

/// The columns that a kind of file may have.
pub trait Header {
    /// Their names.
    fn names(&self) -> Vec<&'static str>;
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
    pub fn feed(&mut self, bytes: &[u8], into: &mut Vec<Result<Record, FileFault>>) -> Result<(), FileFault> {
        self.unpack.feed(bytes, &mut self.rows, into)
    }

    /// After the last byte.
    pub fn finish(&mut self, into: &mut Vec<Result<Record, FileFault>>) -> Result<(), FileFault> {
        self.unpack.finish(&mut self.rows, into)?;
        self.rows.finish(into)
    }
}

enum Unpack {
    /// The first bytes, until they tell.
    Unknown(Vec<u8>),
    Plain,
    Gzip {
        decoder: Box<MultiGzDecoder<Vec<u8>>>,
        packed: u64,
        unpacked: u64,
    },
}

impl Unpack {
    fn feed(
        &mut self,
        bytes: &[u8],
        rows: &mut Rows,
        into: &mut Vec<Result<Record, FileFault>>,
    ) -> Result<(), FileFault> {
        match self {
            Self::Unknown(first) => {
                first.extend_from_slice(bytes);
                if first.len() < GZIP.len() {
                    return Ok(());
                }
                let first = std::mem::take(first);
                *self = if first.starts_with(&GZIP) {
                    Self::Gzip { decoder: Box::new(MultiGzDecoder::new(Vec::new())), packed: 0, unpacked: 0 }
                } else {
                    Self::Plain
                };
                self.feed(&first, rows, into)
            }
            Self::Plain => rows.feed(bytes, into),
            Self::Gzip { decoder, packed, unpacked } => {
                for slice in bytes.chunks(UNPACKED_AT_A_TIME) {
                    decoder.write_all(slice).map_err(|_| FileFault::new(rows.line, "", "gzip_damaged"))?;
                    *packed += slice.len() as u64;
                    *unpacked += decoder.get_ref().len() as u64;
                    if *unpacked > ALWAYS_UNPACKED && *unpacked > packed.saturating_mul(MOST_GROWTH) {
                        return Err(FileFault::new(rows.line, "", "gzip_too_large"));
                    }
                    rows.feed(decoder.get_ref(), into)?;
                    decoder.get_mut().clear();
                }
                Ok(())
            }
        }
    }

    fn finish(&mut self, rows: &mut Rows, into: &mut Vec<Result<Record, FileFault>>) -> Result<(), FileFault> {
        match self {
            Self::Unknown(first) => {
                let first = std::mem::take(first);
                rows.feed(&first, into)
            }
            Self::Plain => Ok(()),
            Self::Gzip { decoder, .. } => {
                decoder.try_finish().map_err(|_| FileFault::new(rows.line, "", "gzip_damaged"))?;
                let rest = std::mem::take(decoder.get_mut());
                rows.feed(&rest, into)
            }
        }
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

struct Rows {
    format: ImportFormat,
    names: Vec<&'static str>,
    required: Vec<&'static str>,
    /// Of each cell in the file, its column; known after the header.
    order: Option<Vec<usize>>,
    delimiter: u8,
    at: At,
    /// The present record: its cells one after the other, and where each ends.
    cells: Vec<u8>,
    ends: Vec<usize>,
    line: u64,
    begins: u64,
    fault: Option<(usize, &'static str)>,
    first_bytes: usize,
}

impl Rows {
    fn new(format: ImportFormat, header: &dyn Header) -> Self {
        Self {
            format,
            names: header.names(),
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

    fn feed(&mut self, mut bytes: &[u8], into: &mut Vec<Result<Record, FileFault>>) -> Result<(), FileFault> {
        // The mark may come in pieces.
        while self.first_bytes < BOM.len() {
            let Some((first, rest)) = bytes.split_first() else { return Ok(()) };
            if BOM.get(self.first_bytes) == Some(first) {
                self.first_bytes += 1;
                bytes = rest;
            } else if self.first_bytes == 0 {
                self.first_bytes = BOM.len();
            } else {
                return Err(FileFault::new(1, "", "not_utf8"));
            }
        }
        match self.format {
            ImportFormat::Csv => self.feed_csv(bytes, into),
            ImportFormat::Ndjson => self.feed_lines(bytes, into),
        }
    }

    fn grow(&self) -> Result<(), FileFault> {
        if self.cells.len() <= LONGEST_RECORD {
            return Ok(());
        }
        let code = if self.at == At::Quoted { "quote_not_closed" } else { "line_too_long" };
        Err(FileFault::new(self.begins, "", code))
    }

    fn feed_lines(&mut self, bytes: &[u8], into: &mut Vec<Result<Record, FileFault>>) -> Result<(), FileFault> {
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
            into.push(json_record(&self.cells, line, &self.names));
        }
        self.cells.clear();
    }

    fn feed_csv(&mut self, bytes: &[u8], into: &mut Vec<Result<Record, FileFault>>) -> Result<(), FileFault> {
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
    fn step(&mut self, byte: u8, into: &mut Vec<Result<Record, FileFault>>) -> Result<(), FileFault> {
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

    fn end_record(&mut self, into: &mut Vec<Result<Record, FileFault>>) -> Result<(), FileFault> {
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

    fn take_record(&mut self, into: &mut Vec<Result<Record, FileFault>>) -> Result<(), FileFault> {
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
        let mut record =
            Record { line, text: String::with_capacity(text.len()), ends: Vec::with_capacity(places.len()) };
        for place in places {
            record.push(place.unwrap_or_default().trim());
        }
        into.push(Ok(record));
        Ok(())
    }

    /// Which column each cell is. What the header names is not repeated: a file without one begins with somebody's data.
    fn read_header(&self, line: u64) -> Result<Vec<usize>, FileFault> {
        let text = std::str::from_utf8(&self.cells).map_err(|_| FileFault::new(line, "", "not_utf8"))?;
        if self.fault.is_some() {
            return Err(FileFault::new(line, "", "bad_quotes"));
        }
        let mut order = Vec::with_capacity(self.ends.len());
        let mut from = 0;
        for (cell, end) in self.ends.iter().enumerate() {
            let name = text.get(from..*end).unwrap_or_default().trim().to_ascii_lowercase();
            from = *end;
            let Some(at) = self.names.iter().position(|known| *known == name) else {
                return Err(FileFault::new(line, format!("{}", cell + 1), "column_unknown"));
            };
            if order.contains(&at) {
                return Err(FileFault::new(line, name, "column_repeated"));
            }
            order.push(at);
        }
        let there = |name: &str| order.iter().any(|at| self.names.get(*at) == Some(&name));
        match self.required.iter().find(|name| !there(name)) {
            Some(missing) => Err(FileFault::new(line, *missing, "column_missing")),
            None => Ok(order),
        }
    }

    fn finish(&mut self, into: &mut Vec<Result<Record, FileFault>>) -> Result<(), FileFault> {
        match self.format {
            ImportFormat::Ndjson => self.end_line(into),
            ImportFormat::Csv if self.at == At::Quoted => {
                return Err(FileFault::new(self.begins, "", "quote_not_closed"));
            }
            ImportFormat::Csv => self.end_record(into)?,
        }
        if self.format == ImportFormat::Csv && self.order.is_none() {
            return Err(FileFault::new(1, "", "header_required"));
        }
        Ok(())
    }
}

/// A JSON object as the record that a CSV line with the same names would give: a list's entries stand between bars, and
/// an empty one is a hyphen.
fn json_record(bytes: &[u8], line: u64, names: &[&'static str]) -> Result<Record, FileFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| FileFault::new(line, "", "not_utf8"))?;
    let parsed: Result<serde_json::Map<String, Value>, _> = serde_json::from_str(text);
    let Ok(fields) = parsed else { return Err(FileFault::new(line, "", "not_json")) };
    if fields.keys().any(|name| !names.contains(&name.as_str())) {
        return Err(FileFault::new(line, "", "column_unknown"));
    }
    let mut record = Record { line, ..Record::default() };
    for name in names {
        let cell = match fields.get(*name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) if text.is_empty() => "-".to_owned(),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Array(entries)) if entries.is_empty() => "-".to_owned(),
            Some(Value::Array(entries)) => {
                let texts: Option<Vec<&str>> = entries.iter().map(Value::as_str).collect();
                texts.ok_or_else(|| FileFault::new(line, *name, "type"))?.join("|")
            }
            Some(Value::Object(_)) => return Err(FileFault::new(line, *name, "type")),
            Some(other) => other.to_string(),
        };
        record.push(&cell);
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Two;

    impl Header for Two {
        fn names(&self) -> Vec<&'static str> {
            vec!["a", "b"]
        }

        fn required(&self) -> Vec<&'static str> {
            vec!["a"]
        }
    }

    type Read = (Vec<Result<(u64, String, String), FileFault>>, Option<FileFault>);

    fn read_in(format: ImportFormat, bytes: &[u8], piece: usize) -> Read {
        let (mut reader, mut into) = (Reader::new(format, &Two), Vec::new());
        let mut end = Ok(());
        for part in bytes.chunks(piece) {
            end = reader.feed(part, &mut into);
            if end.is_err() {
                break;
            }
        }
        if end.is_ok() {
            end = reader.finish(&mut into);
        }
        let shown = |r: Record| (r.line, r.cell(0).to_owned(), r.cell(1).to_owned());
        (into.into_iter().map(|r| r.map(shown)).collect(), end.err())
    }

    fn read(text: &str) -> Read {
        read_in(ImportFormat::Csv, text.as_bytes(), 7)
    }

    fn row(line: u64, a: &str, b: &str) -> Result<(u64, String, String), FileFault> {
        Ok((line, a.to_owned(), b.to_owned()))
    }

    #[test]
    fn a_spreadsheets_file_is_read() {
        assert_eq!(read("a,b\r\n1,2\r\n"), (vec![row(2, "1", "2")], None));
        assert_eq!(
            read("\u{feff}b;a\n\"x;\"\"y\"\"\nz\";1\n\n2;3"),
            (vec![row(2, "1", "x;\"y\"\nz"), row(5, "3", "2")], None)
        );
        assert_eq!(read("A\tB\n1\t2\n"), (vec![row(2, "1", "2")], None));
        assert_eq!(read("a\n1\n"), (vec![row(2, "1", "")], None));
    }

    #[test]
    fn a_wrong_header_says_what_is_wrong() {
        let fault = |line, column: &str, code| (Vec::new(), Some(FileFault::new(line, column, code)));
        assert_eq!(read("b\n1\n"), fault(1, "a", "column_missing"));
        assert_eq!(read("a,3204051203909001\n"), fault(1, "2", "column_unknown"));
        assert_eq!(read("a,a\n"), fault(1, "a", "column_repeated"));
        assert_eq!(read(""), fault(1, "", "header_required"));
    }

    #[test]
    fn a_broken_line_is_named_and_the_next_one_read() {
        let broken = |line, column: &str, code| Err(FileFault::new(line, column, code));
        assert_eq!(read("a,b\n1,x\"y\n3,4\n").0, [broken(2, "b", "bad_quotes"), row(3, "3", "4")]);
        assert_eq!(read("a,b\n\"1\"x,y\n3,4\n").0, [broken(2, "a", "bad_quotes"), row(3, "3", "4")]);
        assert_eq!(read("a,b\n1\n3,4\n").0, [broken(2, "", "too_few_columns"), row(3, "3", "4")]);
        assert_eq!(read("a,b\n1,2,3\n3,4\n").0, [broken(2, "", "too_many_columns"), row(3, "3", "4")]);
        let latin = read_in(ImportFormat::Csv, b"a,b\n1,caf\xe9\n3,4\n", 3);
        assert_eq!(latin.0, [broken(2, "b", "not_utf8"), row(3, "3", "4")]);
        assert_eq!(read("a,b\n1,\"2\n").1, Some(FileFault::new(2, "", "quote_not_closed")));
    }

    #[test]
    fn a_line_without_end_and_a_bomb_are_refused_early() {
        let mut reader = Reader::new(ImportFormat::Csv, &Two);
        let mut into = Vec::new();
        reader.feed(b"a,b\n", &mut into).unwrap();
        let fed = (0..100).take_while(|_| reader.feed(&[b'x'; 4096], &mut into).is_ok()).count();
        assert!(fed <= LONGEST_RECORD / 4096, "{fed}");

        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(b"a,b\n").unwrap();
        for _ in 0..2000 {
            packed.write_all(&[b'\n'; 65_536]).unwrap();
        }
        let bomb = packed.finish().unwrap();
        assert!(bomb.len() < 200_000);
        let refused = read_in(ImportFormat::Csv, &bomb, 4096).1.unwrap();
        assert_eq!(refused.code, "gzip_too_large");
    }

    #[test]
    fn what_is_packed_reads_like_what_is_not() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"a,b\n1,2\n").unwrap();
        let packed = packed.finish().unwrap();
        assert_eq!(read_in(ImportFormat::Csv, &packed, 1), (vec![row(2, "1", "2")], None));
        let cut = read_in(ImportFormat::Csv, &packed[..packed.len() - 9], 5).1.unwrap();
        assert_eq!(cut.code, "gzip_damaged");
    }

    #[test]
    fn objects_read_like_lines() {
        let text = "{\"a\":\"1\",\"b\":[\"x\",\"y\"]}\n\n{\"a\":2,\"b\":[]}\n{\"a\":true}\n{\"c\":1}\n{\n";
        let (records, end) = read_in(ImportFormat::Ndjson, text.as_bytes(), 5);
        assert_eq!(records[..3], [row(1, "1", "x|y"), row(3, "2", "-"), row(4, "true", "")]);
        assert_eq!(records[3], Err(FileFault::new(5, "", "column_unknown")));
        assert_eq!(records[4], Err(FileFault::new(6, "", "not_json")));
        assert_eq!(end, None);
    }

    proptest! {
        #[test]
        fn what_a_writer_wrote_is_read_in_any_pieces(
            rows in prop::collection::vec(("[ -~é\n]{0,12}", "[a-z,;\"\n]{0,12}"), 1..20), piece in 1usize..40,
        ) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["a", "b"]).unwrap();
            for (a, b) in &rows {
                writer.write_record([&format!("x{a}x"), b]).unwrap();
            }
            let (read, end) = read_in(ImportFormat::Csv, &writer.into_inner().unwrap(), piece);
            prop_assert_eq!(end, None);
            let cells: Vec<(String, String)> = read.into_iter().map(|r| r.map(|(_, a, b)| (a, b)).unwrap()).collect();
            let expected: Vec<(String, String)> =
                rows.iter().map(|(a, b)| (format!("x{a}x"), b.trim().to_owned())).collect();
            prop_assert_eq!(cells, expected);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), piece in 1usize..40) {
            read_in(ImportFormat::Csv, &bytes, piece);
            read_in(ImportFormat::Ndjson, &bytes, piece);
        }
    }
}
