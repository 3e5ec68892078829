//! Problem codes of this slice, and codes of errors in single fields.

use crate::error::Texts;

crate::problems! {
    OWN_RECOMMENDATION = "own-recommendation", 403,
        "Rekomendasi sendiri", "Own recommendation",
        "Pengusul tidak boleh memutuskan rekomendasinya sendiri. Petugas lain harus memutuskan.",
        "You cannot approve your own recommendation (four-eyes rule). Another officer must decide.";
    COMPLAINT_INVALID_TRANSITION = "complaint-invalid-transition", 409,
        "Pengaduan tidak dapat berpindah ke keadaan itu", "The complaint's state does not allow this",
        "Tindakan ini tidak berlaku untuk keadaan pengaduan sekarang.", "The current state of the complaint does not allow this action. See allowed for the actions it allows.";
    COMPLAINT_HAS_OPEN_REFERRALS = "complaint-has-open-referrals", 409,
        "Rujukan belum selesai", "A referral is still open",
        "Pengaduan belum dapat ditutup karena masih ada rujukan yang berjalan.", "The complaint cannot be closed while one of its referrals is open. Wait for the referral to end, or cancel it.";
    REOPEN_WINDOW_PASSED = "reopen-window-passed", 409,
        "Batas waktu membuka kembali terlewati", "The period for reopening has ended",
        "Pengaduan hanya dapat dibuka kembali dalam {} hari setelah selesai. Sampaikan pengaduan baru.", "A complaint can be reopened within {} days after its end. Submit a new complaint.";
    APPEAL_EXISTS = "appeal-exists", 409,
        "Banding sudah diajukan", "An appeal already exists",
        "Terhadap pengaduan ini sudah ada banding.", "An appeal against the decision on this complaint already exists.";
    APPEAL_IS_LAST = "appeal-is-last", 409,
        "Banding tidak dapat dibanding", "No appeal against an appeal",
        "Putusan atas banding adalah yang terakhir di SLRT.", "The decision on an appeal is final within SLRT.";
    TERMS_OF_LAST_RESORT = "terms-of-last-resort", 409,
        "Tenggat nasional tidak dapat dihapus", "The national terms cannot be deleted",
        "Tenggat nasional menjadi sandaran semua wilayah. Ubah angkanya, jangan dihapus.", "The national terms apply to every region without its own. Change their values instead.";
    NOTHING_TO_REFER = "nothing-to-refer", 422,
        "Tidak ada rujukan", "No referral",
        "Keputusan merujuk memerlukan setidaknya satu rujukan konsep atau terkirim.", "The decision to refer needs at least one draft or requested referral. Create the referral first.";
}

/// Codes of errors in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "appeal_stays_above",
        Texts { id: "Keberatan tidak dialihkan ke bawah", en: "An appeal cannot be transferred to a lower level" },
    ),
    ("same_as_before", Texts { id: "Sama dengan sebelumnya", en: "Same as the current value" }),
    (
        "repeats_this_one",
        Texts {
            id: "Pengaduan itu sendiri mengulang pengaduan ini",
            en: "That complaint is already a repeat of this one",
        },
    ),
    ("other_regency", Texts { id: "Berada di kabupaten/kota lain", en: "It is in another regency or city" }),
    (
        "not_a_reference",
        Texts {
            id: "Bukan nomor pengaduan; periksa salah ketik",
            en: "Not a complaint reference number; check for a typing error",
        },
    ),
    (
        "reason_for_lower_priority",
        Texts {
            id: "Prioritas di bawah saran memerlukan alasan",
            en: "A priority below the suggested priority needs a reason",
        },
    ),
    (
        "wider_than_regency",
        Texts {
            id: "Pilih kabupaten/kota, kecamatan, atau desa",
            en: "Use the code of a regency or city, a district or a village",
        },
    ),
    ("only_with_resolve", Texts { id: "Hanya untuk outcome resolve", en: "Only allowed with outcome `resolve`" }),
    (
        "complainant_not_allowed",
        Texts { id: "Laporan anonim tidak memuat pelapor", en: "An anonymous complaint must not have a complainant" },
    ),
];
