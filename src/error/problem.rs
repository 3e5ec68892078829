//! Problem codes: name, HTTP status, and the texts in both languages. Problem responses and the pages under `/problems/` are
//! generated from them. Codes of one slice are declared in the slice's `problems.rs`; codes that any slice uses are here.

use std::sync::OnceLock;

/// One text in Indonesian and English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts {
    pub id: &'static str,
    pub en: &'static str,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    pub code: &'static str,
    pub status: u16,
    pub title: Texts,
    /// `{}` is replaced by `Error::subject`.
    pub detail: Texts,
    /// OAuth 2.0 error code (RFC 6749), for the token endpoint.
    pub oauth: Option<&'static str>,
}

/// A problem code. Its name is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(&'static Problem);

static ALL: OnceLock<Vec<Code>> = OnceLock::new();

impl Code {
    pub const fn new(problem: &'static Problem) -> Self {
        Self(problem)
    }

    pub const fn as_str(self) -> &'static str {
        self.0.code
    }

    pub const fn row(self) -> &'static Problem {
        self.0
    }

    /// Adds the codes of the slices. The composition root calls this once; later calls have no effect.
    pub fn install(of_slices: impl Iterator<Item = Code>) {
        ALL.get_or_init(|| SHARED.iter().copied().chain(of_slices).collect());
    }

    /// All problem codes of the service.
    pub fn all() -> &'static [Code] {
        ALL.get().map_or(SHARED, Vec::as_slice)
    }

    pub fn find(name: &str) -> Option<Code> {
        Self::all().iter().copied().find(|code| code.as_str() == name)
    }
}

/// Declares problems: `NAME = "code", status, title (id, en), detail (id, en);`.
#[macro_export]
macro_rules! problems {
    ($( $NAME:ident = $code:literal, $status:literal $(oauth $oauth:literal)?,
        $title_id:literal, $title_en:literal,
        $detail_id:literal, $detail_en:literal; )+) => {
        $(
            pub const $NAME: $crate::error::Code = $crate::error::Code::new(&$crate::error::problem::Problem {
                code: $code,
                status: $status,
                title: $crate::error::problem::Texts { id: $title_id, en: $title_en },
                detail: $crate::error::problem::Texts { id: $detail_id, en: $detail_en },
                oauth: $crate::oauth_code!($($oauth)?),
            });
        )+

        pub const ALL: &[$crate::error::Code] = &[$($NAME),+];
    };
}

mod shared {
    crate::problems! {
        MALFORMED_BODY = "malformed-body", 400,
            "Isi permintaan tidak terbaca", "The request body cannot be read",
            "Isi permintaan bukan JSON yang sah: {}. Perbaiki, lalu kirim ulang.", "The request body is not valid JSON: {}. Correct it and send it again.";
        MALFORMED_PARAMETER = "malformed-parameter", 400,
            "Parameter tidak sah", "Invalid parameter",
            "Parameter tidak dikenal, tidak ada, atau nilainya tidak sah: {}. Kontrak API memuat daftar parameter dan nilainya.", "A parameter is unknown, missing, or its value is not valid: {}. The contract lists the parameters and their values.";
        MALFORMED_HEADER = "malformed-header", 400,
            "Header tidak sah", "Invalid header",
            "Nilai header ini tidak sah: {}. Bentuknya dijelaskan dalam kontrak API.", "The value of this header is not valid: {}. The contract describes its format.";
        INVALID_CURSOR = "invalid-cursor", 400,
            "Kursor tidak sah", "Invalid cursor",
            "Kursor rusak atau berasal dari permintaan dengan saringan lain. Mulai lagi tanpa kursor.",
            "The cursor is damaged or belongs to a request with other filters. Start again without a cursor.";
        PURPOSE_REQUIRED = "purpose-required", 400,
            "Tujuan akses wajib disebut", "Access purpose required",
            "Untuk membuka data pribadi, kirim header Access-Purpose dengan kode dari daftar tujuan akses.",
            "To reveal personal data, send the header Access-Purpose with a code from the list of access purposes.";
        INVALID_TOKEN = "invalid-token", 401,
            "Token tidak ada atau tidak sah", "The token is missing or not valid",
            "Operasi ini memerlukan access token yang masih berlaku dari layanan ini atau penerbit yang dipercaya. Minta token baru, lalu kirim ulang permintaan.",
            "This operation needs a valid access token from this service or from a trusted issuer. Get a new token, then send the request again.";
        INSUFFICIENT_SCOPE = "insufficient-scope", 403,
            "Izin tidak cukup", "Missing permission",
            "Token ini tidak memuat izin {}. Mintalah izin itu kepada administrator Anda.", "The token does not include the permission {}. Ask your administrator for it.";
        REGION_NOT_GRANTED = "region-not-granted", 403,
            "Wilayah di luar kewenangan", "Region not granted",
            "Token ini tidak berlaku untuk wilayah yang dituju. Pilih wilayah dalam kewenangan Anda.", "The token does not cover the region of this request. Choose a region that it covers.";
        NOT_FOUND = "not-found", 404,
            "Tidak ditemukan", "Not found",
            "Data ini tidak ada, atau berada di luar wilayah Anda.", "This resource does not exist, or it is outside your regions.";
        UNKNOWN_ROUTE = "unknown-route", 404,
            "Alamat tidak dikenal", "Unknown address",
            "Layanan ini tidak memiliki alamat tersebut. Semua alamat tercantum di /docs.", "The service has no such address. See /docs for all addresses.";
        METHOD_NOT_ALLOWED = "method-not-allowed", 405,
            "Metode tidak diizinkan", "Method not allowed",
            "Alamat ini tidak menerima metode tersebut. Header Allow memuat metode yang diterima.", "This address does not accept this method. The Allow header lists the methods it accepts.";
        REQUEST_TIMEOUT = "request-timeout", 408,
            "Permintaan terlalu lama", "Request timeout",
            "Isi permintaan tidak tiba pada waktunya. Periksa sambungan, lalu kirim ulang permintaan.", "The request body did not arrive in time. Check the connection, then send the request again.";
        ALREADY_EXISTS = "already-exists", 409,
            "Sudah ada", "Already exists",
            "Id ini sudah dipakai untuk data dengan isi yang berbeda. Pakai id baru.", "This id is already used for a resource with different content. Use a new id.";
        IDEMPOTENCY_IN_FLIGHT = "idempotency-in-flight", 409,
            "Permintaan yang sama sedang diproses", "A request with this key is in progress",
            "Permintaan lain dengan Idempotency-Key ini sedang diproses. Ulangi dengan kunci yang sama setelah jumlah detik pada Retry-After.", "Another request with this Idempotency-Key is in progress. Retry with the same key after the seconds in Retry-After.";
        CONCURRENT_CHANGE = "concurrent-change", 409,
            "Diubah bersamaan", "Concurrent change",
            "Permintaan lain mengubah data yang sama lebih dahulu. Baca ulang datanya, lalu ulangi.", "A concurrent request changed the same data first. Read the resource again, then retry.";
        CURSOR_EXPIRED = "cursor-expired", 410,
            "Kursor sudah kedaluwarsa", "The cursor has expired",
            "Perubahan sejak posisi ini tidak lagi tersimpan, atau basis data telah dipulihkan dari cadangan. Baca ulang semua data tanpa updated_since, lalu lanjutkan dari resync_cursor.",
            "The changes after this position are no longer stored, or the database was restored from a backup. Read all data again without updated_since, then continue from resync_cursor.";
        VERSION_MISMATCH = "version-mismatch", 412,
            "Versi sudah berubah", "The version has changed",
            "If-Match bukan versi sekarang. Baca ulang datanya, lalu ulangi perubahan dengan ETag yang baru.", "If-Match is not the current version. Read the resource again, then repeat the change with its new ETag.";
        BODY_TOO_DEEP = "body-too-deep", 400,
            "Isi permintaan bersarang terlalu dalam", "The request body is nested too deeply",
            "JSON boleh bersarang paling dalam {} tingkat. Kirim isi dengan tingkat yang lebih sedikit.", "The maximum nesting of JSON is {} levels. Send a body with fewer levels.";
        BODY_TOO_LARGE = "body-too-large", 413,
            "Isi permintaan terlalu besar", "The request body is too large",
            "Isi permintaan paling besar {} byte. Kirim data lebih sedikit dalam satu permintaan.", "The maximum size of a request body is {} bytes. Send less data in one request.";
        UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", 415,
            "Jenis isi tidak didukung", "Unsupported media type",
            "Kirim isi permintaan sebagai {}, dengan Content-Type yang sesuai.", "Send the request body as {}, with a matching Content-Type.";
        VALIDATION_FAILED = "validation-failed", 422,
            "Isi tidak memenuhi syarat", "Validation failed",
            "Satu atau beberapa isian tidak memenuhi syarat. Perbaiki isian yang tercantum dalam errors.", "One or more fields are not valid. Correct the fields listed in errors.";
        IDEMPOTENCY_KEY_REUSED = "idempotency-key-reused", 422,
            "Idempotency-Key dipakai ulang", "Idempotency-Key reused",
            "Kunci ini sudah dipakai untuk isi permintaan yang lain. Pakai kunci baru untuk permintaan baru.", "This key was already used with a different request body. Use a new key for a new request.";
        BATCH_UNDONE = "batch-undone", 424,
            "Seluruh kumpulan dibatalkan", "The whole batch was rolled back",
            "Dengan atomic=true, satu butir yang gagal membatalkan semua butir. Perbaiki butir yang gagal, lalu kirim ulang seluruhnya.", "With atomic=true one failed item rolls back all items. Correct the failed items, then send the batch again.";
        PRECONDITION_REQUIRED = "precondition-required", 428,
            "If-Match wajib", "If-Match is required",
            "Perubahan ini memerlukan header If-Match. Isi dengan ETag dari pembacaan terakhir.", "This change needs the header If-Match. Send the ETag of the last read in it.";
        TOO_MANY_REQUESTS = "too-many-requests", 429,
            "Terlalu banyak permintaan", "Too many requests",
            "Kuota permintaan klien ini habis. Ulangi setelah jumlah detik pada Retry-After.", "The request quota of this client is used up. Retry after the seconds in Retry-After.";
        INTERNAL = "internal-error", 500,
            "Kesalahan layanan", "Internal error",
            "Kesalahan ada pada layanan, bukan pada permintaan Anda. Laporkan dengan menyebut trace_id.", "The fault is in the service, not in your request. Report it with the trace_id.";
        UNAVAILABLE = "unavailable", 503,
            "Layanan sedang tidak tersedia", "Service unavailable",
            "Layanan sedang sibuk atau tidak dapat menjangkau basis datanya. Ulangi setelah jumlah detik pada Retry-After.", "The service is busy or cannot reach its database. Retry after the seconds in Retry-After.";
    }
}

/// Codes that any slice may use.
const SHARED: &[Code] = shared::ALL;

macro_rules! shared_codes {
    ($($NAME:ident),+ $(,)?) => { impl Code { $(pub const $NAME: Code = shared::$NAME;)+ } };
}

shared_codes!(
    MALFORMED_BODY,
    MALFORMED_PARAMETER,
    MALFORMED_HEADER,
    INVALID_CURSOR,
    CURSOR_EXPIRED,
    PURPOSE_REQUIRED,
    INVALID_TOKEN,
    INSUFFICIENT_SCOPE,
    REGION_NOT_GRANTED,
    NOT_FOUND,
    UNKNOWN_ROUTE,
    METHOD_NOT_ALLOWED,
    REQUEST_TIMEOUT,
    ALREADY_EXISTS,
    IDEMPOTENCY_IN_FLIGHT,
    CONCURRENT_CHANGE,
    VERSION_MISMATCH,
    BODY_TOO_DEEP,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    VALIDATION_FAILED,
    IDEMPOTENCY_KEY_REUSED,
    BATCH_UNDONE,
    PRECONDITION_REQUIRED,
    TOO_MANY_REQUESTS,
    INTERNAL,
    UNAVAILABLE,
);

#[doc(hidden)]
#[macro_export]
macro_rules! oauth_code {
    () => {
        None
    };
    ($code:literal) => {
        Some($code)
    };
}
