//! Problems of this slice.

crate::problems! {
    INVALID_REQUEST = "invalid-request", 400 oauth "invalid_request",
        "Permintaan token tidak lengkap", "The token request is incomplete",
        "Isian formulir ini tidak ada atau tidak sah: {}", "This form field is missing or invalid: {}";
    UNSUPPORTED_GRANT_TYPE = "unsupported-grant-type", 400 oauth "unsupported_grant_type",
        "Jenis grant tidak didukung", "The grant type is not supported",
        "Hanya grant_type=client_credentials yang diterima.", "Only grant_type=client_credentials is supported.";
    INVALID_SCOPE = "invalid-scope", 400 oauth "invalid_scope",
        "Scope tidak diberikan", "The scope is not granted",
        "Klien ini tidak memiliki izin {}. Minta hanya izin yang dimiliki klien ini.", "The client does not have the permission {}. Request only the client's own permissions.";
    INVALID_GRANT = "invalid-grant", 400 oauth "invalid_grant",
        "Klien tidak dapat mewakili petugas ini", "The client cannot act for this officer",
        "Petugas tidak dikenal, tidak aktif, atau bukan dari organisasi klien ini.", "The officer is unknown, inactive, or not of this client's organization.";
    INVALID_CLIENT = "invalid-client", 401 oauth "invalid_client",
        "Klien tidak dikenal", "Unknown client",
        "client_id atau client_secret salah, atau klien dinonaktifkan.",
        "The client_id or client_secret is wrong, or the client is disabled.";
}
