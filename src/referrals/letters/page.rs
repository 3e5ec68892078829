//! The public verification page of a letter. It shows whether the letter is genuine and valid, who issued it and when,
//! but no personal data. Plain HTML in both languages, without scripts and external resources.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;

use super::actions;
use super::api::status;
use super::model::LetterStatus;
use super::store::LetterRow;
use crate::clock::{Clock, local_day};
use crate::db::Db;
use crate::error::Error;

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";
const STYLE: &str = "body{font:1.05rem/1.6 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;\
                     color:#1b1b1b;background:#fff}.verdict{border-left:.5rem solid;padding:.4rem 1rem;margin:1.5rem 0}\
                     .verdict strong{font-size:1.4rem;display:block}.valid{border-color:#17713a;background:#eaf6ee}\
                     .void{border-color:#b3261e;background:#fbeceb}dl{display:grid;grid-template-columns:auto 1fr;\
                     gap:.3rem 1.2rem}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}small{color:#555}";

pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/verify/{code}", web::get().to(verify_page));
}

async fn verify_page(code: web::Path<String>, db: Db, clock: web::Data<Clock>) -> Result<HttpResponse, Error> {
    let found = actions::verify(&mut *db.read().await?, &code).await?;
    Ok(HttpResponse::Ok()
        .content_type(header::ContentType::html())
        .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-robots-tag", "noindex, nofollow"))
        .body(page(found.as_ref(), local_day(clock.now()))))
}

fn page(letter: Option<&LetterRow>, today: NaiveDate) -> String {
    let (class, id, en) = match letter.map(|row| status(row, today)) {
        Some(LetterStatus::Valid) => ("valid", "Surat asli dan berlaku", "Genuine, and valid"),
        Some(LetterStatus::Expired) => ("void", "Surat asli, tetapi masa berlakunya habis", "Genuine, but expired"),
        Some(LetterStatus::Revoked) => ("void", "Surat asli, tetapi sudah dicabut", "Genuine, but revoked"),
        None => ("void", "Surat tidak dikenal", "Unknown letter"),
    };
    let about = letter.map_or_else(
        || {
            "<p>Tidak ada surat dengan kode ini. Periksa apakah kode diketik dengan benar.<p lang=\"en\">There is no letter \
             with this code. Check that it was typed correctly."
                .to_owned()
        },
        |row| {
            let mut rows = vec![
                ("Nomor / Number", row.number.clone()),
                ("Penerbit / Issuer", row.issuer_name.clone()),
                ("Tanggal terbit / Issued", row.issued_on.to_string()),
                ("Berlaku sampai / Valid until", row.valid_until_on.to_string()),
            ];
            if let Some(at) = row.revoked_at {
                rows.push(("Dicabut / Revoked", local_day(at).to_string()));
            }
            let rows: String = rows.iter().map(|(term, value)| format!("<dt>{term}<dd>{}", escape(value))).collect();
            format!("<dl>{rows}</dl>")
        },
    );
    format!(
        "<!doctype html><html lang=\"id\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Periksa surat rekomendasi</title><style>{STYLE}</style><h1>Periksa surat rekomendasi</h1>\
         <p lang=\"en\">Check a recommendation letter<div class=\"verdict {class}\"><strong>{id}</strong>\
         <span lang=\"en\">{en}</span></div>{about}<p><small>Halaman ini tidak memuat data pribadi. Cocokkan nomor dan \
         tanggal dengan surat yang Anda pegang.<br><span lang=\"en\">This page contains no personal data. Compare the number \
         and the dates with the letter in your hand.</span></small></html>"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        assert_eq!(escape("<b>\"A & B\"</b>"), "&lt;b&gt;&quot;A &amp; B&quot;&lt;/b&gt;");
    }
}
