//! Permissions of this slice.

crate::permissions! {
    3: EligibilityCheck / ELIGIBILITY_CHECK = "eligibility:check": "Memeriksa kelayakan" / "Check eligibility", roles: [Facilitator, FrontOffice, BackOffice, Manager, ProgramOfficer];
    4: ProgramsWrite / PROGRAMS_WRITE = "programs:write": "Mengatur program dan aturannya" / "Change programmes and their rules", roles: [Administrator];
}
