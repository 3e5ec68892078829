//! Permissions of this slice.

crate::permissions! {
    6: ComplaintsSubmit / COMPLAINTS_SUBMIT = "complaints:submit": "Menyampaikan pengaduan" / "Submit complaints", roles: [Facilitator, FrontOffice, BackOffice];
    7: ComplaintsRead / COMPLAINTS_READ = "complaints:read": "Membaca pengaduan" / "Read complaints", roles: [Facilitator, FrontOffice, BackOffice, Supervisor, Manager, Overseer];
    8: ComplaintsHandle / COMPLAINTS_HANDLE = "complaints:handle": "Menangani pengaduan" / "Handle complaints", roles: [BackOffice, Supervisor];
    9: ComplaintsTransfer / COMPLAINTS_TRANSFER = "complaints:transfer": "Mengalihkan pengaduan" / "Transfer complaints", roles: [BackOffice, Manager];
    10: ComplaintsNote / COMPLAINTS_NOTE = "complaints:note": "Mencatat pada pengaduan" / "Add notes to complaints", roles: [Facilitator, FrontOffice, BackOffice, Supervisor, Manager];
    11: ComplaintsApprove / COMPLAINTS_APPROVE = "complaints:approve": "Memutuskan pengaduan" / "Decide on complaints", roles: [Manager];
}
