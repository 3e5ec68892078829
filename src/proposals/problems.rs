//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    OWN_VERIFICATION = "own-verification", 403,
        "Verifikasi sendiri", "One's own verification",
        "Pemverifikasi tidak boleh meneruskan verifikasinya sendiri. Petugas lain harus meneruskan.",
        "Whoever verified may not forward. Another officer must.";
    WIDER_REGION_REQUIRED = "wider-region-required", 403,
        "Wewenang wilayah tidak cukup", "A wider region is required",
        "Langkah ini diambil oleh petugas yang berwenang atas wilayah {}.", "This step is taken by an officer whose token covers the region {}.";
    PROPOSAL_INVALID_TRANSITION = "registry-proposal-invalid-transition", 409,
        "Usulan tidak dapat berpindah ke keadaan itu", "The proposal cannot change in that way",
        "Tindakan ini tidak berlaku untuk keadaan usulan sekarang.", "The action does not apply to the proposal's present state.";
    PROPOSAL_ALREADY_OPEN = "registry-proposal-already-open", 409,
        "Usulan yang sama masih berjalan", "The same proposal is open",
        "Untuk orang dan jenis usulan ini masih ada usulan yang belum diputus.", "A proposal of this kind for this person has not been decided yet.";
    PROPOSAL_WINDOW_CLOSED = "registry-proposal-window-closed", 409,
        "Di luar jadwal usulan", "Outside the proposal window",
        "Langkah ini tidak dibuka hari ini. Dibuka kembali pada {} (WIB).", "This step is not open today. It opens again on {} (western Indonesia).";
    PROPOSAL_PERSON_ELSEWHERE = "registry-proposal-person-elsewhere", 409,
        "Orang itu telah pindah", "The person has moved away",
        "Orang dalam usulan ini kini tercatat di luar wilayah Anda. Kembalikan usulan; desk di tempat tinggalnya dapat mengusulkan lagi.",
        "The person of this proposal is now on record outside your regions. Return it; the desk where the person lives may propose anew.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "decile_not_proposed",
        Texts { id: "Desil tidak ditetapkan lewat usulan", en: "A decile is never set by a proposal" },
    ),
    (
        "not_for_this_kind",
        Texts { id: "Isian ini tidak untuk jenis usulan ini", en: "This field does not belong to this kind" },
    ),
    (
        "member_required",
        Texts { id: "Tidak ada anggota keluarga dengan NIK ini", en: "No member of the family bears this NIK" },
    ),
    (
        "unknown_proposal",
        Texts { id: "Usulan yang dikembalikan tidak ditemukan", en: "No such returned proposal within your regions" },
    ),
    ("window_order", Texts { id: "Urutan tanggal keliru", en: "The days are not in order" }),
];
