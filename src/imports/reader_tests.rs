//! Tests the reader with files as spreadsheets write them, and with arbitrary bytes.

use std::io::Write as _;

use proptest::prelude::*;
use serde_json::json;

use super::*;

struct Two;

impl Header for Two {
    fn names(&self) -> Vec<&'static str> {
        vec!["a", "b"]
    }

    fn types(&self) -> Vec<CellType> {
        vec![CellType::Number, CellType::List]
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
    (into.into_iter().map(|r| r.map(shown)).collect(), end.err().and_then(|refused| refused.0.into_iter().next()))
}

fn read(text: &str) -> Read {
    read_in(ImportFormat::Csv, text.as_bytes(), 7)
}

fn row(line: u64, a: &str, b: &str) -> Result<(u64, String, String), FileFault> {
    Ok((line, a.to_owned(), b.to_owned()))
}

#[test]
fn all_errors_of_a_header_are_reported_at_once() {
    let refused = Reader::new(ImportFormat::Csv, &Two).feed(b"b,c,b,d\n", &mut Vec::new()).unwrap_err();
    let reported: Vec<_> = refused.0.iter().map(|fault| (fault.column.as_str(), fault.code)).collect();
    let expected =
        [("2", "column_unknown"), ("b", "column_repeated"), ("4", "column_unknown"), ("a", "column_missing")];
    assert_eq!(reported, expected);
}

#[test]
fn a_spreadsheet_file_is_parsed() {
    assert_eq!(read("a,b\r\n1,2\r\n"), (vec![row(2, "1", "2")], None));
    assert_eq!(
        read("\u{feff}b;a\n\"x;\"\"y\"\"\nz\";1\n\n2;3"),
        (vec![row(2, "1", "x;\"y\"\nz"), row(5, "3", "2")], None)
    );
    assert_eq!(read("A\tB\n1\t2\n"), (vec![row(2, "1", "2")], None));
    assert_eq!(read("a\n1\n"), (vec![row(2, "1", "")], None));
}

#[test]
fn an_invalid_header_is_refused_with_its_error() {
    let fault = |line, column: &str, code| (Vec::new(), Some(FileFault::new(line, column, code)));
    assert_eq!(read("b\n1\n"), fault(1, "a", "column_missing"));
    assert_eq!(read("a,3204051203909001\n"), fault(1, "2", "column_unknown"));
    assert_eq!(read("a,a\n"), fault(1, "a", "column_repeated"));
    assert_eq!(read(""), fault(1, "", "header_required"));
}

#[test]
fn an_invalid_line_is_reported_and_the_next_one_parsed() {
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
fn an_endless_line_and_a_zip_bomb_are_refused_early() {
    let mut reader = Reader::new(ImportFormat::Csv, &Two);
    let mut into = Vec::new();
    reader.feed(b"a,b\n", &mut into).unwrap();
    let fed = (0..100).take_while(|_| reader.feed(&[b'x'; 4096], &mut into).is_ok()).count();
    assert!(fed <= MAX_RECORD_BYTES / 4096, "{fed}");

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
fn a_gzip_file_is_parsed_like_a_plain_one() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"a,b\n1,2\n").unwrap();
    let packed = packed.finish().unwrap();
    assert_eq!(read_in(ImportFormat::Csv, &packed, 1), (vec![row(2, "1", "2")], None));
    let cut = read_in(ImportFormat::Csv, &packed[..packed.len() - 9], 5).1.unwrap();
    assert_eq!(cut.code, "gzip_damaged");
}

#[test]
fn ndjson_objects_are_parsed_like_csv_lines() {
    let text = "{\"a\":\"1\",\"b\":[\"x\",\"y\"]}\n\n{\"a\":2,\"b\":[]}\n{\"a\":true}\n{\"c\":1}\n{\n";
    let (records, end) = read_in(ImportFormat::Ndjson, text.as_bytes(), 5);
    assert_eq!(records[..2], [row(1, "1", "x|y"), row(3, "2", "-")]);
    assert_eq!(records[2], row(4, "", ""), "carries its own fault");
    assert_eq!(records[3], Err(FileFault::new(5, "", "column_unknown")));
    assert_eq!(records[4], Err(FileFault::new(6, "", "not_json")));
    assert_eq!(end, None);
}

#[test]
fn a_json_value_has_the_type_of_its_column_or_is_the_csv_text() {
    use CellType::{Flag, List, Number, Text, TextOrNone};
    let cell = |value: serde_json::Value, form| json_cell(Some(&value), form);
    let all = [Text, TextOrNone, Number, Flag, List];
    for form in all {
        assert_eq!((json_cell(None, form).as_deref(), cell(json!(null), form).as_deref()), (Some(""), Some("")));
        assert_eq!(cell(json!(" x "), form).as_deref(), Some("x"));
        assert_eq!(cell(json!(""), form).as_deref(), Some(if form == TextOrNone { "-" } else { "" }), "{form:?}");
        assert_eq!(cell(json!({}), form), None);
        for (value, its_own, text) in [
            (json!(true), Flag, "true"),
            (json!(4.5), Number, "4.5"),
            (json!(["a", "b"]), List, "a|b"),
            (json!([]), List, "-"),
        ] {
            assert_eq!(cell(value, form).as_deref(), (form == its_own).then_some(text), "{form:?}");
        }
    }
    for entries in [json!([1]), json!(["a|b"]), json!(["-"]), json!(["a", ""])] {
        assert_eq!(cell(entries, List), None);
    }
}

proptest! {
    #[test]
    fn written_csv_is_parsed_in_chunks_of_any_size(
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
    fn arbitrary_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), piece in 1usize..40) {
        read_in(ImportFormat::Csv, &bytes, piece);
        read_in(ImportFormat::Ndjson, &bytes, piece);
    }
}
