//! Problem codes of this slice, and codes of errors in single fields.

use crate::error::Texts;

crate::problems! {
    OWN_RECOMMENDATION = "own-recommendation", 403,
        "Rekomendasi sendiri", "Own recommendation",
        "Anda tidak boleh memutuskan rekomendasi Anda sendiri (aturan empat mata). Petugas lain harus memutuskan.",
        "You cannot decide on your own recommendation (four-eyes rule). Another officer must decide.";
    COMPLAINT_INVALID_TRANSITION = "complaint-invalid-transition", 409,
        "Keadaan pengaduan tidak memungkinkan", "The complaint's state does not allow this",
        "Keadaan pengaduan sekarang tidak memungkinkan tindakan ini. Isian `allowed` memuat tindakan yang dapat dilakukan.", "The current state of the complaint does not allow this action. The field `allowed` lists the possible actions.";
    COMPLAINT_HAS_OPEN_REFERRALS = "complaint-has-open-referrals", 409,
        "Rujukan belum selesai", "A referral is still open",
        "Pengaduan tidak dapat ditutup selama masih ada rujukannya yang berjalan. Tunggu sampai rujukan itu selesai, atau batalkan.", "The complaint cannot be closed while one of its referrals is open. Wait for the referral to end, or cancel it.";
    REOPEN_WINDOW_PASSED = "reopen-window-passed", 409,
        "Batas waktu membuka kembali terlewati", "The period for reopening has ended",
        "Pengaduan hanya dapat dibuka kembali dalam {} hari setelah selesai. Sampaikan pengaduan baru.", "A complaint can be reopened only within {} days after its end. Submit a new complaint.";
    APPEAL_EXISTS = "appeal-exists", 409,
        "Banding sudah diajukan", "An appeal already exists",
        "Banding atas keputusan pengaduan ini sudah ada.", "An appeal against the decision on this complaint already exists.";
    APPEAL_IS_LAST = "appeal-is-last", 409,
        "Tidak ada banding atas banding", "No appeal against an appeal",
        "Keputusan atas banding bersifat final di SLRT.", "The decision on an appeal is final within SLRT.";
    TERMS_OF_LAST_RESORT = "terms-of-last-resort", 409,
        "Tenggat nasional tidak dapat dihapus", "The national terms cannot be deleted",
        "Tenggat nasional berlaku di setiap wilayah yang tidak memiliki tenggat sendiri. Ubah nilainya saja.", "The national terms apply to every region without its own. Change their values instead.";
    NOTHING_TO_REFER = "nothing-to-refer", 422,
        "Tidak ada rujukan", "No referral",
        "Keputusan merujuk memerlukan sedikitnya satu rujukan yang masih konsep atau sudah dikirim. Buat rujukannya dahulu.", "The decision to refer needs at least one draft or requested referral. Create the referral first.";
}

/// Codes of errors in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "appeal_stays_above",
        Texts {
            id: "Banding tidak dapat dialihkan ke tingkat yang lebih rendah",
            en: "An appeal cannot be transferred to a lower level",
        },
    ),
    ("same_as_before", Texts { id: "Sama dengan nilai sekarang", en: "Same as the current value" }),
    (
        "repeats_this_one",
        Texts {
            id: "Pengaduan itu sudah tercatat sebagai ulangan pengaduan ini",
            en: "That complaint is already a repeat of this one",
        },
    ),
    (
        "other_regency",
        Texts { id: "Pengaduan itu berada di kabupaten/kota lain", en: "That complaint is in another regency or city" },
    ),
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
            id: "Prioritas yang lebih rendah daripada saran memerlukan alasan",
            en: "A priority below the suggested priority needs a reason",
        },
    ),
    (
        "wider_than_regency",
        Texts {
            id: "Pakai kode kabupaten/kota, kecamatan, atau desa/kelurahan",
            en: "Use the code of a regency or city, a district or a village",
        },
    ),
    ("only_with_resolve", Texts { id: "Hanya untuk outcome `resolve`", en: "Only allowed with outcome `resolve`" }),
    (
        "complainant_not_allowed",
        Texts {
            id: "Pengaduan anonim tidak boleh memuat pelapor",
            en: "An anonymous complaint must not have a complainant",
        },
    ),
];
