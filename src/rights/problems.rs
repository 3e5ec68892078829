//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    SUBJECT_REQUEST_INVALID_TRANSITION = "subject-request-invalid-transition", 409,
        "Permintaan sudah dijawab", "The request is already answered",
        "Keadaan permintaan sekarang tidak memungkinkan tindakan ini. Isian `current_state` memuat keadaan itu.", "The current state of the request does not allow this action. The field `current_state` shows it.";
    SUBJECT_REQUEST_NOT_DONE = "subject-request-not-done", 409,
        "Permintaan belum dilaksanakan", "The request was not carried out",
        "Jawab pembatasan atau penghapusan dengan melaksanakannya: POST /v1/persons/…/restrict atau …/erase dengan request_id.",
        "Carry out the restriction or erasure to answer it: POST /v1/persons/…/restrict or …/erase with request_id.";
    ALREADY_RESTRICTED = "already-restricted", 409,
        "Pemrosesan sudah dibatasi", "Processing is already restricted",
        "Pemrosesan data orang ini sudah dibatasi.", "The processing of this person's data is already restricted.";
    NOT_RESTRICTED = "not-restricted", 409,
        "Pemrosesan tidak dibatasi", "Processing is not restricted",
        "Tidak ada pembatasan yang dapat dicabut.", "There is no restriction to lift.";
    ERASURE_BARRED = "erasure-barred", 409,
        "Belum dapat dihapus", "Erasure is not possible now",
        "Orang ini masih memiliki urusan yang berjalan: {}. Selesaikan dahulu.", "This person still has open cases: {}. Close them first.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "unknown_request",
        Texts {
            id: "Tidak ada permintaan terbuka jenis ini dari orang ini",
            en: "This person has no open request of this kind",
        },
    ),
    (
        "nik_needed",
        Texts {
            id: "Usulan memerlukan NIK, tetapi NIK orang ini belum tercatat",
            en: "A proposal needs a NIK, but this person has none on record",
        },
    ),
];
