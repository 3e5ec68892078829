//! Problem codes: machine name, status, and the sentences in both languages. Problem responses and the pages under `/problems/`
//! are made from them. Codes of one slice are declared in the slice's `problems.rs`; those that any slice uses, here.

use std::sync::OnceLock;

/// The same sentence in both languages of the service.
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
    /// `{}` is replaced by the error's subject.
    pub detail: Texts,
    /// Error code of RFC 6749, on responses of the token endpoint.
    pub oauth: Option<&'static str>,
}

/// The stable machine name of a problem.
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

    /// Adds the codes of the slices. Called by the composition root; later calls change nothing.
    pub fn install(of_slices: impl Iterator<Item = Code>) {
        ALL.get_or_init(|| SHARED.iter().copied().chain(of_slices).collect());
    }

    /// All codes of the service.
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
            "Isi permintaan tidak terbaca", "The body cannot be read",
            "Isi permintaan bukan JSON yang sah: {}", "The body is not valid JSON: {}";
        MALFORMED_PARAMETER = "malformed-parameter", 400,
            "Parameter tidak terbaca", "A parameter cannot be read",
            "Parameter tidak dikenal atau nilainya tidak sah: {}", "A parameter is unknown or its value is not valid: {}";
        MALFORMED_HEADER = "malformed-header", 400,
            "Header tidak terbaca", "A header cannot be read",
            "Nilai header tidak sah: {}", "The value of this header is not valid: {}";
        INVALID_CURSOR = "invalid-cursor", 400,
            "Kursor tidak sah", "The cursor is not valid",
            "Kursor rusak atau berasal dari permintaan dengan saringan lain. Mulai lagi tanpa kursor.",
            "The cursor is damaged or was made for other filters. Start again without a cursor.";
        PURPOSE_REQUIRED = "purpose-required", 400,
            "Tujuan akses wajib disebut", "A purpose is required",
            "Membuka data pribadi memerlukan header Access-Purpose dengan kode tujuan yang dikenal.",
            "Revealing personal data needs the header Access-Purpose with a known purpose code.";
        INVALID_TOKEN = "invalid-token", 401,
            "Token tidak ada atau tidak sah", "The token is missing or not valid",
            "Operasi ini memerlukan access token yang masih berlaku dari layanan ini atau penerbit yang dipercaya.",
            "This operation needs a current access token from this service or from an issuer it trusts.";
        INSUFFICIENT_SCOPE = "insufficient-scope", 403,
            "Izin tidak cukup", "A permission is missing",
            "Token ini tidak memuat izin {}.", "The token does not carry the permission {}.";
        REGION_NOT_GRANTED = "region-not-granted", 403,
            "Wilayah di luar kewenangan", "The region is not granted",
            "Token ini tidak berlaku untuk wilayah yang dituju.", "The token does not cover the region written to.";
        NOT_FOUND = "not-found", 404,
            "Tidak ditemukan", "Not found",
            "Sumber daya ini tidak ada, atau di luar wilayah Anda.", "There is no such resource, or it lies outside your regions.";
        UNKNOWN_ROUTE = "unknown-route", 404,
            "Alamat tidak dikenal", "Unknown address",
            "Layanan ini tidak memiliki alamat tersebut. Lihat /docs.", "The service has no such address. See /docs.";
        METHOD_NOT_ALLOWED = "method-not-allowed", 405,
            "Metode tidak diizinkan", "The method is not allowed",
            "Alamat ini tidak menerima metode tersebut; lihat header Allow.", "This address does not take that method; see the Allow header.";
        REQUEST_TIMEOUT = "request-timeout", 408,
            "Permintaan terlalu lama", "The request took too long to arrive",
            "Isi permintaan tidak tiba pada waktunya.", "The body did not arrive in time.";
        ALREADY_EXISTS = "already-exists", 409,
            "Sudah ada", "It exists already",
            "Id ini sudah dipakai untuk isi yang berbeda.", "This id is already in use with different content.";
        IDEMPOTENCY_IN_FLIGHT = "idempotency-in-flight", 409,
            "Permintaan yang sama sedang diproses", "The same request is still being worked on",
            "Permintaan dengan Idempotency-Key ini masih berjalan. Ulangi sebentar lagi.", "A request with this Idempotency-Key is in flight. Try again shortly.";
        CONCURRENT_CHANGE = "concurrent-change", 409,
            "Diubah bersamaan", "Changed at the same time",
            "Perubahan lain mendahului. Baca ulang, lalu ulangi.", "Another change came first. Read again, then repeat.";
        VERSION_MISMATCH = "version-mismatch", 412,
            "Versi sudah berubah", "The version has changed",
            "If-Match tidak sesuai dengan versi sekarang. Baca ulang sumber dayanya.", "If-Match does not name the present version. Read the resource again.";
        BODY_TOO_DEEP = "body-too-deep", 400,
            "Isi permintaan bersarang terlalu dalam", "The body is nested too deeply",
            "JSON boleh bersarang paling dalam {} tingkat.", "JSON may be nested at most {} levels deep.";
        BODY_TOO_LARGE = "body-too-large", 413,
            "Isi permintaan terlalu besar", "The body is too large",
            "Batas isi permintaan ialah {} byte.", "The limit for a body is {} bytes.";
        UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", 415,
            "Jenis isi tidak didukung", "The media type is not supported",
            "Kirim isi sebagai {}.", "Send the body as {}.";
        VALIDATION_FAILED = "validation-failed", 422,
            "Isi tidak memenuhi syarat", "The content is not valid",
            "Satu atau beberapa isian tidak memenuhi syarat; lihat errors.", "One or more fields are not valid; see errors.";
        IDEMPOTENCY_KEY_REUSED = "idempotency-key-reused", 422,
            "Idempotency-Key dipakai ulang", "The Idempotency-Key was used before",
            "Kunci ini sudah dipakai untuk isi permintaan yang lain.", "This key was already used with a different body.";
        BATCH_UNDONE = "batch-undone", 424,
            "Seluruh kumpulan dibatalkan", "The whole batch was undone",
            "Dengan atomic=true satu butir yang gagal membatalkan semua.", "With atomic=true one failing item undoes all.";
        PRECONDITION_REQUIRED = "precondition-required", 428,
            "If-Match wajib", "If-Match is required",
            "Perubahan ini memerlukan header If-Match.", "This change needs the header If-Match.";
        TOO_MANY_REQUESTS = "too-many-requests", 429,
            "Terlalu banyak permintaan", "Too many requests",
            "Kuota permintaan klien ini habis. Ulangi setelah waktu pada Retry-After.", "The client's quota is used up. Try again after Retry-After.";
        INTERNAL = "internal-error", 500,
            "Kesalahan layanan", "A fault of the service",
            "Kesalahan ada pada kami. Sebutkan trace_id bila melapor.", "The fault is ours. Quote the trace_id when you report it.";
        UNAVAILABLE = "unavailable", 503,
            "Layanan sedang tidak tersedia", "The service is not available now",
            "Layanan sedang sibuk atau basis datanya tidak terjangkau. Ulangi setelah waktu pada Retry-After.", "The service is busy or cannot reach its database. Try again after Retry-After.";
    }
}

/// Codes that any slice uses.
const SHARED: &[Code] = shared::ALL;

macro_rules! shared_codes {
    ($($NAME:ident),+ $(,)?) => { impl Code { $(pub const $NAME: Code = shared::$NAME;)+ } };
}

shared_codes!(
    MALFORMED_BODY,
    MALFORMED_PARAMETER,
    MALFORMED_HEADER,
    INVALID_CURSOR,
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
