//! Problems of this slice.

crate::problems! {
    JOB_INVALID_TRANSITION = "job-invalid-transition", 409,
        "Pekerjaan sudah berakhir", "The job has ended",
        "Tindakan ini tidak berlaku untuk keadaan pekerjaan sekarang.", "The action does not apply to the job's present state.";
    JOB_HAS_NO_RESULT = "job-has-no-result", 409,
        "Pekerjaan belum memberi hasil", "The job has no result",
        "Pekerjaan ini belum atau tidak memberi berkas hasil.", "The job has given no result file, or not yet.";
    JOB_STALLED = "job-stalled", 409,
        "Pekerjaan tidak maju", "The job does not get on",
        "Pekerjaan berulang kali terputus tanpa kemajuan dan dihentikan. Sebutkan id-nya bila melapor.", "The job was interrupted again and again without getting on, and was given up. Quote its id when you report it.";
}
