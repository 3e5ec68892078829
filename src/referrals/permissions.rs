//! Permissions of this slice.

crate::permissions! {
    12: ReferralsRead / REFERRALS_READ = "referrals:read": "Membaca rujukan" / "Read referrals", roles: [FrontOffice, BackOffice, Supervisor, Manager, ProgramOfficer, Overseer];
    13: ReferralsSend / REFERRALS_SEND = "referrals:send": "Membuat dan mengirim rujukan" / "Create and send referrals", roles: [BackOffice, Manager, ProgramOfficer];
    14: ReferralsRespond / REFERRALS_RESPOND = "referrals:respond": "Menjawab rujukan" / "Answer referrals", roles: [ProgramOfficer];
    15: ReferralsCorrect / REFERRALS_CORRECT = "referrals:correct": "Menyatakan rujukan salah catat" / "Mark referrals as entered in error", roles: [Supervisor, Manager, Overseer];
}
