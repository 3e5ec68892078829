//! Problems of this slice.

crate::problems! {
    TARGET_EXISTS = "target-exists", 409,
        "Target itu sudah ada", "The target already exists",
        "Wilayah itu sudah memiliki target untuk bidang, kelas, dan prioritas yang sama. Ubah target itu.", "The region already has a target for the same sector, class and priority. Change that target.";
    TARGET_OF_LAST_RESORT = "target-of-last-resort", 409,
        "Target dasar tidak dapat dihapus", "The base target cannot be deleted",
        "Target nasional tanpa syarat berlaku bagi setiap pengaduan yang tidak memiliki target lain. Ubah nilainya saja.", "The national target without conditions applies to every complaint without another target. Change its values instead.";
    HOLIDAY_EXISTS = "holiday-exists", 409,
        "Hari libur sudah tercatat", "The holiday already exists",
        "Tanggal ini sudah menjadi hari libur di wilayah itu dengan jenis, nama, atau sumber lain. Hapus hari libur itu dahulu.", "The day is already a holiday of that region with another kind, name or source. Delete that holiday first.";
}
