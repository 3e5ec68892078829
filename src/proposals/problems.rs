//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    OWN_VERIFICATION = "own-verification", 403,
        "Verifikasi sendiri", "Own verification",
        "Anda tidak boleh meneruskan usulan yang Anda verifikasi sendiri (aturan empat mata). Petugas lain harus meneruskannya.",
        "You cannot forward a proposal that you verified yourself (four-eyes rule). Another officer must forward it.";
    WIDER_REGION_REQUIRED = "wider-region-required", 403,
        "Wilayah kewenangan kurang luas", "A wider region is required",
        "Langkah ini memerlukan petugas yang berwenang atas wilayah {}.", "This step needs an officer whose token covers the region {}.";
    PROPOSAL_INVALID_TRANSITION = "registry-proposal-invalid-transition", 409,
        "Keadaan usulan tidak memungkinkan", "The proposal's state does not allow this",
        "Keadaan usulan sekarang tidak memungkinkan tindakan ini. Isian `allowed` memuat tindakan yang dapat dilakukan.", "The current state of the proposal does not allow this action. The field `allowed` lists the possible actions.";
    PROPOSAL_ALREADY_OPEN = "registry-proposal-already-open", 409,
        "Usulan yang sama masih berjalan", "The same proposal is already open",
        "Untuk orang dan jenis usulan ini masih ada usulan yang belum diputus. Tunggu keputusannya.", "An undecided proposal of this kind exists for this person. Wait for its decision.";
    PROPOSAL_WINDOW_CLOSED = "registry-proposal-window-closed", 409,
        "Di luar jadwal usulan", "Outside the proposal window",
        "Langkah ini tidak dibuka hari ini. Dibuka kembali pada {} (WIB).", "This step is not open today. It reopens on {} (WIB, UTC+7).";
    PROPOSAL_PERSON_ELSEWHERE = "registry-proposal-person-elsewhere", 409,
        "Orang itu telah pindah", "The person has moved",
        "Orang dalam usulan ini kini tercatat di luar wilayah Anda. Kembalikan usulan; sekretariat/Puskesos di tempat tinggalnya dapat mengusulkan lagi.",
        "The person in this proposal is now registered outside your regions. Return the proposal; the desk where the person lives can propose again.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "decile_not_proposed",
        Texts { id: "Desil tidak dapat ditetapkan lewat usulan", en: "A proposal cannot set a decile" },
    ),
    (
        "not_for_this_kind",
        Texts {
            id: "Isian ini tidak untuk jenis usulan ini",
            en: "This field is not allowed for this kind of proposal",
        },
    ),
    (
        "member_required",
        Texts { id: "Tidak ada anggota keluarga dengan NIK ini", en: "No member of the family has this NIK" },
    ),
    (
        "unknown_proposal",
        Texts {
            id: "Usulan yang dikembalikan itu tidak ditemukan dalam wilayah Anda",
            en: "The returned proposal was not found in your regions",
        },
    ),
    ("window_order", Texts { id: "Urutan tanggal tidak benar", en: "The dates are not in order" }),
];
