//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    ALREADY_ERASED = "already-erased", 409,
        "Sudah dihapus", "It was erased already",
        "Data orang ini sudah dihapus.", "The data of this person was erased already.";
    PERSON_INVALID_TRANSITION = "person-invalid-transition", 409,
        "Keadaan orang tidak memungkinkan", "The person's standing does not allow it",
        "Tindakan ini tidak berlaku untuk orang yang meninggal, dikeluarkan, digabungkan, atau masih aktif; lihat current_state.",
        "The action does not apply to the person's present standing; see current_state.";
    FAMILY_INVALID_TRANSITION = "family-invalid-transition", 409,
        "Keadaan keluarga tidak memungkinkan", "The family's standing does not allow it",
        "Keluarga ini sudah digabungkan atau tidak beranggota lagi.", "The family was merged into another or has no members any more.";
    IDENTITY_IN_USE = "identity-in-use", 409,
        "Nomor sudah terdaftar", "The number is registered already",
        "NIK atau nomor KK ini sudah terdaftar pada orang atau keluarga lain.", "This NIK or family card number already belongs to another person or family.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "percentile_differs",
        Texts { id: "Persentil tidak termasuk desil ini", en: "The percentile does not lie in this decile" },
    ),
    ("nik_length", Texts { id: "NIK terdiri atas 16 angka", en: "A NIK has 16 digits" }),
    ("nik_not_digits", Texts { id: "NIK hanya berisi angka", en: "A NIK has digits only" }),
    (
        "nik_unknown_province",
        Texts { id: "Kode provinsi dalam NIK tidak ada", en: "The NIK's province code does not exist" },
    ),
    ("nik_birth_date", Texts { id: "Tanggal lahir dalam NIK tidak ada", en: "The NIK's birth date does not exist" }),
    ("nik_serial", Texts { id: "Nomor urut NIK tidak boleh 0000", en: "A NIK's serial is never 0000" }),
    ("family_card_length", Texts { id: "Nomor KK terdiri atas 16 angka", en: "A family card number has 16 digits" }),
    ("family_card_not_digits", Texts { id: "Nomor KK hanya berisi angka", en: "A family card number has digits only" }),
    ("nothing_to_change", Texts { id: "Tidak ada isian yang diubah", en: "No field is to be changed" }),
    ("head_stays", Texts { id: "Kepala keluarga tidak berganti", en: "The head of the family stays" }),
    ("before_birth", Texts { id: "Tanggal mendahului kelahiran", en: "The date lies before the birth" }),
    ("already_held", Texts { id: "Program ini masih berjalan", en: "This programme is held already" }),
    (
        "unknown_participation",
        Texts { id: "Kepesertaan tidak ada dalam keluarga ini", en: "No such participation in this family" },
    ),
    (
        "unknown_snapshot",
        Texts {
            id: "Tidak ada keluarga wilayah ini dalam pemeringkatan ini",
            en: "No family of this region is in this ranking",
        },
    ),
    ("unknown_shock", Texts { id: "Kejadian tidak ada dalam keluarga ini", en: "No such shock in this family" }),
    ("criterion_required", Texts { id: "Isi setidaknya satu kriteria", en: "Give at least one criterion" }),
    ("unknown_facility", Texts { id: "Lembaga tidak ada", en: "No such facility" }),
    ("overlaps", Texts { id: "Bertumpang tindih dengan yang sudah ada", en: "It overlaps what is there already" }),
    ("unknown_residence", Texts { id: "Tempat tinggal itu tidak ada", en: "No such residence of this person" }),
    (
        "head_required",
        Texts { id: "Keluarga memerlukan tepat satu kepala keluarga", en: "A family needs exactly one head" },
    ),
];
