//! Permissions that no single slice owns.

crate::permissions! {
    16: CasesRead / CASES_READ = "cases:read": "Membaca kasus rehabilitasi" / "Read rehabilitation cases", roles: [];
    17: CasesWrite / CASES_WRITE = "cases:write": "Mengelola kasus rehabilitasi" / "Manage rehabilitation cases", roles: [];
    18: CasesRestricted / CASES_RESTRICTED = "cases:restricted": "Melihat kategori khusus" / "See restricted categories", roles: [];
    19: StatsRead / STATS_READ = "stats:read": "Membaca statistik" / "Read statistics", roles: [Manager, RegistryKeeper, Overseer, Auditor];
    22: PiiReveal / PII_REVEAL = "pii:reveal": "Membuka data pribadi" / "Reveal personal data", roles: [BackOffice, RegistryKeeper];
    23: OperatorAssert / OPERATOR_ASSERT = "operator:assert": "Bertindak atas nama petugas" / "Act on behalf of an officer", roles: [DeskFrontEnd];
    25: AccessAdmin / ACCESS_ADMIN = "access:admin": "Mengatur klien dan hak akses" / "Administer clients and access", roles: [Administrator];
}
