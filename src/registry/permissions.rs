//! Permissions of this slice.

crate::permissions! {
    0: RegistryRead / REGISTRY_READ = "registry:read": "Membaca data keluarga dan orang" / "Read families and persons", roles: [Facilitator, FrontOffice, BackOffice, Supervisor, Manager, RegistryKeeper];
    1: RegistryWrite / REGISTRY_WRITE = "registry:write": "Mengubah data keluarga dan orang" / "Change families and persons", roles: [FrontOffice, BackOffice];
    2: RegistryImport / REGISTRY_IMPORT = "registry:import": "Memuat data dalam jumlah besar" / "Import in bulk", roles: [RegistryKeeper];
}
