//! Permissions of this slice.

crate::permissions! {
    5: DirectoryWrite / DIRECTORY_WRITE = "directory:write": "Mengatur organisasi dan layanan" / "Change organizations and services", roles: [Manager, Administrator];
}
