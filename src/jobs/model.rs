//! Kinds and states of jobs.

use crate::auth::Permission;

crate::text_enum! {
    /// What a job does.
    pub enum JobKind {
        Import = "import": "Memuat data" / "Import",
        Export = "export": "Mengeluarkan data" / "Export",
        SnapshotComparison = "snapshot_comparison": "Perbandingan dua pemeringkatan" / "Comparison of two rankings",
        EligibilityRun = "eligibility_run": "Pemeriksaan kelayakan satu wilayah" / "Eligibility run of a region",
        RuleTrial = "rule_trial": "Uji coba rancangan aturan" / "Trial of a draft rule",
    }
}

impl JobKind {
    /// Makes such a job, and shows and stops it besides `events:read`.
    pub fn permission(self) -> Permission {
        match self {
            Self::Import => Permission::RegistryImport,
            Self::Export => Permission::RegistryRead,
            Self::SnapshotComparison => Permission::StatsRead,
            Self::EligibilityRun => Permission::EligibilityCheck,
            Self::RuleTrial => Permission::ProgramsWrite,
        }
    }
}

crate::text_enum! {
    /// Where a job stands.
    pub enum JobStatus {
        Queued = "queued": "Menunggu" / "Queued",
        Running = "running": "Berjalan" / "Running",
        Succeeded = "succeeded": "Berhasil" / "Succeeded",
        Failed = "failed": "Gagal" / "Failed",
        Cancelled = "cancelled": "Dibatalkan" / "Cancelled",
    }
}

crate::text_enum! {
    /// A step in a job's life.
    pub enum JobAction {
        Create = "create": "Membuat" / "Create",
        Claim = "claim": "Mengambil" / "Claim",
        Succeed = "succeed": "Menyelesaikan" / "Succeed",
        Fail = "fail": "Menggagalkan" / "Fail",
        Cancel = "cancel": "Membatalkan" / "Cancel",
    }
}
