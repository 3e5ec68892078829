//! Problem codes of this slice, and codes of errors in single fields.

use crate::error::Texts;

crate::problems! {
    NOT_THE_TARGET = "not-the-target", 403,
        "Bukan penerima rujukan", "Not the target of the referral",
        "Hanya organisasi penerima rujukan yang dapat menanggapi rujukan ini.", "Only the target organization may respond to this referral.";
    NOT_THE_SOURCE = "not-the-source", 403,
        "Bukan pengirim rujukan", "Not the source of the referral",
        "Hanya pengirim rujukan yang dapat melakukan ini, di dalam wilayahnya.", "Only the source of the referral may do this, within its regions.";
    ONLY_SOURCE_BEFORE_ACCEPTANCE = "only-source-before-acceptance", 403,
        "Rujukan belum diterima", "Not yet accepted by the target",
        "Selama penerima belum menerima rujukan ini, hanya pengirimnya yang dapat menyatakannya salah catat.",
        "Until the target accepts the referral, only its source may mark it as entered in error.";
    REFERRAL_INVALID_TRANSITION = "referral-invalid-transition", 409,
        "Keadaan rujukan tidak memungkinkan", "The referral's state does not allow this",
        "Keadaan rujukan sekarang tidak memungkinkan tindakan ini. Isian `allowed` memuat tindakan yang dapat dilakukan.", "The current state of the referral does not allow this action. The field `allowed` lists the possible actions.";
    MATCH_ATTEMPTS_USED = "match-attempts-used", 409,
        "Percobaan pencocokan habis", "No match attempts left",
        "Terlalu banyak NIK yang tidak cocok untuk rujukan ini. Hubungi pengirim rujukan.",
        "Too many NIKs did not match for this referral. Contact the source of the referral.";
    LETTER_NOT_POSSIBLE = "letter-not-possible", 409,
        "Surat tidak dapat diterbitkan", "The letter cannot be issued",
        "Surat hanya untuk rujukan yang sudah dikirim, belum berakhir, dan menyebut kliennya.",
        "A letter needs a referral that was sent, has not ended and names its client.";
    LETTER_NOT_VALID = "letter-not-valid", 409,
        "Surat tidak berlaku lagi", "The letter has expired or was revoked",
        "Surat ini kedaluwarsa atau dicabut, sehingga tidak dapat dicetak. Terbitkan surat baru bila rujukannya masih berjalan.", "The letter has expired or was revoked and cannot be printed. Issue a new letter if the referral is still open.";
}

/// Codes of errors in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "unknown_referral",
        Texts { id: "Rujukan tidak ditemukan dalam wilayah Anda", en: "The referral was not found in your regions" },
    ),
    (
        "not_accepted",
        Texts {
            id: "Rujukan itu belum atau tidak diterima oleh penerimanya",
            en: "The target has not accepted that referral",
        },
    ),
    (
        "not_ended",
        Texts {
            id: "Hanya rujukan yang ditolak, gagal atau dibatalkan dapat diganti",
            en: "Only a rejected, failed or cancelled referral can be replaced",
        },
    ),
    ("already_replaced", Texts { id: "Rujukan itu sudah diganti", en: "That referral is already replaced" }),
    ("other_client", Texts { id: "Rujukan itu tentang klien lain", en: "That referral is about another client" }),
    (
        "already_in_chain",
        Texts {
            id: "Layanan ini sudah menangani klien dalam rantai rujukan",
            en: "This service already handles the client in this chain of referrals",
        },
    ),
    ("chain_too_long", Texts { id: "Rantai rujukan terlalu panjang", en: "The chain of referrals is too long" }),
    ("too_far_ahead", Texts { id: "Waktu terlalu jauh di masa depan", en: "The time is too far in the future" }),
    (
        "consent_required",
        Texts {
            id: "Dasar `consent` memerlukan tanggal persetujuan",
            en: "The basis `consent` needs the date of the consent",
        },
    ),
    (
        "own_organization",
        Texts { id: "Pengirim dan penerima rujukan sama", en: "The source and target of the referral are the same" },
    ),
];
