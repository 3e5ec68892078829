//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    OWN_VERIFICATION = "own-verification", 403,
        "Verifikasi sendiri", "Own verification",
        "Pemverifikasi tidak boleh meneruskan verifikasinya sendiri. Petugas lain harus meneruskan.",
        "You cannot forward your own verification (four-eyes rule). Another officer must forward it.";
    WIDER_REGION_REQUIRED = "wider-region-required", 403,
        "Wewenang wilayah tidak cukup", "A wider region is required",
        "Langkah ini diambil oleh petugas yang berwenang atas wilayah {}.", "This step needs an officer whose token covers the region {}.";
    PROPOSAL_INVALID_TRANSITION = "registry-proposal-invalid-transition", 409,
        "Usulan tidak dapat berpindah ke keadaan itu", "The proposal cannot change to that state",
        "Tindakan ini tidak berlaku untuk keadaan usulan sekarang.", "The action is not allowed in the proposal's current state. Read the proposal to see its state.";
    PROPOSAL_ALREADY_OPEN = "registry-proposal-already-open", 409,
        "Usulan yang sama masih berjalan", "The same proposal is already open",
        "Untuk orang dan jenis usulan ini masih ada usulan yang belum diputus.", "An undecided proposal of this kind exists for this person. Wait for its decision.";
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
    ("decile_not_proposed", Texts { id: "Desil tidak ditetapkan lewat usulan", en: "A proposal cannot set a decile" }),
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
            id: "Usulan yang dikembalikan tidak ditemukan",
            en: "The returned proposal was not found in your regions",
        },
    ),
    ("window_order", Texts { id: "Urutan tanggal keliru", en: "The dates are not in order" }),
];
