//! Roles are bundles of permissions, after the actors of an SLRT desk and those around it.

use super::permission::{Permission as P, Permissions};

crate::text_enum! {
    /// What an officer or a client is, in the words of the SLRT handbook.
    pub enum Role {
        Facilitator = "facilitator": "Fasilitator / relawan" / "Facilitator / volunteer",
        FrontOffice = "front_office": "Front office" / "Front office",
        BackOffice = "back_office": "Back office" / "Back office",
        Supervisor = "supervisor": "Supervisor" / "Supervisor",
        Manager = "manager": "Manajer" / "Manager",
        ProgramOfficer = "program_officer": "Petugas program / OPD" / "Programme or agency officer",
        RegistryKeeper = "registry_keeper": "Pengelola data terpadu" / "Keeper of the registry",
        Overseer = "overseer": "Pengawas provinsi / pusat" / "Provincial or national overseer",
        DeskFrontEnd = "desk_front_end": "Aplikasi meja layanan" / "Desk application",
        MessageGateway = "message_gateway": "Gateway pesan" / "Messaging gateway",
        Auditor = "auditor": "Auditor" / "Auditor",
        Administrator = "administrator": "Administrator" / "Administrator",
    }
}

impl Role {
    pub fn permissions(self) -> Permissions {
        let list: &[P] = match self {
            Self::Facilitator => &[
                P::ComplaintsNote,
                P::RegistryRead,
                P::EligibilityCheck,
                P::ComplaintsSubmit,
                P::ComplaintsRead,
                P::EventsRead,
            ],
            Self::FrontOffice => &[
                P::ComplaintsNote,
                P::RegistryRead,
                P::RegistryWrite,
                P::EligibilityCheck,
                P::ComplaintsSubmit,
                P::ComplaintsRead,
                P::ReferralsRead,
                P::EventsRead,
            ],
            Self::BackOffice => &[
                P::ComplaintsNote,
                P::ComplaintsTransfer,
                P::RegistryRead,
                P::RegistryWrite,
                P::EligibilityCheck,
                P::ComplaintsSubmit,
                P::ComplaintsRead,
                P::ComplaintsHandle,
                P::ReferralsRead,
                P::ReferralsSend,
                P::EventsRead,
                P::PiiReveal,
            ],
            Self::Supervisor => &[
                P::ComplaintsNote,
                P::RegistryRead,
                P::ComplaintsRead,
                P::ComplaintsHandle,
                P::ReferralsRead,
                P::ReferralsCorrect,
                P::EventsRead,
            ],
            Self::Manager => &[
                P::ComplaintsNote,
                P::ComplaintsTransfer,
                P::RegistryRead,
                P::EligibilityCheck,
                P::DirectoryWrite,
                P::ComplaintsRead,
                P::ComplaintsApprove,
                P::ReferralsRead,
                P::ReferralsSend,
                P::ReferralsCorrect,
                P::StatsRead,
                P::EventsRead,
            ],
            // It sends too: to cancel what it has accepted, and to refer on.
            Self::ProgramOfficer => {
                &[P::EligibilityCheck, P::ReferralsRead, P::ReferralsSend, P::ReferralsRespond, P::EventsRead]
            }
            Self::RegistryKeeper => &[P::RegistryRead, P::RegistryImport, P::StatsRead, P::EventsRead, P::PiiReveal],
            Self::Overseer => &[P::ComplaintsRead, P::ReferralsRead, P::ReferralsCorrect, P::StatsRead, P::EventsRead],
            // An application names the officer who acts. Its other roles limit what it may do for any officer.
            Self::DeskFrontEnd => &[P::OperatorAssert],
            // Reports whether notes arrived; reads nothing.
            Self::MessageGateway => &[P::WebhooksManage],
            Self::Auditor => &[P::AuditRead, P::StatsRead],
            Self::Administrator => &[P::AccessAdmin, P::DirectoryWrite, P::ProgramsWrite, P::EventsRead],
        };
        list.iter().copied().collect()
    }
}

pub fn permissions_of(roles: &[Role]) -> Permissions {
    roles.iter().flat_map(|role| role.permissions().iter()).collect()
}
