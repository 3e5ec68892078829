//! A letter as PDF: one A4 page in the standard fonts of every PDF reader (Helvetica, WinAnsi), so that no font is
//! embedded. The QR code is drawn as squares.

use chrono::{Datelike as _, NaiveDate};
use pdf_writer::{Content, Name, Pdf, Rect, Ref, Str, TextStr};
use qrcode::{Color, EcLevel, QrCode};

use crate::error::Error;

/// Content of a letter.
pub struct Letter<'a> {
    pub issuer: &'a str,
    pub contact: &'a str,
    pub number: &'a str,
    pub name: &'a str,
    pub birth_year: Option<i16>,
    pub home: &'a str,
    pub service: &'a str,
    pub requirements: &'a str,
    pub target: &'a str,
    pub program: &'a str,
    pub need: &'a str,
    pub place: &'a str,
    pub issued_on: NaiveDate,
    pub valid_until_on: NaiveDate,
    pub officer: &'a str,
    pub code: &'a str,
    pub verify_url: &'a str,
}

const PAGE: (f32, f32) = (595.0, 842.0);
const LEFT: f32 = 71.0;
const RIGHT: f32 = 524.0;
const VALUE: f32 = 186.0;
const SIZE: f32 = 11.0;
const LEADING: f32 = 15.5;
/// Maximum number of printed lines of the need; the full text is in the referral.
const MAX_NEED_LINES: usize = 9;
const QR_SIDE: f32 = 92.0;

const MONTHS: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];

/// Widths of the characters from space to tilde, in thousandths of the font size (Adobe's metrics of the standard
/// fonts).
const REGULAR: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];
const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
    556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
    280, 389, 584,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Face {
    Regular,
    Bold,
}

/// The text in the encoding of the fonts; unsupported characters become question marks.
fn encode(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| match c {
            ' '..='~' => u8::try_from(c).unwrap_or(b'?'),
            '\n' | '\t' | '\r' => b' ',
            '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(c)).unwrap_or(b'?'),
            '…' => 0x85,
            '‘' => 0x91,
            '’' => 0x92,
            '“' => 0x93,
            '”' => 0x94,
            '•' => 0x95,
            '–' => 0x96,
            '—' => 0x97,
            _ => b'?',
        })
        .collect()
}

fn width(text: &str, face: Face, size: f32) -> f32 {
    let table = if face == Face::Bold { &BOLD } else { &REGULAR };
    let of = |byte: u8| table.get(usize::from(byte.wrapping_sub(32))).copied().unwrap_or(556);
    encode(text).into_iter().map(|byte| f32::from(of(byte))).sum::<f32>() * size / 1000.0
}

/// Wraps a text into lines of at most `max_width`; a longer word is split.
fn wrap(text: &str, face: Face, size: f32, max_width: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut rest = word.to_owned();
        while !rest.is_empty() {
            let Some(line) = lines.last_mut() else { return lines };
            let joined = if line.is_empty() { rest.clone() } else { format!("{line} {rest}") };
            if width(&joined, face, size) <= max_width {
                *line = joined;
                break;
            }
            if line.is_empty() {
                let mut head = String::new();
                let mut symbols = rest.chars();
                for c in symbols.by_ref() {
                    head.push(c);
                    if width(&head, face, size) > max_width {
                        break;
                    }
                }
                *line = head;
                rest = symbols.collect();
            }
            if !rest.is_empty() {
                lines.push(String::new());
            }
        }
    }
    lines
}

fn long_date(day: NaiveDate) -> String {
    let month = usize::try_from(day.month0()).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or_default();
    format!("{} {month} {}", day.day(), day.year())
}

/// A page that is filled from the top down.
struct Sheet {
    content: Content,
    y: f32,
}

impl Sheet {
    fn text(&mut self, x: f32, text: &str, face: Face, size: f32) {
        let font = if face == Face::Bold { Name(b"B") } else { Name(b"R") };
        self.content.begin_text();
        self.content.set_font(font, size);
        self.content.next_line(x, self.y);
        self.content.show(Str(&encode(text)));
        self.content.end_text();
    }

    fn down(&mut self, by: f32) {
        self.y -= by;
    }

    fn centred(&mut self, text: &str, face: Face, size: f32) {
        for line in wrap(text, face, size, RIGHT - LEFT) {
            let x = (PAGE.0 - width(&line, face, size)) / 2.0;
            self.text(x, &line, face, size);
            self.down(size * 1.35);
        }
    }

    fn paragraph(&mut self, text: &str) {
        for line in wrap(text, Face::Regular, SIZE, RIGHT - LEFT) {
            self.text(LEFT, &line, Face::Regular, SIZE);
            self.down(LEADING);
        }
    }

    fn field(&mut self, label: &str, value: &str, max_lines: usize) {
        if value.is_empty() {
            return;
        }
        self.text(LEFT, label, Face::Regular, SIZE);
        self.text(VALUE - 10.0, ":", Face::Regular, SIZE);
        let mut lines = wrap(value, Face::Regular, SIZE, RIGHT - VALUE - 14.0);
        if lines.len() > max_lines {
            lines.truncate(max_lines);
            if let Some(last) = lines.last_mut() {
                last.push('…');
            }
        }
        for line in lines {
            self.text(VALUE, &line, Face::Regular, SIZE);
            self.down(LEADING);
        }
    }

    fn rule(&mut self, thickness: f32) {
        self.content.rect(LEFT, self.y, RIGHT - LEFT, thickness);
        self.content.fill_nonzero();
    }

    fn code(&mut self, x: f32, text: &str) -> Result<(), Error> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|e| Error::internal(e.to_string()))?;
        let modules = code.width();
        #[expect(clippy::cast_precision_loss, reason = "a QR code has at most 177 squares per side")]
        let side = QR_SIDE / modules as f32;
        let top = self.y;
        for (at, colour) in code.to_colors().into_iter().enumerate() {
            if colour == Color::Dark {
                #[expect(clippy::cast_precision_loss, reason = "a QR code has at most 177 squares per side")]
                let (column, row) = ((at % modules) as f32, (at / modules) as f32);
                self.content.rect(x + column * side, top - (row + 1.0) * side, side, side);
            }
        }
        self.content.fill_nonzero();
        Ok(())
    }
}

pub fn render(letter: &Letter<'_>) -> Result<Vec<u8>, Error> {
    let mut sheet = Sheet { content: Content::new(), y: 776.0 };
    sheet.centred(letter.issuer, Face::Bold, 15.0);
    if !letter.contact.is_empty() {
        sheet.centred(letter.contact, Face::Regular, 9.5);
    }
    sheet.rule(1.5);
    sheet.down(38.0);
    sheet.centred("SURAT REKOMENDASI", Face::Bold, 14.0);
    sheet.centred(&format!("Nomor: {}", letter.number), Face::Regular, SIZE);
    sheet.down(16.0);
    sheet.paragraph(&format!("Dengan ini {} merekomendasikan warga berikut:", letter.issuer));
    sheet.down(5.0);
    sheet.field("Nama", letter.name, 2);
    sheet.field("Tahun lahir", &letter.birth_year.map(|y| y.to_string()).unwrap_or_default(), 1);
    sheet.field("Wilayah", letter.home, 3);
    sheet.down(7.0);
    sheet.paragraph("untuk memperoleh layanan:");
    sheet.down(5.0);
    sheet.field("Layanan", letter.service, 3);
    sheet.field("Pada", letter.target, 3);
    sheet.field("Program", letter.program, 1);
    sheet.field("Kebutuhan", letter.need, MAX_NEED_LINES);
    sheet.field("Yang perlu dibawa", letter.requirements, 3);
    sheet.down(9.0);
    sheet.paragraph(&format!(
        "Surat ini berlaku sampai dengan {}. Surat ini bukan jaminan penerimaan; keputusan ada pada penyelenggara \
         layanan.",
        long_date(letter.valid_until_on)
    ));
    sheet.down(20.0);
    let x = 330.0;
    sheet.text(x, &format!("{}, {}", letter.place, long_date(letter.issued_on)), Face::Regular, SIZE);
    sheet.down(LEADING);
    for line in wrap(letter.issuer, Face::Regular, SIZE, RIGHT - x) {
        sheet.text(x, &line, Face::Regular, SIZE);
        sheet.down(LEADING);
    }
    sheet.down(12.0);
    for line in wrap(letter.officer, Face::Bold, SIZE, RIGHT - x) {
        sheet.text(x, &line, Face::Bold, SIZE);
        sheet.down(LEADING);
    }
    sheet.text(x, "diterbitkan secara elektronik", Face::Regular, 9.0);
    sheet.y = 166.0;
    sheet.code(LEFT, letter.verify_url)?;
    sheet.down(14.0);
    let beside = LEFT + QR_SIDE + 16.0;
    for line in wrap(
        "Keaslian dan masa berlaku surat ini dapat diperiksa siapa pun dengan memindai kode di samping atau membuka:",
        Face::Regular,
        9.5,
        RIGHT - beside,
    ) {
        sheet.text(beside, &line, Face::Regular, 9.5);
        sheet.down(13.0);
    }
    for line in wrap(letter.verify_url, Face::Regular, 9.5, RIGHT - beside) {
        sheet.text(beside, &line, Face::Regular, 9.5);
        sheet.down(13.0);
    }
    sheet.down(4.0);
    sheet.text(beside, &format!("Kode: {}", letter.code), Face::Bold, 10.5);
    Ok(assemble(sheet.content))
}

fn assemble(content: Content) -> Vec<u8> {
    let (catalog, pages, page, regular, bold, stream, info) =
        (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4), Ref::new(5), Ref::new(6), Ref::new(7));
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages).lang(TextStr("id"));
    pdf.pages(pages).kids([page]).count(1);
    let mut sheet = pdf.page(page);
    sheet.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(pages).contents(stream);
    sheet.resources().fonts().pair(Name(b"R"), regular).pair(Name(b"B"), bold);
    drop(sheet);
    for (font, name) in [(regular, &b"Helvetica"[..]), (bold, b"Helvetica-Bold")] {
        pdf.type1_font(font).base_font(Name(name)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    pdf.document_info(info).title(TextStr("Surat rekomendasi")).producer(TextStr("SLRT Referral API"));
    pdf.stream(stream, &content.finish());
    pdf.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_fit_and_keep_all_text() {
        let text = "Keluarga dengan dua anak sekolah belum menerima bantuan Supercalifragilisticexpialidocious.";
        let lines = wrap(text, Face::Regular, 11.0, 90.0);
        assert!(lines.iter().all(|l| width(l, Face::Regular, 11.0) <= 90.0 + 12.0), "{lines:?}");
        let letters = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(letters(&lines.concat()), letters(text));
    }

    #[test]
    fn unsupported_characters_become_question_marks() {
        assert_eq!(encode("a–é漢"), [b'a', 0x96, 0xe9, b'?']);
    }
}
