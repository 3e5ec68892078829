//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    OWN_RECOMMENDATION = "own-recommendation", 403,
        "Rekomendasi sendiri", "One's own recommendation",
        "Pengusul tidak boleh memutuskan rekomendasinya sendiri. Petugas lain harus memutuskan.",
        "Whoever recommended may not decide on it. Another officer must.";
    COMPLAINT_INVALID_TRANSITION = "complaint-invalid-transition", 409,
        "Pengaduan tidak dapat berpindah ke keadaan itu", "The complaint cannot change in that way",
        "Tindakan ini tidak berlaku untuk keadaan pengaduan sekarang.", "The action does not apply to the complaint's present state.";
    COMPLAINT_HAS_OPEN_REFERRALS = "complaint-has-open-referrals", 409,
        "Rujukan belum selesai", "A referral is still open",
        "Pengaduan belum dapat ditutup karena masih ada rujukan yang berjalan.", "The complaint cannot be closed while one of its referrals is open.";
    REOPEN_WINDOW_PASSED = "reopen-window-passed", 409,
        "Batas waktu membuka kembali terlewati", "The time for reopening has passed",
        "Pengaduan hanya dapat dibuka kembali dalam {} hari setelah selesai. Sampaikan pengaduan baru.", "A complaint can be reopened within {} days after its end. Submit a new one.";
    APPEAL_EXISTS = "appeal-exists", 409,
        "Banding sudah diajukan", "There is an appeal already",
        "Terhadap pengaduan ini sudah ada banding.", "The decision on this complaint is already under appeal.";
    APPEAL_IS_LAST = "appeal-is-last", 409,
        "Banding tidak dapat dibanding", "An appeal cannot be appealed",
        "Putusan atas banding adalah yang terakhir di SLRT.", "The decision on an appeal is the last one within SLRT.";
    TERMS_OF_LAST_RESORT = "terms-of-last-resort", 409,
        "Tenggat nasional tidak dapat dihapus", "The country's terms cannot be removed",
        "Tenggat nasional menjadi sandaran semua wilayah. Ubah angkanya, jangan dihapus.", "Every region falls back on the country's terms. Change their figures instead.";
    NOTHING_TO_REFER = "nothing-to-refer", 422,
        "Tidak ada rujukan", "There is nothing to refer",
        "Keputusan merujuk memerlukan setidaknya satu rujukan konsep atau terkirim.", "A decision to refer needs at least one drafted or requested referral.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "appeal_stays_above",
        Texts { id: "Keberatan tidak dialihkan ke bawah", en: "An appeal is not transferred to a level below" },
    ),
    ("same_as_before", Texts { id: "Sama dengan sebelumnya", en: "The same as before" }),
    (
        "repeats_this_one",
        Texts { id: "Pengaduan itu sendiri mengulang pengaduan ini", en: "That complaint repeats this one itself" },
    ),
    ("other_regency", Texts { id: "Berada di kabupaten/kota lain", en: "It lies in another regency" }),
    (
        "not_a_reference",
        Texts {
            id: "Bukan nomor rujukan pengaduan; periksa salah ketik",
            en: "Not a reference number; look for a slip",
        },
    ),
    (
        "reason_for_lower_priority",
        Texts {
            id: "Prioritas di bawah saran memerlukan alasan",
            en: "A priority below the suggested one needs a reason",
        },
    ),
    (
        "wider_than_regency",
        Texts {
            id: "Pilih kabupaten/kota, kecamatan, atau desa",
            en: "Choose a regency or city, a district or a village",
        },
    ),
    ("only_with_resolve", Texts { id: "Hanya untuk outcome resolve", en: "Only with the outcome resolve" }),
    (
        "complainant_not_allowed",
        Texts { id: "Laporan anonim tidak memuat pelapor", en: "An anonymous report carries no complainant" },
    ),
];
