//! Problems of this slice.

crate::problems! {
    TARGET_EXISTS = "target-exists", 409,
        "Target itu sudah ada", "The target already exists",
        "Wilayah itu sudah memiliki target untuk sektor, kelas, dan prioritas yang sama. Ubah target itu.", "The region already has a target for the same sector, class and priority. Change that target.";
    TARGET_OF_LAST_RESORT = "target-of-last-resort", 409,
        "Target dasar tidak dapat dihapus", "The base target cannot be deleted",
        "Target nasional tanpa saringan menjadi sandaran semua pengaduan. Ubah angkanya, jangan dihapus.", "The national target without conditions is the default for every complaint. Change its values instead.";
    HOLIDAY_EXISTS = "holiday-exists", 409,
        "Hari itu sudah tercatat", "The holiday already exists",
        "Hari ini sudah menjadi hari libur di wilayah itu dengan keterangan lain.", "The day is already a holiday of that region with another kind, name or source. Delete that holiday first.";
}
