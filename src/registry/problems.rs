//! Problems of the registry, and texts of its field faults.

use crate::error::Texts;

crate::problems! {
    ALREADY_ERASED = "already-erased", 409,
        "Sudah dihapus", "Already erased",
        "Data orang ini sudah dihapus.", "The data of this person was already erased.";
    PERSON_INVALID_TRANSITION = "person-invalid-transition", 409,
        "Keadaan orang tidak memungkinkan", "The status of the person does not allow this action",
        "Keadaan orang ini sekarang tidak memungkinkan tindakan ini. Isian `current_state` memuat keadaannya, `allowed` memuat tindakan yang dapat dilakukan.",
        "The current status of the person does not allow this action. The field `current_state` shows the status, `allowed` the possible actions.";
    FAMILY_INVALID_TRANSITION = "family-invalid-transition", 409,
        "Keadaan keluarga tidak memungkinkan", "The status of the family does not allow this action",
        "Keluarga ini sudah digabungkan atau tidak beranggota lagi.", "The family was merged into another family or has no members left.";
    IDENTITY_IN_USE = "identity-in-use", 409,
        "Nomor sudah terdaftar", "The number is already registered",
        "NIK atau nomor KK ini sudah terdaftar atas nama orang atau keluarga lain.", "This NIK or family card number already belongs to another person or family.";
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
    ("nik_serial", Texts { id: "Nomor urut NIK tidak boleh 0000", en: "The serial number in a NIK is never 0000" }),
    ("family_card_length", Texts { id: "Nomor KK terdiri atas 16 angka", en: "A family card number has 16 digits" }),
    (
        "family_card_not_digits",
        Texts { id: "Nomor KK hanya berisi angka", en: "A family card number contains only digits" },
    ),
    ("nothing_to_change", Texts { id: "Tidak ada isian yang diubah", en: "The body changes no field" }),
    (
        "head_stays",
        Texts {
            id: "Kepala keluarga tetap; kepala keluarga baru tidak diperlukan",
            en: "The head of the family stays; no new head is needed",
        },
    ),
    ("before_birth", Texts { id: "Tanggal mendahului tanggal lahir", en: "The date is before the date of birth" }),
    (
        "already_held",
        Texts { id: "Kepesertaan program ini masih aktif", en: "This programme participation is still active" },
    ),
    (
        "unknown_participation",
        Texts { id: "Keluarga ini tidak memiliki kepesertaan tersebut", en: "The family has no such participation" },
    ),
    (
        "unknown_snapshot",
        Texts {
            id: "Pemutakhiran ini tidak memuat keluarga di wilayah ini",
            en: "This welfare snapshot has no family in this region",
        },
    ),
    (
        "unknown_shock",
        Texts { id: "Keluarga ini tidak memiliki catatan musibah tersebut", en: "The family has no such shock" },
    ),
    ("criterion_required", Texts { id: "Isi setidaknya satu kriteria", en: "Give at least one criterion" }),
    ("unknown_facility", Texts { id: "Lembaga ini tidak ada", en: "The facility does not exist" }),
    (
        "overlaps",
        Texts { id: "Waktunya bertumpang tindih dengan yang sudah ada", en: "The period overlaps an existing one" },
    ),
    (
        "unknown_residence",
        Texts {
            id: "Orang ini tidak memiliki catatan tinggal di panti/balai tersebut yang masih berjalan",
            en: "The person has no current residence with this id",
        },
    ),
    (
        "head_required",
        Texts { id: "Keluarga memerlukan tepat satu kepala keluarga", en: "A family needs exactly one head" },
    ),
];
