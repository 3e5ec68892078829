//! The one table of problems: code, status, and the sentences in both languages. The pages under `/problems/` and the
//! problem answers are both made from it.

/// One row of the table.
pub struct Row {
    pub status: u16,
    pub title: Texts,
    /// `{}` stands for the error's subject.
    pub detail: Texts,
}

/// The same sentence in both languages of the service.
#[derive(Clone, Copy)]
pub struct Texts {
    pub id: &'static str,
    pub en: &'static str,
}

macro_rules! problems {
    ($( $Variant:ident = $code:literal, $status:literal,
        $title_id:literal, $title_en:literal,
        $detail_id:literal, $detail_en:literal; )+) => {
        /// The stable machine name of a problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($Variant),+ }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$Variant),+];

            pub fn as_str(self) -> &'static str {
                match self { $(Code::$Variant => $code),+ }
            }

            /// The name RFC 6749 gives it, for what the token endpoint answers.
            pub fn oauth_error(self) -> Option<&'static str> {
                match self {
                    Code::InvalidRequest => Some("invalid_request"),
                    Code::UnsupportedGrantType => Some("unsupported_grant_type"),
                    Code::InvalidScope => Some("invalid_scope"),
                    Code::InvalidGrant => Some("invalid_grant"),
                    Code::InvalidClient => Some("invalid_client"),
                    _ => None,
                }
            }

            pub fn row(self) -> Row {
                match self {
                    $(Code::$Variant => Row {
                        status: $status,
                        title: Texts { id: $title_id, en: $title_en },
                        detail: Texts { id: $detail_id, en: $detail_en },
                    }),+
                }
            }
        }
    };
}

problems! {
    MalformedBody = "malformed-body", 400,
        "Isi permintaan tidak terbaca", "The body cannot be read",
        "Isi permintaan bukan JSON yang sah: {}", "The body is not valid JSON: {}";
    MalformedParameter = "malformed-parameter", 400,
        "Parameter tidak terbaca", "A parameter cannot be read",
        "Parameter tidak dikenal atau nilainya tidak sah: {}", "A parameter is unknown or its value is not valid: {}";
    MalformedHeader = "malformed-header", 400,
        "Header tidak terbaca", "A header cannot be read",
        "Nilai header tidak sah: {}", "The value of this header is not valid: {}";
    InvalidCursor = "invalid-cursor", 400,
        "Kursor tidak sah", "The cursor is not valid",
        "Kursor rusak atau berasal dari permintaan dengan saringan lain. Mulai lagi tanpa kursor.",
        "The cursor is damaged or was made for other filters. Start again without a cursor.";
    PurposeRequired = "purpose-required", 400,
        "Tujuan akses wajib disebut", "A purpose is required",
        "Membuka data pribadi memerlukan header Access-Purpose dengan kode tujuan yang dikenal.",
        "Revealing personal data needs the header Access-Purpose with a known purpose code.";
    InvalidRequest = "invalid-request", 400,
        "Permintaan token tidak lengkap", "The token request is incomplete",
        "Isian formulir ini tidak ada atau tidak sah: {}", "This form field is missing or not valid: {}";
    UnsupportedGrantType = "unsupported-grant-type", 400,
        "Jenis grant tidak didukung", "The grant type is not supported",
        "Hanya grant_type=client_credentials yang diterima.", "Only grant_type=client_credentials is taken.";
    InvalidScope = "invalid-scope", 400,
        "Scope tidak diberikan", "The scope is not granted",
        "Klien ini tidak memiliki izin {}.", "The client does not hold the permission {}.";
    InvalidGrant = "invalid-grant", 400,
        "Petugas tidak dapat diwakili", "The officer cannot be asserted",
        "Petugas tidak dikenal, tidak aktif, atau bukan dari organisasi klien ini.", "The officer is unknown, inactive, or not of this client's organization.";
    InvalidClient = "invalid-client", 401,
        "Klien tidak dikenal", "The client is not known",
        "client_id atau client_secret salah, atau klien dinonaktifkan.",
        "The client_id or client_secret is wrong, or the client is disabled.";
    InvalidToken = "invalid-token", 401,
        "Token tidak ada atau tidak sah", "The token is missing or not valid",
        "Operasi ini memerlukan access token yang masih berlaku dari layanan ini atau penerbit yang dipercaya.",
        "This operation needs a current access token from this service or from an issuer it trusts.";
    PurposeDiffers = "purpose-differs", 403,
        "Tujuan akses berbeda", "Another purpose",
        "Hasil ini dibuat untuk tujuan akses lain dan hanya dibuka untuk tujuan itu.",
        "This result was made for another purpose and opens for that one alone.";
    InsufficientScope = "insufficient-scope", 403,
        "Izin tidak cukup", "A permission is missing",
        "Token ini tidak memuat izin {}.", "The token does not carry the permission {}.";
    RegionNotGranted = "region-not-granted", 403,
        "Wilayah di luar kewenangan", "The region is not granted",
        "Token ini tidak berlaku untuk wilayah yang dituju.", "The token does not cover the region written to.";
    OwnRecommendation = "own-recommendation", 403,
        "Rekomendasi sendiri", "One's own recommendation",
        "Pengusul tidak boleh memutuskan rekomendasinya sendiri. Petugas lain harus memutuskan.",
        "Whoever recommended may not decide on it. Another officer must.";
    OwnVerification = "own-verification", 403,
        "Verifikasi sendiri", "One's own verification",
        "Pemverifikasi tidak boleh meneruskan verifikasinya sendiri. Petugas lain harus meneruskan.",
        "Whoever verified may not forward. Another officer must.";
    WiderRegionRequired = "wider-region-required", 403,
        "Wewenang wilayah tidak cukup", "A wider region is required",
        "Langkah ini diambil oleh petugas yang berwenang atas wilayah {}.", "This step is taken by an officer whose token covers the region {}.";
    ProcessingRestricted = "processing-restricted", 403,
        "Pemrosesan dibatasi", "Processing is restricted",
        "Subjek data membatasi pemrosesan datanya. Hanya untuk permintaan subjek, tuntutan hukum, atau keadaan darurat.",
        "The data subject has restricted processing. Only a request of the subject, a legal claim or an emergency opens it.";
    ConsentWithdrawn = "consent-withdrawn", 403,
        "Persetujuan dicabut", "Consent was withdrawn",
        "Persetujuan subjek data untuk tujuan ini sudah dicabut.", "The data subject has withdrawn consent for this purpose.";
    NotTheTarget = "not-the-target", 403,
        "Bukan tujuan rujukan", "Not the referral's target",
        "Hanya organisasi tujuan yang dapat menjawab rujukan ini.", "Only the organization referred to may answer this referral.";
    NotTheSource = "not-the-source", 403,
        "Bukan pengirim rujukan", "Not the referral's source",
        "Hanya pihak pengirim dalam wilayahnya yang dapat melakukan ini.", "Only the sending side, within its regions, may do this.";
    DeviceRevoked = "device-revoked", 403,
        "Perangkat dicabut", "The tablet was revoked",
        "Perangkat ini sudah dicabut dan tidak dapat menyinkronkan data.", "This tablet was revoked and can sync no more.";
    NotTheUploader = "not-the-uploader", 403,
        "Bukan pengunggah", "Not the one who added it",
        "Hanya yang menambahkan lampiran ini dapat menariknya.", "Only whoever added this attachment may take it back.";
    OnlySourceBeforeAcceptance = "only-source-before-acceptance", 403,
        "Belum diterima tujuan", "Not yet accepted by the target",
        "Sebelum rujukan diterima tujuan, hanya daerah pengirim yang dapat menyatakannya salah catat.",
        "Before the target has accepted, only the sending side may mark the referral as entered in error.";
    NotFound = "not-found", 404,
        "Tidak ditemukan", "Not found",
        "Sumber daya ini tidak ada, atau di luar wilayah Anda.", "There is no such resource, or it lies outside your regions.";
    UnknownRoute = "unknown-route", 404,
        "Alamat tidak dikenal", "Unknown address",
        "Layanan ini tidak memiliki alamat tersebut. Lihat /docs.", "The service has no such address. See /docs.";
    MethodNotAllowed = "method-not-allowed", 405,
        "Metode tidak diizinkan", "The method is not allowed",
        "Alamat ini tidak menerima metode tersebut; lihat header Allow.", "This address does not take that method; see the Allow header.";
    RequestTimeout = "request-timeout", 408,
        "Permintaan terlalu lama", "The request took too long to arrive",
        "Isi permintaan tidak tiba pada waktunya.", "The body did not arrive in time.";
    ComplaintInvalidTransition = "complaint-invalid-transition", 409,
        "Pengaduan tidak dapat berpindah ke keadaan itu", "The complaint cannot change in that way",
        "Tindakan ini tidak berlaku untuk keadaan pengaduan sekarang.", "The action does not apply to the complaint's present state.";
    ComplaintHasOpenReferrals = "complaint-has-open-referrals", 409,
        "Rujukan belum selesai", "A referral is still open",
        "Pengaduan belum dapat ditutup karena masih ada rujukan yang berjalan.", "The complaint cannot be closed while one of its referrals is open.";
    ReopenWindowPassed = "reopen-window-passed", 409,
        "Batas waktu membuka kembali terlewati", "The time for reopening has passed",
        "Pengaduan hanya dapat dibuka kembali dalam {} hari setelah selesai. Sampaikan pengaduan baru.", "A complaint can be reopened within {} days after its end. Submit a new one.";
    AppealExists = "appeal-exists", 409,
        "Banding sudah diajukan", "There is an appeal already",
        "Terhadap pengaduan ini sudah ada banding.", "The decision on this complaint is already under appeal.";
    AppealIsLast = "appeal-is-last", 409,
        "Banding tidak dapat dibanding", "An appeal cannot be appealed",
        "Putusan atas banding adalah yang terakhir di SLRT.", "The decision on an appeal is the last one within SLRT.";
    ReferralInvalidTransition = "referral-invalid-transition", 409,
        "Rujukan tidak dapat berpindah ke keadaan itu", "The referral cannot change in that way",
        "Tindakan ini tidak berlaku untuk keadaan rujukan sekarang.", "The action does not apply to the referral's present state.";
    ProposalInvalidTransition = "registry-proposal-invalid-transition", 409,
        "Usulan tidak dapat berpindah ke keadaan itu", "The proposal cannot change in that way",
        "Tindakan ini tidak berlaku untuk keadaan usulan sekarang.", "The action does not apply to the proposal's present state.";
    ProposalAlreadyOpen = "registry-proposal-already-open", 409,
        "Usulan yang sama masih berjalan", "The same proposal is open",
        "Untuk orang dan jenis usulan ini masih ada usulan yang belum diputus.", "A proposal of this kind for this person has not been decided yet.";
    ProposalWindowClosed = "registry-proposal-window-closed", 409,
        "Di luar jadwal usulan", "Outside the proposal window",
        "Langkah ini tidak dibuka hari ini. Dibuka kembali pada {} (WIB).", "This step is not open today. It opens again on {} (western Indonesia).";
    ProposalPersonElsewhere = "registry-proposal-person-elsewhere", 409,
        "Orang itu telah pindah", "The person has moved away",
        "Orang dalam usulan ini kini tercatat di luar wilayah Anda. Kembalikan usulan; desk di tempat tinggalnya dapat mengusulkan lagi.",
        "The person of this proposal is now on record outside your regions. Return it; the desk where the person lives may propose anew.";
    JobInvalidTransition = "job-invalid-transition", 409,
        "Pekerjaan sudah berakhir", "The job has ended",
        "Tindakan ini tidak berlaku untuk keadaan pekerjaan sekarang.", "The action does not apply to the job's present state.";
    JobHasNoResult = "job-has-no-result", 409,
        "Pekerjaan belum memberi hasil", "The job has no result",
        "Pekerjaan ini belum atau tidak memberi berkas hasil.", "The job has given no result file, or not yet.";
    ExportOutdated = "export-outdated", 409,
        "Ekspor tidak berlaku lagi", "The export holds no more",
        "Sejak ekspor ini dibuat, seseorang di dalamnya menarik persetujuan, membatasi pemrosesan, atau dihapus. Ekspor lagi.",
        "Since this export was made, somebody in it withdrew consent, restricted processing or was erased. Export anew.";
    JobStalled = "job-stalled", 409,
        "Pekerjaan tidak maju", "The job does not get on",
        "Pekerjaan berulang kali terputus tanpa kemajuan dan dihentikan. Sebutkan id-nya bila melapor.", "The job was interrupted again and again without getting on, and was given up. Quote its id when you report it.";
    RuleVersionBegun = "rule-version-begun", 409,
        "Versi aturan tidak dapat ditarik", "The rule version cannot be withdrawn",
        "Hanya versi yang belum berlaku yang dapat ditarik.", "Only a version that has not begun can be withdrawn.";
    ConsentInvalidTransition = "consent-invalid-transition", 409,
        "Persetujuan tidak dapat dicabut", "The consent cannot be withdrawn",
        "Persetujuan ini sudah dicabut, atau dasarnya bukan persetujuan.", "It was withdrawn before, or its basis is not consent.";
    SubjectRequestInvalidTransition = "subject-request-invalid-transition", 409,
        "Permintaan sudah dijawab", "The request was answered",
        "Tindakan ini tidak berlaku untuk keadaan permintaan sekarang.", "The action does not apply to the request's present state.";
    SubjectRequestNotDone = "subject-request-not-done", 409,
        "Permintaan belum dilaksanakan", "What is asked was not done",
        "Pembatasan dan penghapusan dijawab dengan melaksanakannya: POST /v1/persons/…/restrict atau …/erase dengan request_id.",
        "A restriction or an erasure is answered by doing it: POST /v1/persons/…/restrict or …/erase with request_id.";
    AlreadyRestricted = "already-restricted", 409,
        "Pemrosesan sudah dibatasi", "Processing is restricted already",
        "Pemrosesan data orang ini sudah dibatasi.", "The processing of this person's data is restricted already.";
    NotRestricted = "not-restricted", 409,
        "Pemrosesan tidak dibatasi", "Processing is not restricted",
        "Tidak ada pembatasan yang dapat dicabut.", "There is no restriction to lift.";
    AlreadyErased = "already-erased", 409,
        "Sudah dihapus", "It was erased already",
        "Data orang ini sudah dihapus.", "The data of this person was erased already.";
    ErasureBarred = "erasure-barred", 409,
        "Belum dapat dihapus", "Erasure is not possible now",
        "Masih ada urusan berjalan untuk orang ini: {}.", "Something for this person is still open: {}.";
    ServiceInactive = "service-inactive", 409,
        "Layanan tidak aktif", "The service is not active",
        "Layanan tujuan tidak aktif, sehingga rujukan belum dapat dikirim.", "The target service is not active, so the referral cannot be sent.";
    MessageNotSent = "message-not-sent", 409,
        "Pesan belum terkirim", "The note was not sent",
        "Pesan ini belum diserahkan ke gateway, sehingga belum ada yang dilaporkan.", "The note was not handed to the gateway, so there is nothing to report.";
    MessageNotFailed = "message-not-failed", 409,
        "Pesan tidak gagal", "The note has not failed",
        "Hanya pesan yang gagal atau tidak sampai dapat dikirim ulang.", "Only a note that was given up or did not arrive is sent once more.";
    AttachmentNotComplete = "attachment-not-complete", 409,
        "Lampiran tidak lengkap", "The attachment is not complete",
        "Isi lampiran ini belum lengkap, ditolak, atau sudah ditarik.", "The content has not arrived, was rejected, or was taken back.";
    AttachmentNotUploading = "attachment-not-uploading", 409,
        "Lampiran tidak sedang diunggah", "The attachment is not being uploaded",
        "Lampiran ini sudah lengkap, ditolak, kedaluwarsa, atau ditarik.", "The attachment is complete, rejected, expired or withdrawn.";
    UploadOffsetMismatch = "upload-offset-mismatch", 409,
        "Unggahan berlanjut di tempat lain", "The upload goes on elsewhere",
        "Potongan berikutnya harus mulai pada byte {}.", "The next piece must begin at byte {}.";
    TooManyAttachments = "too-many-attachments", 409,
        "Terlalu banyak lampiran", "Too many attachments",
        "Satu pengaduan atau rujukan memuat paling banyak 50 lampiran.", "A complaint or referral bears at most 50 attachments.";
    ServiceClosed = "service-closed", 409,
        "Layanan sedang tutup", "The service is closed",
        "Layanan tujuan sedang tutup; buka kembali pada {}.", "The target service is closed; it opens again on {}.";
    NoCapacity = "no-capacity", 409,
        "Tempat penuh", "No place is free",
        "Semua tempat layanan ini terisi atau disisihkan. Tolak dengan alasan no_capacity agar layanan lain ditawarkan.",
        "All places of this service are taken or held. Reject with the reason no_capacity to be offered other services.";
    MatchAttemptsUsed = "match-attempts-used", 409,
        "Percobaan pencocokan habis", "No attempt to match is left",
        "Terlalu banyak NIK yang tidak cocok untuk rujukan ini. Hubungi pengirim rujukan.",
        "Too many numbers did not match for this referral. Ask whoever referred.";
    LetterNotPossible = "letter-not-possible", 409,
        "Surat belum dapat diterbitkan", "No letter can be issued",
        "Surat hanya untuk rujukan yang sudah dikirim, belum selesai, dan menyebut kliennya.",
        "A letter is for a referral that was sent, has not ended and names its client.";
    LetterNotValid = "letter-not-valid", 409,
        "Surat tidak berlaku lagi", "The letter no longer holds",
        "Surat ini kedaluwarsa atau dicabut, sehingga tidak dicetak lagi.", "The letter is expired or revoked and is not printed again.";
    AlreadyExists = "already-exists", 409,
        "Sudah ada", "It exists already",
        "Id ini sudah dipakai untuk isi yang berbeda.", "This id is already in use with different content.";
    AlreadyAssigned = "already-assigned", 409,
        "Sudah ditugaskan", "Assigned already",
        "Petugas ini sudah memegang tugas yang sama di desa itu pada sebagian waktu tersebut.", "The officer holds the same duty in that village for part of that time.";
    TargetExists = "target-exists", 409,
        "Target itu sudah ada", "There is such a target already",
        "Wilayah itu sudah memiliki target untuk sektor, kelas, dan prioritas yang sama. Ubah target itu.", "The region has a target for the same sector, class and priority. Change that one.";
    TargetOfLastResort = "target-of-last-resort", 409,
        "Target dasar tidak dapat dihapus", "The base target cannot be removed",
        "Target nasional tanpa saringan menjadi sandaran semua pengaduan. Ubah angkanya, jangan dihapus.", "Every complaint falls back on the national target without conditions. Change its figures instead.";
    TermsOfLastResort = "terms-of-last-resort", 409,
        "Tenggat nasional tidak dapat dihapus", "The country's terms cannot be removed",
        "Tenggat nasional menjadi sandaran semua wilayah. Ubah angkanya, jangan dihapus.", "Every region falls back on the country's terms. Change their figures instead.";
    HolidayExists = "holiday-exists", 409,
        "Hari itu sudah tercatat", "That day is entered already",
        "Hari ini sudah menjadi hari libur di wilayah itu dengan keterangan lain.", "The day is already a holiday of that region, with other content.";
    PersonInvalidTransition = "person-invalid-transition", 409,
        "Keadaan orang tidak memungkinkan", "The person's standing does not allow it",
        "Tindakan ini tidak berlaku untuk orang yang meninggal, dikeluarkan, digabungkan, atau masih aktif; lihat current_state.",
        "The action does not apply to the person's present standing; see current_state.";
    FamilyInvalidTransition = "family-invalid-transition", 409,
        "Keadaan keluarga tidak memungkinkan", "The family's standing does not allow it",
        "Keluarga ini sudah digabungkan atau tidak beranggota lagi.", "The family was merged into another or has no members any more.";
    IdentityInUse = "identity-in-use", 409,
        "Nomor sudah terdaftar", "The number is registered already",
        "NIK atau nomor KK ini sudah terdaftar pada orang atau keluarga lain.", "This NIK or family card number already belongs to another person or family.";
    IdempotencyInFlight = "idempotency-in-flight", 409,
        "Permintaan yang sama sedang diproses", "The same request is still being worked on",
        "Permintaan dengan Idempotency-Key ini masih berjalan. Ulangi sebentar lagi.", "A request with this Idempotency-Key is in flight. Try again shortly.";
    ConcurrentChange = "concurrent-change", 409,
        "Diubah bersamaan", "Changed at the same time",
        "Perubahan lain mendahului. Baca ulang, lalu ulangi.", "Another change came first. Read again, then repeat.";
    VersionMismatch = "version-mismatch", 412,
        "Versi sudah berubah", "The version has changed",
        "If-Match tidak sesuai dengan versi sekarang. Baca ulang sumber dayanya.", "If-Match does not name the present version. Read the resource again.";
    BodyTooDeep = "body-too-deep", 400,
        "Isi permintaan bersarang terlalu dalam", "The body is nested too deeply",
        "JSON boleh bersarang paling dalam {} tingkat.", "JSON may be nested at most {} levels deep.";
    BodyTooLarge = "body-too-large", 413,
        "Isi permintaan terlalu besar", "The body is too large",
        "Batas isi permintaan ialah {} byte.", "The limit for a body is {} bytes.";
    UnsupportedMediaType = "unsupported-media-type", 415,
        "Jenis isi tidak didukung", "The media type is not supported",
        "Kirim isi sebagai {}.", "Send the body as {}.";
    ValidationFailed = "validation-failed", 422,
        "Isi tidak memenuhi syarat", "The content is not valid",
        "Satu atau beberapa isian tidak memenuhi syarat; lihat errors.", "One or more fields are not valid; see errors.";
    ImportRefused = "import-refused", 422,
        "Berkas tidak dimuat", "The file was not imported",
        "Berkas memuat kesalahan; lihat berkas masalah dari pekerjaan ini. Tidak ada baris yang ditulis.", "The file has faults; see the job's problem file. No row was written.";
    ImportPartlyWritten = "import-partly-written", 409,
        "Berkas hanya dimuat sebagian", "Only part of the file was imported",
        "Sesudah berkas diperiksa, registri berubah sehingga beberapa baris menjadi keliru; lihat berkas masalah. Baris sebelumnya sudah ditulis: counts menyebut berapa, done menyebut sampai baris ke berapa.",
        "The registry changed after the file was judged, so that rows came to be at fault; see the problem file. The rows before were written: counts tells how many, done how far.";
    IdempotencyKeyReused = "idempotency-key-reused", 422,
        "Idempotency-Key dipakai ulang", "The Idempotency-Key was used before",
        "Kunci ini sudah dipakai untuk isi permintaan yang lain.", "This key was already used with a different body.";
    NothingToRefer = "nothing-to-refer", 422,
        "Tidak ada rujukan", "There is nothing to refer",
        "Keputusan merujuk memerlukan setidaknya satu rujukan konsep atau terkirim.", "A decision to refer needs at least one drafted or requested referral.";
    DependencyFailed = "dependency-failed", 424,
        "Operasi yang mendahului belum berhasil", "An operation before it was not done",
        "Operasi ini bergantung pada operasi lain yang belum berhasil. Kirim ulang keduanya.", "It depends on another operation that was not done. Send both again.";
    BatchUndone = "batch-undone", 424,
        "Seluruh kumpulan dibatalkan", "The whole batch was undone",
        "Dengan atomic=true satu butir yang gagal membatalkan semua.", "With atomic=true one failing item undoes all.";
    PreconditionRequired = "precondition-required", 428,
        "If-Match wajib", "If-Match is required",
        "Perubahan ini memerlukan header If-Match.", "This change needs the header If-Match.";
    TooManyRequests = "too-many-requests", 429,
        "Terlalu banyak permintaan", "Too many requests",
        "Kuota permintaan klien ini habis. Ulangi setelah waktu pada Retry-After.", "The client's quota is used up. Try again after Retry-After.";
    Internal = "internal-error", 500,
        "Kesalahan layanan", "A fault of the service",
        "Kesalahan ada pada kami. Sebutkan trace_id bila melapor.", "The fault is ours. Quote the trace_id when you report it.";
    Unavailable = "unavailable", 503,
        "Layanan sedang tidak tersedia", "The service is not available now",
        "Layanan sedang sibuk atau basis datanya tidak terjangkau. Ulangi setelah waktu pada Retry-After.", "The service is busy or cannot reach its database. Try again after Retry-After.";
}
