//! Problems of the registry, and texts of its field faults.

use crate::error::Texts;

crate::problems! {
    ALREADY_ERASED = "already-erased", 409,
        "Sudah dihapus", "Already erased",
        "Data orang ini sudah dihapus.", "The data of this person was already erased.";
    PERSON_INVALID_TRANSITION = "person-invalid-transition", 409,
        "Keadaan orang tidak memungkinkan", "The status of the person does not allow this action",
        "Tindakan ini tidak berlaku untuk orang yang meninggal, dikeluarkan, digabungkan, atau masih aktif; lihat current_state dan allowed.",
        "The current status of the person does not allow this action; see current_state and allowed.";
    FAMILY_INVALID_TRANSITION = "family-invalid-transition", 409,
        "Keadaan keluarga tidak memungkinkan", "The status of the family does not allow this action",
        "Keluarga ini sudah digabungkan atau tidak beranggota lagi.", "The family was merged into another family or has no members left.";
    IDENTITY_IN_USE = "identity-in-use", 409,
        "Nomor sudah terdaftar", "The number is already registered",
        "NIK atau nomor KK ini sudah terdaftar pada orang atau keluarga lain.", "This NIK or family card number already belongs to another person or family.";
}

/// Texts of field fault codes.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "percentile_differs",
        Texts { id: "Persentil tidak termasuk desil ini", en: "The percentile does not belong to this decile" },
    ),
    ("nik_length", Texts { id: "NIK terdiri atas 16 angka", en: "A NIK has 16 digits" }),
    ("nik_not_digits", Texts { id: "NIK hanya berisi angka", en: "A NIK contains only digits" }),
    (
        "nik_unknown_province",
        Texts { id: "Kode provinsi dalam NIK tidak ada", en: "The NIK's province code does not exist" },
    ),
    ("nik_birth_date", Texts { id: "Tanggal lahir dalam NIK tidak ada", en: "The NIK's birth date does not exist" }),
    ("nik_serial", Texts { id: "Nomor urut NIK tidak boleh 0000", en: "A NIK's serial is never 0000" }),
    ("family_card_length", Texts { id: "Nomor KK terdiri atas 16 angka", en: "A family card number has 16 digits" }),
    (
        "family_card_not_digits",
        Texts { id: "Nomor KK hanya berisi angka", en: "A family card number contains only digits" },
    ),
    ("nothing_to_change", Texts { id: "Tidak ada isian yang diubah", en: "The body changes no field" }),
    ("head_stays", Texts { id: "Kepala keluarga tidak berganti", en: "The head of the family does not change" }),
    ("before_birth", Texts { id: "Tanggal mendahului kelahiran", en: "The date is before the date of birth" }),
    ("already_held", Texts { id: "Program ini masih berjalan", en: "This programme participation is already active" }),
    (
        "unknown_participation",
        Texts { id: "Kepesertaan tidak ada dalam keluarga ini", en: "The family has no such participation" },
    ),
    (
        "unknown_snapshot",
        Texts {
            id: "Tidak ada keluarga wilayah ini dalam pemeringkatan ini",
            en: "This ranking has no family of this region",
        },
    ),
    ("unknown_shock", Texts { id: "Kejadian tidak ada dalam keluarga ini", en: "The family has no such shock" }),
    ("criterion_required", Texts { id: "Isi setidaknya satu kriteria", en: "Give at least one criterion" }),
    ("unknown_facility", Texts { id: "Lembaga tidak ada", en: "The facility does not exist" }),
    ("overlaps", Texts { id: "Bertumpang tindih dengan yang sudah ada", en: "The period overlaps an existing one" }),
    ("unknown_residence", Texts { id: "Tempat tinggal itu tidak ada", en: "The person has no such residence" }),
    (
        "head_required",
        Texts { id: "Keluarga memerlukan tepat satu kepala keluarga", en: "A family needs exactly one head" },
    ),
];
