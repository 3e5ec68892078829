//! Roles: the actors of an SLRT desk and of the organizations around it. Each permission names the roles that hold it.

use super::permission::{Permission, Permissions};

crate::text_enum! {
    /// Role of an officer or a client, as in the SLRT handbook.
    pub enum Role {
        Facilitator = "facilitator": "Fasilitator / relawan" / "Facilitator / volunteer",
        FrontOffice = "front_office": "Front office" / "Front office",
        BackOffice = "back_office": "Back office" / "Back office",
        Supervisor = "supervisor": "Supervisor" / "Supervisor",
        Manager = "manager": "Manajer" / "Manager",
        ProgramOfficer = "program_officer": "Petugas program / OPD" / "Programme or agency officer",
        RegistryKeeper = "registry_keeper": "Pengelola data terpadu" / "Registry keeper",
        Overseer = "overseer": "Pengawas provinsi / pusat" / "Provincial or national overseer",
        DeskFrontEnd = "desk_front_end": "Aplikasi meja layanan" / "Desk application",
        MessageGateway = "message_gateway": "Gateway pesan" / "Messaging gateway",
        Auditor = "auditor": "Auditor" / "Auditor",
        Administrator = "administrator": "Administrator" / "Administrator",
    }
}

impl Role {
    /// What a permission's declaration says of this role.
    pub fn permissions(self) -> Permissions {
        Permission::all().iter().copied().filter(|permission| permission.roles().contains(&self)).collect()
    }
}

pub fn permissions_of(roles: &[Role]) -> Permissions {
    roles.iter().flat_map(|role| role.permissions().iter()).collect()
}
