//! The permissions, which are the scopes of the contract. Each has a marker type that a handler's signature names.

crate::text_enum! {
    /// A permission, granted to clients and named as OAuth scope.
    pub enum Permission {
        RegistryRead = "registry:read": "Membaca data keluarga dan orang" / "Read families and persons",
        RegistryWrite = "registry:write": "Mengubah data keluarga dan orang" / "Change families and persons",
        RegistryImport = "registry:import": "Memuat data dalam jumlah besar" / "Import in bulk",
        EligibilityCheck = "eligibility:check": "Memeriksa kelayakan" / "Check eligibility",
        ProgramsWrite = "programs:write": "Mengatur program dan aturannya" / "Change programmes and their rules",
        DirectoryWrite = "directory:write": "Mengatur organisasi dan layanan" / "Change organizations and services",
        ComplaintsSubmit = "complaints:submit": "Menyampaikan pengaduan" / "Submit complaints",
        ComplaintsRead = "complaints:read": "Membaca pengaduan" / "Read complaints",
        ComplaintsHandle = "complaints:handle": "Menangani pengaduan" / "Handle complaints",
        ComplaintsTransfer = "complaints:transfer": "Mengalihkan pengaduan" / "Transfer complaints",
        ComplaintsNote = "complaints:note": "Mencatat pada pengaduan" / "Add notes to complaints",
        ComplaintsApprove = "complaints:approve": "Memutuskan pengaduan" / "Decide on complaints",
        ReferralsRead = "referrals:read": "Membaca rujukan" / "Read referrals",
        ReferralsSend = "referrals:send": "Membuat dan mengirim rujukan" / "Create and send referrals",
        ReferralsRespond = "referrals:respond": "Menjawab rujukan" / "Answer referrals",
        ReferralsCorrect = "referrals:correct": "Menyatakan rujukan salah catat" / "Mark referrals as entered in error",
        CasesRead = "cases:read": "Membaca kasus rehabilitasi" / "Read rehabilitation cases",
        CasesWrite = "cases:write": "Mengelola kasus rehabilitasi" / "Manage rehabilitation cases",
        CasesRestricted = "cases:restricted": "Melihat kategori khusus" / "See restricted categories",
        StatsRead = "stats:read": "Membaca statistik" / "Read statistics",
        EventsRead = "events:read": "Membaca peristiwa" / "Read events",
        WebhooksManage = "webhooks:manage": "Mengatur webhook" / "Manage webhooks",
        PiiReveal = "pii:reveal": "Membuka data pribadi" / "Reveal personal data",
        OperatorAssert = "operator:assert": "Bertindak atas nama petugas" / "Act on behalf of an officer",
        AuditRead = "audit:read": "Membaca jejak audit" / "Read the audit trail",
        AccessAdmin = "access:admin": "Mengatur klien dan hak akses" / "Administer clients and access",
    }
}

impl Permission {
    fn bit(self) -> u32 {
        Self::ALL.iter().position(|p| *p == self).map_or(0, |at| 1 << at)
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u32);

impl Permissions {
    pub fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    pub fn intersect(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |p| self.contains(*p))
    }

    /// From an OAuth `scope` string; unknown scopes grant nothing.
    pub fn from_scope(scope: &str) -> Self {
        scope.split_ascii_whitespace().filter_map(|s| s.parse().ok()).collect()
    }

    pub fn to_scope(self) -> String {
        self.iter().map(Permission::as_str).collect::<Vec<_>>().join(" ")
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(iter: I) -> Self {
        Self(iter.into_iter().fold(0, |bits, p| bits | p.bit()))
    }
}

/// A permission as a type.
pub trait Requires: 'static {
    const PERMISSION: Permission;
}

macro_rules! markers {
    ($($Name:ident),+ $(,)?) => {
        $(
            pub struct $Name;
            impl Requires for $Name {
                const PERMISSION: Permission = Permission::$Name;
            }
        )+
    };
}
markers!(
    RegistryRead,
    RegistryWrite,
    RegistryImport,
    EligibilityCheck,
    ProgramsWrite,
    DirectoryWrite,
    ComplaintsSubmit,
    ComplaintsRead,
    ComplaintsHandle,
    ComplaintsTransfer,
    ComplaintsNote,
    ComplaintsApprove,
    ReferralsRead,
    ReferralsSend,
    ReferralsRespond,
    ReferralsCorrect,
    CasesRead,
    CasesWrite,
    CasesRestricted,
    StatsRead,
    EventsRead,
    WebhooksManage,
    PiiReveal,
    OperatorAssert,
    AuditRead,
    AccessAdmin,
);
