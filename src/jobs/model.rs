//! Kinds and states of jobs.

use crate::auth::Permission;

crate::text_enum! {
    /// Kind of a job.
    pub enum JobKind {
        Import = "import": "Memuat data" / "Import",
        Export = "export": "Mengeluarkan data" / "Export",
        SnapshotComparison = "snapshot_comparison": "Perbandingan dua pemeringkatan" / "Comparison of two snapshots",
        EligibilityRun = "eligibility_run": "Pemeriksaan kelayakan satu wilayah" / "Eligibility run of a region",
        RuleTrial = "rule_trial": "Uji coba rancangan aturan" / "Trial of a draft rule",
    }
}

impl JobKind {
    /// Permission to create such a job. Reading and cancelling it needs this permission and `events:read`.
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
    /// Job status.
    pub enum JobStatus {
        Queued = "queued": "Menunggu" / "Queued",
        Running = "running": "Berjalan" / "Running",
        Succeeded = "succeeded": "Berhasil" / "Succeeded",
        Failed = "failed": "Gagal" / "Failed",
        Cancelled = "cancelled": "Dibatalkan" / "Cancelled",
    }
}

crate::text_enum! {
    /// Transition of a job.
    pub enum JobAction {
        Create = "create": "Membuat" / "Create",
        Claim = "claim": "Mengambil" / "Claim",
        Succeed = "succeed": "Menyelesaikan" / "Succeed",
        Fail = "fail": "Menggagalkan" / "Fail",
        Cancel = "cancel": "Membatalkan" / "Cancel",
    }
}
