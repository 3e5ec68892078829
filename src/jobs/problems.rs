//! Problems of this slice.

crate::problems! {
    JOB_INVALID_TRANSITION = "job-invalid-transition", 409,
        "Pekerjaan sudah berakhir", "The job has ended",
        "Keadaan pekerjaan sekarang tidak memungkinkan tindakan ini. Isian `current_state` memuat keadaan itu.", "The current state of the job does not allow this action. The field `current_state` shows it.";
    JOB_HAS_NO_RESULT = "job-has-no-result", 409,
        "Pekerjaan tidak memiliki hasil", "The job has no result",
        "Pekerjaan ini tidak memiliki berkas hasil, atau belum selesai. Baca pekerjaan ini untuk melihat keadaannya.", "The job has no result file, or has not finished yet. Read the job to see its state.";
    JOB_STALLED = "job-stalled", 409,
        "Pekerjaan tidak maju", "The job made no progress",
        "Pekerjaan berulang kali terputus tanpa kemajuan, lalu dihentikan. Buat lagi pekerjaan itu; bila terhenti lagi, laporkan id-nya.", "The job was interrupted repeatedly without progress and was stopped. Create it again; if it stops again, report its id.";
}
