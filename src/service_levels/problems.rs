//! Problems of this slice.

crate::problems! {
    TARGET_EXISTS = "target-exists", 409,
        "Target itu sudah ada", "There is such a target already",
        "Wilayah itu sudah memiliki target untuk sektor, kelas, dan prioritas yang sama. Ubah target itu.", "The region has a target for the same sector, class and priority. Change that one.";
    TARGET_OF_LAST_RESORT = "target-of-last-resort", 409,
        "Target dasar tidak dapat dihapus", "The base target cannot be removed",
        "Target nasional tanpa saringan menjadi sandaran semua pengaduan. Ubah angkanya, jangan dihapus.", "Every complaint falls back on the national target without conditions. Change its figures instead.";
    HOLIDAY_EXISTS = "holiday-exists", 409,
        "Hari itu sudah tercatat", "That day is entered already",
        "Hari ini sudah menjadi hari libur di wilayah itu dengan keterangan lain.", "The day is already a holiday of that region, with other content.";
}
