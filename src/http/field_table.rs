//! The sentences for what can be wrong with one field. A code that is not in the table is a mistake of ours and reads
//! as `invalid`.

use super::problem_table::Texts;

pub const FIELD_CODES: &[(&str, Texts)] = &[
    ("invalid", Texts { id: "Nilai tidak sah", en: "The value is not valid" }),
    (
        "not_utf8",
        Texts { id: "Teks bukan UTF-8; simpan ulang sebagai UTF-8", en: "The text is not UTF-8; save it as UTF-8" },
    ),
    ("gzip_damaged", Texts { id: "Berkas gzip rusak atau terpotong", en: "The gzip file is damaged or cut off" }),
    ("gzip_too_large", Texts { id: "Isi gzip mengembang tidak wajar", en: "The gzip file unpacks to too much" }),
    ("quote_not_closed", Texts { id: "Tanda kutip tidak ditutup", en: "A quote is not closed" }),
    ("bad_quotes", Texts { id: "Tanda kutip tidak pada tempatnya", en: "A quote stands where none may" }),
    ("line_too_long", Texts { id: "Baris lebih dari 64 KiB", en: "The line is longer than 64 KiB" }),
    ("too_few_columns", Texts { id: "Kolom kurang dari tajuk", en: "The line has fewer columns than the header" }),
    ("too_many_columns", Texts { id: "Kolom lebih dari tajuk", en: "The line has more columns than the header" }),
    (
        "too_many_records",
        Texts { id: "Lebih dari 2.000.000 baris; bagi berkasnya", en: "More than 2,000,000 rows; split the file" },
    ),
    ("header_required", Texts { id: "Berkas tidak memiliki tajuk", en: "The file has no header" }),
    ("column_unknown", Texts { id: "Kolom ini tidak dikenal", en: "This column is not known" }),
    ("column_repeated", Texts { id: "Kolom ini berulang", en: "This column is repeated" }),
    ("column_missing", Texts { id: "Kolom ini tidak ada", en: "This column is missing" }),
    ("not_json", Texts { id: "Baris bukan objek JSON", en: "The line is no JSON object" }),
    ("exists_already", Texts { id: "Sudah ada", en: "It is there already" }),
    ("outside_scope", Texts { id: "Di luar wilayah Anda", en: "Outside your regions" }),
    (
        "identity_in_use",
        Texts { id: "Sudah dipakai orang atau keluarga lain", en: "In use by another person or family" },
    ),
    ("number_differs", Texts { id: "Berbeda dari nomor yang tersimpan", en: "Differs from the number that is stored" }),
    (
        "snapshot_differs",
        Texts {
            id: "Pemeringkatan ini sudah tersimpan dengan isi lain",
            en: "This ranking is stored with other content",
        },
    ),
    (
        "other_region",
        Texts { id: "Keluarga ini tersimpan di wilayah lain", en: "This family is stored in another region" },
    ),
    ("ended", Texts { id: "Sudah dikeluarkan atau digabungkan", en: "It was removed, or merged into another" }),
    ("erased", Texts { id: "Data orang ini sudah dihapus", en: "The data of this person was erased" }),
    (
        "processing_restricted",
        Texts {
            id: "Pemrosesan data orang ini dibatasi; tidak diubah",
            en: "The processing of this person's data is restricted; it is not changed",
        },
    ),
    ("other_family", Texts { id: "Orang ini anggota keluarga lain", en: "This person belongs to another family" }),
    (
        "of_the_family",
        Texts { id: "Wilayah mengikuti keluarga; kosongkan", en: "The region is the family's; leave it empty" },
    ),
    (
        "family_or_region",
        Texts {
            id: "Sebut keluarga, atau wilayah untuk orang tanpa keluarga",
            en: "Name the family, or the region of a person without one",
        },
    ),
    ("required", Texts { id: "Wajib diisi", en: "This field is required" }),
    ("type", Texts { id: "Jenis nilai keliru", en: "The value has the wrong type" }),
    ("unknown_field", Texts { id: "Isian tidak dikenal", en: "This field is not known" }),
    ("unknown_value", Texts { id: "Nilai tidak ada dalam daftar", en: "The value is not in the list" }),
    ("too_short", Texts { id: "Terlalu pendek", en: "Too short" }),
    ("too_long", Texts { id: "Terlalu panjang", en: "Too long" }),
    ("too_few", Texts { id: "Terlalu sedikit", en: "Too few items" }),
    ("too_many", Texts { id: "Terlalu banyak", en: "Too many items" }),
    ("too_small", Texts { id: "Terlalu kecil", en: "Too small" }),
    ("too_large", Texts { id: "Terlalu besar", en: "Too large" }),
    ("format", Texts { id: "Bentuk nilai keliru", en: "The value has the wrong form" }),
    ("unknown_region", Texts { id: "Kode wilayah tidak ada", en: "The region code does not exist" }),
    (
        "region_too_wide",
        Texts { id: "Kode harus sampai tingkat kecamatan atau desa", en: "The code must name a district or a village" },
    ),
    (
        "village_required",
        Texts { id: "Kode harus sampai tingkat desa atau kelurahan", en: "The code must name a village" },
    ),
    ("repeated", Texts { id: "Nilai berulang dalam permintaan ini", en: "The value is repeated in this request" }),
    (
        "percentile_differs",
        Texts { id: "Persentil tidak termasuk desil ini", en: "The percentile does not lie in this decile" },
    ),
    ("fact_unknown", Texts { id: "Tidak ada fakta dengan nama ini", en: "No fact has this name" }),
    ("fact_wrong_kind", Texts { id: "Jenis nilai fakta keliru", en: "The value is not of this fact's kind" }),
    (
        "person_required",
        Texts {
            id: "Fakta tentang orang memerlukan nik atau person_id",
            en: "A fact about a person needs nik or person_id",
        },
    ),
    (
        "contains_identity_number",
        Texts {
            id: "Nilai ini tidak boleh memuat NIK atau nomor KK",
            en: "The value may not contain a NIK or a family card number",
        },
    ),
    ("too_deep", Texts { id: "Bersarang terlalu dalam", en: "Nested too deep" }),
    ("without_letters", Texts { id: "Nama harus memuat huruf", en: "A name has letters" }),
    (
        "appeal_stays_above",
        Texts { id: "Keberatan tidak dialihkan ke bawah", en: "An appeal is not transferred to a level below" },
    ),
    ("same_as_before", Texts { id: "Sama dengan sebelumnya", en: "The same as before" }),
    (
        "repeats_this_one",
        Texts { id: "Pengaduan itu sendiri mengulang pengaduan ini", en: "That complaint repeats this one itself" },
    ),
    ("other_regency", Texts { id: "Berada di kabupaten/kota lain", en: "It lies in another regency" }),
    (
        "not_a_reference",
        Texts {
            id: "Bukan nomor rujukan pengaduan; periksa salah ketik",
            en: "Not a reference number; look for a slip",
        },
    ),
    (
        "reason_for_lower_priority",
        Texts {
            id: "Prioritas di bawah saran memerlukan alasan",
            en: "A priority below the suggested one needs a reason",
        },
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
    ("one_of", Texts { id: "Isi tepat satu dari pilihan", en: "Give exactly one of the choices" }),
    (
        "unknown_person",
        Texts { id: "Orang tidak ditemukan dalam wilayah Anda", en: "No such person within your regions" },
    ),
    (
        "unknown_family",
        Texts { id: "Keluarga tidak ditemukan dalam wilayah Anda", en: "No such family within your regions" },
    ),
    (
        "unknown_complaint",
        Texts { id: "Pengaduan tidak ditemukan dalam wilayah Anda", en: "No such complaint within your regions" },
    ),
    (
        "unknown_parent",
        Texts { id: "Induk lampiran tidak ditemukan dalam wilayah Anda", en: "No such parent within your regions" },
    ),
    (
        "unknown_placeholder",
        Texts { id: "Penanda ini tidak dikenal pada langkah itu", en: "The step does not know this placeholder" },
    ),
    ("unknown_device", Texts { id: "Bukan perangkat yang Anda bawa", en: "Not a tablet that you carry" }),
    (
        "not_offline",
        Texts {
            id: "Nomor identitas dan wilayah tidak dicatat di perangkat",
            en: "Identity numbers and the region are not recorded on a tablet",
        },
    ),
    (
        "only_for_actions",
        Texts { id: "Hanya untuk tindakan atas yang sudah ada", en: "Only for actions on what exists" },
    ),
    ("content_differs", Texts { id: "Isi bukan seperti yang dinyatakan", en: "The content is not of the stated type" }),
    ("hash_differs", Texts { id: "SHA-256 isi berbeda", en: "The content has another SHA-256" }),
    ("too_many_pixels", Texts { id: "Gambar terlalu besar", en: "The picture has too many pixels" }),
    (
        "decile_not_proposed",
        Texts { id: "Desil tidak ditetapkan lewat usulan", en: "A decile is never set by a proposal" },
    ),
    (
        "not_for_this_kind",
        Texts { id: "Isian ini tidak untuk jenis usulan ini", en: "This field does not belong to this kind" },
    ),
    (
        "member_required",
        Texts { id: "Tidak ada anggota keluarga dengan NIK ini", en: "No member of the family bears this NIK" },
    ),
    (
        "unknown_proposal",
        Texts { id: "Usulan yang dikembalikan tidak ditemukan", en: "No such returned proposal within your regions" },
    ),
    ("nothing_to_change", Texts { id: "Tidak ada isian yang diubah", en: "No field is to be changed" }),
    ("window_order", Texts { id: "Urutan tanggal keliru", en: "The days are not in order" }),
    (
        "unknown_referral",
        Texts { id: "Rujukan tidak ditemukan dalam wilayah Anda", en: "No such referral within your regions" },
    ),
    (
        "wider_than_regency",
        Texts {
            id: "Pilih kabupaten/kota, kecamatan, atau desa",
            en: "Choose a regency or city, a district or a village",
        },
    ),
    ("id_stays", Texts { id: "Id tidak dapat diganti", en: "The id cannot be changed" }),
    ("itself", Texts { id: "Tidak boleh menunjuk dirinya sendiri", en: "It may not point to itself" }),
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
        "consent_withdrawn",
        Texts {
            id: "Persetujuan untuk tujuan ini sudah dicabut sesudah tanggal itu",
            en: "Consent for this purpose was withdrawn after that day",
        },
    ),
    (
        "legal_reference_required",
        Texts {
            id: "Dasar selain persetujuan memerlukan rujukan hukum",
            en: "A basis other than consent needs its legal reference",
        },
    ),
    (
        "unknown_request",
        Texts {
            id: "Tidak ada permintaan terbuka jenis ini dari orang ini",
            en: "No open request of this kind by this person",
        },
    ),
    ("nik_needed", Texts { id: "Usulan memerlukan NIK", en: "A proposal needs a NIK" }),
    ("unknown_service", Texts { id: "Layanan tidak ada", en: "No such service" }),
    ("unknown_organization", Texts { id: "Organisasi tidak ada", en: "No such organization" }),
    ("unknown_program", Texts { id: "Program tidak ada", en: "No such programme" }),
    (
        "unknown_officer",
        Texts { id: "Petugas tidak ada dalam organisasi Anda", en: "No such officer in your organization" },
    ),
    ("unknown_desk", Texts { id: "Meja layanan tidak ada dalam wilayah Anda", en: "No such desk within your regions" }),
    (
        "outside_desk_region",
        Texts { id: "Desa di luar wilayah meja layanan", en: "The village lies outside the desk's region" },
    ),
    ("regency_required", Texts { id: "Kode harus kabupaten atau kota", en: "The code must name a regency or a city" }),
    ("outside_your_regions", Texts { id: "Di luar wilayah Anda", en: "Outside your regions" }),
    ("out_of_range", Texts { id: "Di luar rentang yang diizinkan", en: "Outside the allowed range" }),
    ("only_with_resolve", Texts { id: "Hanya untuk outcome resolve", en: "Only with the outcome resolve" }),
    ("in_the_future", Texts { id: "Tanggal belum terjadi", en: "The date lies in the future" }),
    ("ends_before_it_begins", Texts { id: "Akhir mendahului awal", en: "It ends before it begins" }),
    ("in_the_past", Texts { id: "Waktu sudah lewat", en: "The time has passed" }),
    ("too_far_ahead", Texts { id: "Waktu terlalu jauh", en: "The time lies too far ahead" }),
    ("not_uuid_v7", Texts { id: "Id harus UUID versi 7", en: "The id must be a UUID of version 7" }),
    (
        "head_required",
        Texts { id: "Keluarga memerlukan tepat satu kepala keluarga", en: "A family needs exactly one head" },
    ),
    (
        "complainant_not_allowed",
        Texts { id: "Laporan anonim tidak memuat pelapor", en: "An anonymous report carries no complainant" },
    ),
    (
        "consent_required",
        Texts {
            id: "Tanggal persetujuan wajib untuk dasar consent",
            en: "A consent date is required for the basis consent",
        },
    ),
    ("text_required", Texts { id: "Alasan other memerlukan penjelasan", en: "The reason other needs an explanation" }),
    ("other_sector", Texts { id: "Layanan ini bukan untuk sektor itu", en: "The service is not for that sector" }),
    (
        "outside_service_area",
        Texts { id: "Wilayah klien di luar wilayah layanan", en: "The client's region is outside the service's area" },
    ),
    (
        "own_organization",
        Texts { id: "Sumber dan tujuan rujukan sama", en: "Source and target of the referral are the same" },
    ),
    (
        "only_information_request",
        Texts {
            id: "Keputusan ini hanya untuk pengaduan yang sudah diusulkan",
            en: "This decision needs a recommendation",
        },
    ),
    ("rule_not_object", Texts { id: "Simpul aturan harus berupa objek", en: "A rule node is an object" }),
    (
        "rule_node_unknown",
        Texts {
            id: "Simpul aturan ialah all, any, not, atau field dengan op dan value",
            en: "A rule node is one of: all, any, not, or field with op and value",
        },
    ),
    (
        "rule_node_ambiguous",
        Texts {
            id: "Simpul aturan hanya boleh satu dari all, any, not, atau field dengan op dan value",
            en: "A rule node is only one of: all, any, not, or field with op and value",
        },
    ),
    ("rule_key_unknown", Texts { id: "Kunci ini tidak dikenal di sini", en: "This key has no meaning here" }),
    (
        "rule_group_not_array",
        Texts { id: "all dan any memuat larik simpul aturan", en: "all and any take an array of rule nodes" },
    ),
    (
        "rule_group_empty",
        Texts { id: "Kelompok kosong tidak memutuskan apa pun", en: "An empty group decides nothing" },
    ),
    (
        "rule_too_deep",
        Texts { id: "Pohon aturan bersarang lebih dari 32 tingkat", en: "The tree is nested more than 32 levels deep" },
    ),
    (
        "rule_too_large",
        Texts { id: "Pohon aturan memuat lebih dari 500 simpul", en: "The tree has more than 500 nodes" },
    ),
    (
        "rule_field_missing",
        Texts {
            id: "Syarat harus menyebut fakta yang ditanyakan (field)",
            en: "A condition names the fact it asks about (field)",
        },
    ),
    ("rule_field_unknown", Texts { id: "Tidak ada fakta dengan nama ini", en: "No fact has this name" }),
    (
        "rule_operator_missing",
        Texts { id: "Syarat harus menyebut operatornya (op)", en: "A condition names its operator (op)" },
    ),
    ("rule_operator_unknown", Texts { id: "Operator ini tidak ada", en: "There is no such operator" }),
    (
        "rule_operator_unfit",
        Texts {
            id: "Operator ini tidak berlaku untuk fakta tersebut",
            en: "The operator has no meaning for this fact",
        },
    ),
    ("rule_value_missing", Texts { id: "Syarat harus memuat nilai (value)", en: "A condition has a value" }),
    (
        "rule_value_type",
        Texts {
            id: "Jenis nilai tidak sesuai dengan fakta dan operatornya",
            en: "The value is not of the type that fact and operator ask for",
        },
    ),
    ("rule_value_empty", Texts { id: "Nilai kosong", en: "The value is blank or an empty list" }),
    (
        "rule_value_too_long",
        Texts { id: "Daftar memuat lebih dari 200 nilai", en: "The list has more than 200 values" },
    ),
    ("rule_range_reversed", Texts { id: "Rentang berakhir sebelum dimulai", en: "The range ends before it begins" }),
    (
        "first_day_taken",
        Texts { id: "Sudah ada versi yang mulai pada hari ini", en: "Another version begins on that day" },
    ),
    ("in_the_past", Texts { id: "Tanggal sudah lewat", en: "The date lies in the past" }),
    ("differs", Texts { id: "Berbeda dari program nasionalnya", en: "It differs from the national programme's" }),
];

pub fn texts(code: &str) -> Texts {
    FIELD_CODES.iter().find(|(c, _)| *c == code).or(FIELD_CODES.first()).map_or(Texts { id: "", en: "" }, |(_, t)| *t)
}

/// The table's own spelling of a code that arrived as text, for example in a parser's message.
pub fn known(code: &str) -> Option<&'static str> {
    FIELD_CODES.iter().find(|(c, _)| *c == code).map(|(c, _)| *c)
}
