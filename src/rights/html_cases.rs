//! HTML sections for complaints, objections, messages, referrals, attachments, visits and proposals.

use super::export::SubjectExport;
use super::html_page::{Page, day, label, time};
use crate::complaints::model::{ComplaintAction, ComplaintStatus};
use crate::complaints::subject::ComplaintAbout;
use crate::eligibility::model::EligibilityOutcome;
use crate::referrals::model::{ReferralAction, ReferralStatus};
use crate::timeline::TimelineEntry;

pub(super) fn complaints(out: &mut Page, export: &SubjectExport) {
    out.section("Pengaduan");
    if export.complaints.is_empty() {
        return out.quiet("Tidak ada pengaduan tentang Anda atau keluarga Anda.");
    }
    for complaint in &export.complaints {
        out.raw("<article>");
        let number = complaint.reference_no.as_ref().map_or_else(String::new, |no| format!(" · {no}"));
        out.text("h3", &format!("{} · {}{number}", label(complaint.sector), label(complaint.status)));
        out.paragraphs(&complaint.description);
        out.raw("<dl>");
        if let Some(complainant) = &complaint.complainant {
            let phone = complainant.phone.as_ref().map_or_else(String::new, |p| format!(", telepon {}", p.as_str()));
            out.pair("Disampaikan oleh", Some(&format!("{}{phone}", complainant.name.as_str())));
        }
        out.pair("Program", complaint.program_code.as_ref());
        for ticket in &complaint.external_refs {
            out.pair(
                "Nomor di sistem lain",
                Some(&format!("{} {}", ticket.system.as_str(), ticket.reference.as_str())),
            );
        }
        out.pair("Diterima", Some(&time(complaint.created_at)));
        out.pair("Rekomendasi petugas", text_of(complaint.recommendation.as_ref(), "text"));
        out.pair("Jawaban", text_of(complaint.resolution.as_ref(), "answer"));
        out.pair("Catatan penutupan", text_of(complaint.closure.as_ref(), "note"));
        out.pair("Ditutup", complaint.closed_at.map(time).as_ref());
        out.raw("</dl>");
        conversation(out, complaint);
        let status =
            |code: &str| code.parse::<ComplaintStatus>().map_or_else(|_| code.to_owned(), |s| label(s).to_owned());
        let action =
            |code: &str| code.parse::<ComplaintAction>().map_or_else(|_| code.to_owned(), |a| label(a).to_owned());
        steps(out, &complaint.timeline, &action, &status);
        out.raw("</article>");
    }
}

fn text_of<'a>(part: Option<&'a serde_json::Value>, key: &str) -> Option<&'a str> {
    part?.get(key)?.as_str()
}

fn conversation(out: &mut Page, complaint: &ComplaintAbout) {
    for exchange in &complaint.exchanges {
        out.text("p", &format!("Pertanyaan petugas ({}): {}", time(exchange.asked_at), exchange.question));
        if let Some(answer) = &exchange.answer {
            out.text("p", &format!("Jawaban Anda: {answer}"));
        }
    }
    for note in &complaint.notes {
        out.text("p", &format!("Catatan ({}, {}): {}", label(note.visibility), time(note.written_at), note.text));
    }
}

fn steps(out: &mut Page, entries: &[TimelineEntry], action: &dyn Fn(&str) -> String, status: &dyn Fn(&str) -> String) {
    if entries.is_empty() {
        return;
    }
    out.raw("<details open><summary>Riwayat langkah</summary>");
    out.head(&["Waktu", "Langkah", "Menjadi", "Oleh", "Catatan"]);
    for step in entries {
        let note = step.note.as_deref().unwrap_or_default();
        out.row(&[&time(step.at), &action(&step.action), &status(&step.to_status), &step.actor, note]);
    }
    out.end_table();
    out.raw("</details>");
}

pub(super) fn objections(out: &mut Page, export: &SubjectExport) {
    if export.objections.is_empty() {
        return;
    }
    out.section("Keberatan atas hasil pemeriksaan kelayakan");
    out.head(&["Waktu", "Program", "Keberatan", "Hasil saat itu", "Versi aturan", "Data kesejahteraan"]);
    for objection in &export.objections {
        let result = objection.evidence.results.first();
        let outcome = objection.evidence.outcome_of(&objection.program_code).map_or("", label::<EligibilityOutcome>);
        let version = result.and_then(|r| r.rule_version).map_or_else(String::new, |version| version.to_string());
        let snapshot = objection.evidence.snapshot.as_ref().map_or("", |s| s.snapshot_version.as_str());
        let (at, kind) = (time(objection.created_at), label(objection.kind));
        out.row(&[&at, &objection.program_code, kind, outcome, &version, snapshot]);
    }
    out.end_table();
}

pub(super) fn messages(out: &mut Page, export: &SubjectExport) {
    if export.messages.is_empty() {
        return;
    }
    out.section("Pesan yang dikirim kepada Anda");
    out.head(&["Waktu", "Nomor", "Keadaan", "Isi"]);
    for message in &export.messages {
        let phone = message.recipient.as_deref().unwrap_or_default();
        let text = message.text.as_deref().unwrap_or_default();
        out.row(&[&time(message.sent_at.unwrap_or(message.created_at)), phone, label(message.status), text]);
    }
    out.end_table();
}

pub(super) fn referrals(out: &mut Page, export: &SubjectExport) {
    out.section("Rujukan");
    if export.referrals.is_empty() {
        return out.quiet("Anda atau keluarga Anda belum pernah dirujuk.");
    }
    for referral in &export.referrals {
        out.raw("<article>");
        let service = referral.service_name.as_deref().unwrap_or("Layanan");
        out.text("h3", &format!("{service} · {}", label(referral.status)));
        out.paragraphs(&referral.need);
        out.raw("<dl>");
        out.pair("Program", referral.program_code.as_ref());
        out.pair("Nama yang diteruskan", referral.subject_name.as_ref());
        out.pair("Telepon yang diteruskan", referral.client_phone.as_ref());
        out.pair("Dasar pemrosesan", Some(label(referral.lawful_basis)));
        out.pair("Tanggal persetujuan", referral.consent_given_on.map(day).as_ref());
        out.pair("Dibuat", Some(&time(referral.created_at)));
        out.pair("Dikirim", referral.requested_at.map(time).as_ref());
        out.pair("Alasan", text_of(referral.reason.as_ref(), "text"));
        out.pair("Hasil", text_of(referral.outcome.as_ref(), "note"));
        out.raw("</dl>");
        let status =
            |code: &str| code.parse::<ReferralStatus>().map_or_else(|_| code.to_owned(), |s| label(s).to_owned());
        let action =
            |code: &str| code.parse::<ReferralAction>().map_or_else(|_| code.to_owned(), |a| label(a).to_owned());
        steps(out, &referral.timeline, &action, &status);
        out.raw("</article>");
    }
}

pub(super) fn attachments(out: &mut Page, export: &SubjectExport) {
    if export.attachments.is_empty() {
        return;
    }
    out.section("Foto dan dokumen");
    out.quiet("Salinan setiap berkas diberikan petugas bersama lembar ini.");
    out.head(&["Waktu", "Jenis", "Keterangan", "Ukuran", "Keadaan"]);
    for about in &export.attachments {
        let attachment = &about.attachment;
        let caption = attachment.caption.as_deref().unwrap_or_default();
        let size = format!("{} KiB", (attachment.size + 1023) / 1024);
        out.row(&[&time(attachment.created_at), label(attachment.kind), caption, &size, label(attachment.status)]);
    }
    out.end_table();
}

pub(super) fn visits(out: &mut Page, export: &SubjectExport) {
    if export.visits.is_empty() {
        return;
    }
    out.section("Kunjungan ke rumah");
    out.head(&["Waktu", "Petugas", "Hasil", "Catatan"]);
    for visit in &export.visits {
        let note = visit.note.as_deref().unwrap_or_default();
        out.row(&[&time(visit.visited_at), &visit.visited_by, label(visit.result), note]);
    }
    out.end_table();
}

pub(super) fn proposals(out: &mut Page, export: &SubjectExport) {
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
        out.quiet(&format!("Diajukan {}", time(proposal.created_at)));
        out.raw("</article>");
    }
}
