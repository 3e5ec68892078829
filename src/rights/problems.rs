//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    SUBJECT_REQUEST_INVALID_TRANSITION = "subject-request-invalid-transition", 409,
        "Permintaan sudah dijawab", "The request was answered",
        "Tindakan ini tidak berlaku untuk keadaan permintaan sekarang.", "The action does not apply to the request's present state.";
    SUBJECT_REQUEST_NOT_DONE = "subject-request-not-done", 409,
        "Permintaan belum dilaksanakan", "What is asked was not done",
        "Pembatasan dan penghapusan dijawab dengan melaksanakannya: POST /v1/persons/…/restrict atau …/erase dengan request_id.",
        "A restriction or an erasure is answered by doing it: POST /v1/persons/…/restrict or …/erase with request_id.";
    ALREADY_RESTRICTED = "already-restricted", 409,
        "Pemrosesan sudah dibatasi", "Processing is restricted already",
        "Pemrosesan data orang ini sudah dibatasi.", "The processing of this person's data is restricted already.";
    NOT_RESTRICTED = "not-restricted", 409,
        "Pemrosesan tidak dibatasi", "Processing is not restricted",
        "Tidak ada pembatasan yang dapat dicabut.", "There is no restriction to lift.";
    ERASURE_BARRED = "erasure-barred", 409,
        "Belum dapat dihapus", "Erasure is not possible now",
        "Masih ada urusan berjalan untuk orang ini: {}.", "Something for this person is still open: {}.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "unknown_request",
        Texts {
            id: "Tidak ada permintaan terbuka jenis ini dari orang ini",
            en: "No open request of this kind by this person",
        },
    ),
    ("nik_needed", Texts { id: "Usulan memerlukan NIK", en: "A proposal needs a NIK" }),
];
