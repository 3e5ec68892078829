//! The export as a page that a citizen can read and print: Indonesian, one file, no script and nothing from elsewhere.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::export::SubjectExport;
use crate::auth::caller::AccessPurpose;
use crate::db::text_enum::CodeList;
use crate::referrals::model::LawfulBasis;
use crate::regions::directory as regions;
use crate::registry::answers::Person;

const STYLE: &str = "
:root{color-scheme:light}
*{box-sizing:border-box}
body{font:16px/1.5 'Noto Sans','Segoe UI',system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:56rem;margin:0 auto;padding:2rem 1.25rem}
header{border-bottom:3px solid #0b5c4a;margin-bottom:1.5rem;padding-bottom:1rem}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .4rem}
h2{font-size:1.15rem;margin:2rem 0 .5rem;padding-bottom:.25rem;border-bottom:1px solid #c9d3d0;break-after:avoid}
h3{font-size:1rem;margin:0 0 .35rem}
p{margin:.4rem 0}
.quiet{color:#555}
dl{display:grid;grid-template-columns:minmax(10rem,16rem) 1fr;gap:.15rem 1rem;margin:.5rem 0}
dt{color:#555}
dd{margin:0;overflow-wrap:anywhere}
article{border:1px solid #d9e0de;border-radius:6px;padding:.75rem 1rem;margin:.6rem 0;break-inside:avoid}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid #e3e8e6}
th{color:#555;font-weight:600}
tr{break-inside:avoid}
footer{margin-top:2.5rem;border-top:1px solid #c9d3d0;padding-top:.75rem;color:#555;font-size:.9rem}
@media (max-width:36rem){dl{grid-template-columns:1fr}dt{margin-top:.4rem}}
@media print{body{padding:0;max-width:none;font-size:11pt}a{color:inherit}}
@page{margin:18mm 16mm}
";

pub fn page(export: &SubjectExport) -> String {
    let mut out = Page(String::with_capacity(16 * 1024));
    let person = export.family.members.first();
    let name = person.map_or("", |p| p.full_name.as_str());
    out.raw("<!doctype html><html lang=\"id\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
    out.raw("<meta name=\"robots\" content=\"noindex\"><title>Data pribadi yang disimpan</title><style>");
    out.raw(STYLE);
    out.raw("</style></head><body><header><h1>Data pribadi yang disimpan tentang Anda</h1>");
    out.text("p", &format!("{name} · {}", place(&export.family.region_code)));
    out.quiet(&format!(
        "Dibuat {} atas permintaan Anda sebagai subjek data (UU 27/2022 tentang Pelindungan Data Pribadi). \
         Berkas ini memuat data lengkap; simpan baik-baik.",
        moment(export.generated_at)
    ));
    out.raw("</header><main>");
    if let Some(person) = person {
        identity(&mut out, person);
    }
    household(&mut out, export);
    welfare(&mut out, export);
    complaints(&mut out, export);
    referrals(&mut out, export);
    proposals(&mut out, export);
    consents(&mut out, export);
    requests(&mut out, export);
    access(&mut out, export);
    out.raw("</main><footer>");
    out.text(
        "p",
        "Hak Anda: memperbaiki data yang keliru, membatasi pemrosesan, mencabut persetujuan, mengajukan keberatan atas \
         keputusan otomatis, dan meminta penghapusan sepanjang diizinkan undang-undang. Permintaan dijawab dalam 3×24 jam. \
         Sampaikan kepada petugas SLRT atau Puskesos tempat berkas ini diberikan.",
    );
    out.text("p", "Pelapor lain dan anggota keluarga lain tidak dicantumkan karena data itu milik mereka.");
    out.raw("</footer></body></html>");
    out.0
}

fn identity(out: &mut Page, person: &Person) {
    out.section("Identitas");
    out.raw("<dl>");
    out.pair("Nama", Some(&person.full_name));
    out.pair("NIK", person.nik.as_ref());
    out.pair("Tanggal lahir", person.birth_date.map(day).as_ref());
    out.pair("Jenis kelamin", Some(label(person.sex)));
    out.pair("Status identitas", Some(label(person.identity_status)));
    out.pair("Hubungan dengan kepala keluarga", Some(label(person.relation_to_head)));
    out.pair("Status perkawinan", person.marital_status.map(label));
    out.pair("Jenjang sekolah", person.school_level.map(label));
    out.pair("Masih bersekolah", person.school_enrolled.map(yes));
    out.pair("Pekerjaan", person.occupation_class.map(label));
    out.pair("Disabilitas", person.disability_type.map(label));
    out.pair("Tingkat disabilitas", person.disability_severity.map(label));
    out.pair("Penyakit kronis", person.chronic_illness.map(yes));
    out.pair("Hamil atau nifas", person.pregnant_or_postpartum.map(yes));
    out.pair("Kepesertaan JKN", person.jkn_status.map(label));
    out.pair("Memiliki KIP", person.has_kip.map(yes));
    out.pair("Yatim, piatu, atau yatim piatu", person.orphan.map(yes));
    out.pair("Memiliki SKTM", person.sktm.map(yes));
    let codes = (!person.ppks_codes.is_empty()).then(|| person.ppks_codes.join(", "));
    out.pair("Kategori PPKS", codes.as_ref());
    let restricted = person.restricted.then_some("Dibatasi atas permintaan Anda");
    out.pair("Pemrosesan data", restricted);
    out.raw("</dl>");
}

fn household(out: &mut Page, export: &SubjectExport) {
    let family = &export.family;
    out.section("Keluarga dan tempat tinggal");
    out.raw("<dl>");
    out.pair("Nomor kartu keluarga", family.family_card_no.as_ref());
    out.pair("Alamat", family.address.as_ref());
    out.pair("Wilayah", Some(&place(&family.region_code)));
    if let Some(home) = &family.dwelling {
        out.pair("Kepemilikan rumah", home.tenure.map(label));
        out.pair("Lantai", home.floor_material.map(label));
        out.pair("Dinding", home.wall_material.map(label));
        out.pair("Atap", home.roof_material.map(label));
        out.pair("Sumber air", home.water_source.map(label));
        out.pair("Penerangan", home.lighting_source.map(label));
        out.pair("Daya listrik", home.power_va.map(|va| format!("{va} VA")).as_ref());
        out.pair("Nomor pelanggan PLN", home.pln_customer_id.as_ref());
    }
    for held in &family.programs {
        let since = held.since.map_or_else(String::new, |on| format!(" sejak {}", day(on)));
        let until = held.until.map_or_else(String::new, |on| format!(" sampai {}", day(on)));
        out.pair("Program", Some(&format!("{}{since}{until}", held.program_code)));
    }
    out.raw("</dl>");
}

fn welfare(out: &mut Page, export: &SubjectExport) {
    out.section("Peringkat kesejahteraan keluarga");
    if export.welfare_statuses.is_empty() {
        return out.quiet("Belum ada peringkat.");
    }
    out.quiet(
        "Desil ditetapkan oleh sumber data, bukan oleh petugas. Desil 1 ialah sepersepuluh penduduk paling miskin.",
    );
    out.head(&["Sumber", "Versi", "Per tanggal", "Desil"]);
    for status in &export.welfare_statuses {
        let decile = status.decile.to_string();
        out.row(&[label(status.source), &status.snapshot_version, &day(status.as_of), &decile]);
    }
    out.raw("</tbody></table>");
}

fn complaints(out: &mut Page, export: &SubjectExport) {
    out.section("Pengaduan");
    if export.complaints.is_empty() {
        return out.quiet("Tidak ada pengaduan tentang Anda atau keluarga Anda.");
    }
    for complaint in &export.complaints {
        out.raw("<article>");
        out.text("h3", &format!("{} · {}", label(complaint.sector), label(complaint.status)));
        out.text("p", &complaint.description);
        if let Some(who) = &complaint.complainant {
            let phone = who.phone.as_ref().map_or_else(String::new, |p| format!(", telepon {}", p.as_str()));
            out.text("p", &format!("Disampaikan oleh {}{phone}", who.name.as_str()));
        }
        if let Some(answer) = complaint.resolution.as_ref().and_then(|r| r.get("answer")?.as_str()) {
            out.text("p", &format!("Jawaban: {answer}"));
        }
        out.quiet(&format!("Diterima {}", moment(complaint.created_at)));
        out.raw("</article>");
    }
}

fn referrals(out: &mut Page, export: &SubjectExport) {
    out.section("Rujukan");
    if export.referrals.is_empty() {
        return out.quiet("Anda atau keluarga Anda belum pernah dirujuk.");
    }
    for referral in &export.referrals {
        out.raw("<article>");
        let service = referral.service_name.as_deref().unwrap_or("Layanan");
        out.text("h3", &format!("{service} · {}", label(referral.status)));
        out.text("p", &referral.need);
        out.raw("<dl>");
        out.pair("Program", referral.program_code.as_ref());
        out.pair("Nama yang diteruskan", referral.subject_name.as_ref());
        out.pair("Dasar pemrosesan", Some(label(referral.lawful_basis)));
        out.pair("Tanggal persetujuan", referral.consent_given_on.map(day).as_ref());
        out.pair("Dibuat", Some(&moment(referral.created_at)));
        out.raw("</dl></article>");
    }
}

fn proposals(out: &mut Page, export: &SubjectExport) {
    if export.registry_proposals.is_empty() {
        return;
    }
    out.section("Usulan dan sanggahan");
    for proposal in &export.registry_proposals {
        out.raw("<article>");
        out.text("h3", &format!("{} · {}", label(proposal.kind), label(proposal.status)));
        if let Some(statement) = &proposal.statement {
            out.text("p", statement);
        }
        for evidence in &proposal.evidence {
            out.text("p", &format!("Bukti: {} – {}", label(evidence.kind), evidence.text.as_str()));
        }
        out.quiet(&format!("Diajukan {}", moment(proposal.created_at)));
        out.raw("</article>");
    }
}

fn consents(out: &mut Page, export: &SubjectExport) {
    out.section("Persetujuan dan dasar pemrosesan");
    if export.consents.is_empty() {
        return out.quiet("Belum ada yang dicatat.");
    }
    out.head(&["Tujuan", "Dasar", "Sejak", "Keadaan"]);
    for consent in &export.consents {
        let (purpose, basis) = (label(consent.purpose), label(consent.lawful_basis));
        out.row(&[purpose, basis, &day(consent.given_on), label(consent.status)]);
    }
    out.raw("</tbody></table>");
}

fn requests(out: &mut Page, export: &SubjectExport) {
    if export.subject_requests.is_empty() && export.restrictions.is_empty() {
        return;
    }
    out.section("Permintaan Anda sebagai subjek data");
    out.head(&["Permintaan", "Diterima", "Keadaan"]);
    for request in &export.subject_requests {
        out.row(&[label(request.kind), &moment(request.received_at), label(request.status)]);
    }
    for restriction in &export.restrictions {
        let until = restriction.lifted_at.map_or_else(|| "Berlaku".to_owned(), |at| format!("Dicabut {}", moment(at)));
        let what = format!("Pembatasan: {}", label(restriction.reason));
        out.row(&[&what, &moment(restriction.set_at), &until]);
    }
    out.raw("</tbody></table>");
}

fn access(out: &mut Page, export: &SubjectExport) {
    out.section("Siapa yang membuka data Anda");
    if export.access_records.is_empty() {
        return out.quiet("Belum ada yang membuka data lengkap Anda sebelum berkas ini dibuat.");
    }
    out.head(&["Waktu", "Siapa", "Untuk apa", "Dasar hukum"]);
    for record in &export.access_records {
        let organization = record.organization_name.as_ref().map_or_else(String::new, |name| format!(", {name}"));
        let purpose = record.purpose.parse::<AccessPurpose>().map_or("", label);
        let basis = record.lawful_basis.as_ref().and_then(|b| b.parse::<LawfulBasis>().ok()).map_or("", label);
        let law = record.legal_reference.as_ref().map_or_else(String::new, |law| format!(" ({law})"));
        out.row(&[&moment(record.at), &format!("{}{organization}", record.actor), purpose, &format!("{basis}{law}")]);
    }
    out.raw("</tbody></table>");
}

/// The page as it grows. Whatever is not written here in the source goes through `escape`.
struct Page(String);

impl Page {
    fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    fn escape(&mut self, text: &str) {
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

    fn text(&mut self, tag: &str, text: &str) {
        let _ = write!(self.0, "<{tag}>");
        self.escape(text);
        let _ = write!(self.0, "</{tag}>");
    }

    fn quiet(&mut self, text: &str) {
        self.raw("<p class=\"quiet\">");
        self.escape(text);
        self.raw("</p>");
    }

    fn section(&mut self, title: &str) {
        self.text("h2", title);
    }

    /// Only what is known is listed.
    fn pair<T: AsRef<str> + ?Sized>(&mut self, name: &str, value: Option<&T>) {
        if let Some(value) = value {
            self.text("dt", name);
            self.text("dd", value.as_ref());
        }
    }

    fn head(&mut self, columns: &[&str]) {
        self.raw("<table><thead><tr>");
        for column in columns {
            self.text("th", column);
        }
        self.raw("</tr></thead><tbody>");
    }

    fn row(&mut self, cells: &[&str]) {
        self.raw("<tr>");
        for cell in cells {
            self.text("td", cell);
        }
        self.raw("</tr>");
    }
}

/// The Indonesian label of a code.
fn label<T: CodeList + std::fmt::Display>(value: T) -> &'static str {
    let code = value.to_string();
    T::codes().into_iter().find(|c| c.code == code).map_or("", |c| c.label_id)
}

fn yes(value: bool) -> &'static str {
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

fn day(on: NaiveDate) -> String {
    use chrono::Datelike as _;
    let month = MONTHS.get(on.month0() as usize).copied().unwrap_or_default();
    format!("{} {month} {}", on.day(), on.year())
}

/// In western Indonesia.
fn moment(at: DateTime<Utc>) -> String {
    let here = at + TimeDelta::hours(7);
    format!("{}, {} WIB", day(here.date_naive()), here.format("%H.%M"))
}

/// The village with all around it, by name.
fn place(code: &str) -> String {
    let around = [code.len(), 8, 5, 2];
    let mut names: Vec<&str> = Vec::new();
    for end in around {
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
    fn words_are_never_markup() {
        let mut page = Page(String::new());
        page.text("p", "<script>alert('x')</script> & \"y\"");
        assert_eq!(page.0, "<p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;</p>");
    }

    #[test]
    fn days_and_places_read_as_people_say_them() {
        assert_eq!(day(NaiveDate::from_ymd_opt(2026, 8, 17).unwrap()), "17 Agustus 2026");
        let at = DateTime::parse_from_rfc3339("2026-12-31T18:05:00Z").unwrap().to_utc();
        assert_eq!(moment(at), "1 Januari 2027, 01.05 WIB");
        assert!(place("32.04.05.2001").starts_with("Cileunyi Kulon, Cileunyi, "));
    }
}
