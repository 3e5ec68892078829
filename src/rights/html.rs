//! The export as an HTML page that a citizen can read and print: in Indonesian, one file, without scripts and external resources.

use super::export::SubjectExport;
use super::html_cases as cases;
use super::html_history as history;
use super::html_page::{Page, day, label, place, time, yes_no};
use crate::auth::caller::AccessPurpose;
use crate::purposes::model::LawfulBasis;
use crate::registry::people::responses::Person;

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
tr,thead{break-inside:avoid}
.wide{overflow-x:auto}
summary{color:#555;margin:.6rem 0 .2rem}
td:last-child{overflow-wrap:anywhere}
footer{margin-top:2.5rem;border-top:1px solid #c9d3d0;padding-top:.75rem;color:#555;font-size:.9rem}
@media (max-width:36rem){dl{grid-template-columns:1fr}dt{margin-top:.4rem}}
@media print{body{padding:0;max-width:none;font-size:10pt}a{color:inherit}.wide{overflow:visible}article{break-inside:auto}h2,h3,summary{break-after:avoid}table{font-size:9pt}}
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
        time(export.generated_at)
    ));
    out.raw("</header><main>");
    if let Some(person) = person {
        identity(&mut out, person);
    }
    household(&mut out, export);
    welfare(&mut out, export);
    history::residences(&mut out, export);
    cases::complaints(&mut out, export);
    cases::objections(&mut out, export);
    cases::messages(&mut out, export);
    cases::referrals(&mut out, export);
    cases::attachments(&mut out, export);
    cases::visits(&mut out, export);
    cases::proposals(&mut out, export);
    consents(&mut out, export);
    requests(&mut out, export);
    history::history(&mut out, export);
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
    out.pair("Masih bersekolah", person.school_enrolled.map(yes_no));
    out.pair("Pekerjaan", person.occupation_class.map(label));
    out.pair("Disabilitas", person.disability_type.map(label));
    out.pair("Tingkat disabilitas", person.disability_severity.map(label));
    out.pair("Penyakit kronis", person.chronic_illness.map(yes_no));
    out.pair("Hamil atau nifas", person.pregnant_or_postpartum.map(yes_no));
    out.pair("Kepesertaan JKN", person.jkn_status.map(label));
    out.pair("Memiliki KIP", person.has_kip.map(yes_no));
    out.pair("Yatim, piatu, atau yatim piatu", person.orphan.map(yes_no));
    out.pair("Memiliki SKTM", person.sktm.map(yes_no));
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
    for program in &family.programs {
        let since = program.since.map_or_else(String::new, |on| format!(" sejak {}", day(on)));
        let until = program.until.map_or_else(String::new, |on| format!(" sampai {}", day(on)));
        out.pair("Program", Some(&format!("{}{since}{until}", program.program_code)));
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
    out.end_table();
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
    out.end_table();
}

fn requests(out: &mut Page, export: &SubjectExport) {
    if export.subject_requests.is_empty() && export.restrictions.is_empty() {
        return;
    }
    out.section("Permintaan Anda sebagai subjek data");
    out.head(&["Permintaan", "Diterima", "Keadaan"]);
    for request in &export.subject_requests {
        out.row(&[label(request.kind), &time(request.received_at), label(request.status)]);
    }
    for restriction in &export.restrictions {
        let until = restriction.lifted_at.map_or_else(|| "Berlaku".to_owned(), |at| format!("Dicabut {}", time(at)));
        let request = format!("Pembatasan: {}", label(restriction.reason));
        out.row(&[&request, &time(restriction.set_at), &until]);
    }
    out.end_table();
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
        out.row(&[&time(record.at), &format!("{}{organization}", record.actor), purpose, &format!("{basis}{law}")]);
    }
    out.end_table();
}
