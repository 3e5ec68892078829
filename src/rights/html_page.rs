//! Builder of an HTML page, and Indonesian texts for days, times, places and labels.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::db::text_enum::CodeList;
use crate::regions::directory as regions;

/// An HTML page under construction. Every text that is not a literal of the source code goes through `escape`.
pub(super) struct Page(pub(super) String);

impl Page {
    pub(super) fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    pub(super) fn escape(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c => self.0.push(c),
            }
        }
    }

    pub(super) fn text(&mut self, tag: &str, text: &str) {
        let _ = write!(self.0, "<{tag}>");
        self.escape(text);
        let _ = write!(self.0, "</{tag}>");
    }

    pub(super) fn quiet(&mut self, text: &str) {
        self.raw("<p class=\"quiet\">");
        self.escape(text);
        self.raw("</p>");
    }

    pub(super) fn section(&mut self, title: &str) {
        self.text("h2", title);
    }

    /// A text with one paragraph per line.
    pub(super) fn paragraphs(&mut self, text: &str) {
        text.split("\n").map(str::trim).filter(|line| !line.is_empty()).for_each(|line| self.text("p", line));
    }

    /// A name and its value; nothing if the value is unknown.
    pub(super) fn pair<T: AsRef<str> + ?Sized>(&mut self, name: &str, value: Option<&T>) {
        if let Some(value) = value {
            self.text("dt", name);
            self.text("dd", value.as_ref());
        }
    }

    pub(super) fn head(&mut self, columns: &[&str]) {
        self.raw("<div class=\"wide\"><table><thead><tr>");
        for column in columns {
            self.text("th", column);
        }
        self.raw("</tr></thead><tbody>");
    }

    pub(super) fn end_table(&mut self) {
        self.raw("</tbody></table></div>");
    }

    pub(super) fn row(&mut self, cells: &[&str]) {
        self.raw("<tr>");
        for cell in cells {
            self.text("td", cell);
        }
        self.raw("</tr>");
    }
}

/// The Indonesian label of a code.
pub(super) fn label<T: CodeList + std::fmt::Display>(value: T) -> &'static str {
    let code = value.to_string();
    T::codes().into_iter().find(|c| c.code == code).map_or("", |c| c.label_id)
}

pub(super) fn yes_no(value: bool) -> &'static str {
    if value { "Ya" } else { "Tidak" }
}

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

pub(super) fn day(on: NaiveDate) -> String {
    use chrono::Datelike as _;
    let month = MONTHS.get(on.month0() as usize).copied().unwrap_or_default();
    format!("{} {month} {}", on.day(), on.year())
}

/// A time in western Indonesia (WIB, UTC+7).
pub(super) fn time(at: DateTime<Utc>) -> String {
    let local = at + TimeDelta::hours(7);
    format!("{}, {} WIB", day(local.date_naive()), local.format("%H.%M"))
}

/// The names of the region and of all regions that contain it.
pub(super) fn place(code: &str) -> String {
    let lengths = [code.len(), 8, 5, 2];
    let mut names: Vec<&str> = Vec::new();
    for end in lengths {
        let name = code.get(..end).and_then(regions::find).map(|region| region.name);
        if let Some(name) = name.filter(|name| names.last() != Some(name)) {
            names.push(name);
        }
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        let mut page = Page(String::new());
        page.text("p", "<script>alert('x')</script> & \"y\"");
        assert_eq!(page.0, "<p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;</p>");
    }

    #[test]
    fn days_times_and_places_are_in_indonesian() {
        assert_eq!(day(NaiveDate::from_ymd_opt(2026, 8, 17).unwrap()), "17 Agustus 2026");
        let at = DateTime::parse_from_rfc3339("2026-12-31T18:05:00Z").unwrap().to_utc();
        assert_eq!(time(at), "1 Januari 2027, 01.05 WIB");
        assert!(place("32.04.05.2001").starts_with("Cileunyi Kulon, Cileunyi, "));
    }
}
