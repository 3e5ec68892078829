//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    NOT_THE_TARGET = "not-the-target", 403,
        "Bukan tujuan rujukan", "Not the referral's target",
        "Hanya organisasi tujuan yang dapat menjawab rujukan ini.", "Only the organization referred to may answer this referral.";
    NOT_THE_SOURCE = "not-the-source", 403,
        "Bukan pengirim rujukan", "Not the referral's source",
        "Hanya pihak pengirim dalam wilayahnya yang dapat melakukan ini.", "Only the sending side, within its regions, may do this.";
    ONLY_SOURCE_BEFORE_ACCEPTANCE = "only-source-before-acceptance", 403,
        "Belum diterima tujuan", "Not yet accepted by the target",
        "Sebelum rujukan diterima tujuan, hanya daerah pengirim yang dapat menyatakannya salah catat.",
        "Before the target has accepted, only the sending side may mark the referral as entered in error.";
    REFERRAL_INVALID_TRANSITION = "referral-invalid-transition", 409,
        "Rujukan tidak dapat berpindah ke keadaan itu", "The referral cannot change in that way",
        "Tindakan ini tidak berlaku untuk keadaan rujukan sekarang.", "The action does not apply to the referral's present state.";
    MATCH_ATTEMPTS_USED = "match-attempts-used", 409,
        "Percobaan pencocokan habis", "No attempt to match is left",
        "Terlalu banyak NIK yang tidak cocok untuk rujukan ini. Hubungi pengirim rujukan.",
        "Too many numbers did not match for this referral. Ask whoever referred.";
    LETTER_NOT_POSSIBLE = "letter-not-possible", 409,
        "Surat belum dapat diterbitkan", "No letter can be issued",
        "Surat hanya untuk rujukan yang sudah dikirim, belum selesai, dan menyebut kliennya.",
        "A letter is for a referral that was sent, has not ended and names its client.";
    LETTER_NOT_VALID = "letter-not-valid", 409,
        "Surat tidak berlaku lagi", "The letter no longer holds",
        "Surat ini kedaluwarsa atau dicabut, sehingga tidak dicetak lagi.", "The letter is expired or revoked and is not printed again.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "unknown_referral",
        Texts { id: "Rujukan tidak ditemukan dalam wilayah Anda", en: "No such referral within your regions" },
    ),
    (
        "not_accepted",
        Texts {
            id: "Rujukan itu belum atau tidak diterima tujuannya",
            en: "That referral was not accepted by its target",
        },
    ),
    (
        "not_ended",
        Texts {
            id: "Hanya rujukan yang ditolak, gagal atau dibatalkan dapat diganti",
            en: "Only a rejected, failed or cancelled referral can be replaced",
        },
    ),
    ("already_replaced", Texts { id: "Rujukan itu sudah diganti", en: "That referral has been replaced already" }),
    ("other_client", Texts { id: "Rujukan itu tentang klien lain", en: "That referral is about another client" }),
    (
        "already_in_chain",
        Texts {
            id: "Layanan ini sudah menangani klien dalam rantai rujukan",
            en: "This service has the client already in this chain of referrals",
        },
    ),
    ("chain_too_long", Texts { id: "Rantai rujukan terlalu panjang", en: "The chain of referrals is too long" }),
    ("too_far_ahead", Texts { id: "Waktu terlalu jauh", en: "The time lies too far ahead" }),
    (
        "consent_required",
        Texts {
            id: "Tanggal persetujuan wajib untuk dasar consent",
            en: "A consent date is required for the basis consent",
        },
    ),
    (
        "own_organization",
        Texts { id: "Sumber dan tujuan rujukan sama", en: "Source and target of the referral are the same" },
    ),
];
