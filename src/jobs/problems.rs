//! Problems of this slice.

crate::problems! {
    JOB_INVALID_TRANSITION = "job-invalid-transition", 409,
        "Pekerjaan sudah berakhir", "The job has ended",
        "Tindakan ini tidak berlaku untuk keadaan pekerjaan sekarang.", "The action is not allowed in the job's current state. Read the job to see its state.";
    JOB_HAS_NO_RESULT = "job-has-no-result", 409,
        "Pekerjaan belum memberi hasil", "The job has no result",
        "Pekerjaan ini belum atau tidak memberi berkas hasil.", "The job has no result file, or has not finished yet. Read the job to see its state.";
    JOB_STALLED = "job-stalled", 409,
        "Pekerjaan tidak maju", "The job made no progress",
        "Pekerjaan berulang kali terputus tanpa kemajuan dan dihentikan. Sebutkan id-nya bila melapor.", "The job was interrupted repeatedly without progress and was stopped. Create it again; if it stops again, report its id.";
}
