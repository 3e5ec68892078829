//! Problems of this slice, and faults of single fields.

use crate::error::Texts;

crate::problems! {
    SERVICE_INACTIVE = "service-inactive", 409,
        "Layanan tidak aktif", "The service is not active",
        "Layanan tujuan tidak aktif, sehingga rujukan tidak dapat dikirim. Pilih layanan lain.", "The target service is not active, so the referral cannot be sent. Choose another service.";
    SERVICE_CLOSED = "service-closed", 409,
        "Layanan sedang tutup", "The service is closed",
        "Layanan tujuan sedang tutup. Layanan buka kembali pada {}.", "The target service is closed. It reopens on {}.";
    NO_CAPACITY = "no-capacity", 409,
        "Tempat penuh", "The service has no free place",
        "Semua tempat layanan ini terisi atau disisihkan. Tolak dengan alasan no_capacity agar layanan lain ditawarkan.",
        "All places of this service are taken or reserved. Reject with the reason no_capacity to get other services suggested.";
}

/// Codes of faults in one field.
pub const FIELDS: &[(&str, Texts)] = &[
    (
        "unknown_service",
        Texts { id: "Layanan tidak ada atau tidak aktif", en: "The service does not exist or is not active" },
    ),
    ("other_sector", Texts { id: "Layanan ini bukan untuk bidang itu", en: "The service is not for that sector" }),
    (
        "outside_service_area",
        Texts { id: "Wilayah klien di luar wilayah layanan", en: "The client's region is outside the service's area" },
    ),
];
