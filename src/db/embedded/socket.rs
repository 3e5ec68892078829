//! The folder and URL of the server's unix socket. The folder is private to the account that runs the server: access to the
//! socket is the only authentication.

use std::fmt::Write;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::EmbeddedError;
use super::programs::Account;

/// Not a TCP port, but part of the socket's name; the default of clients.
pub(super) const PORT: u16 = 5432;

/// Maximum length in bytes of a unix socket's path on macOS, four bytes less than on Linux.
const MAX_PATH_BYTES: usize = 103;

/// The first folder whose path is short enough: in the data folder, else in a folder for temporary files, with a name that is
/// unique to this data folder and account.
pub(super) fn choose(data_dir: &Path, temporary: &Path, owner: u32) -> Option<PathBuf> {
    let mark = fnv1a(data_dir.as_os_str().as_encoded_bytes());
    let name = format!("slrt-{owner}-{mark:016x}");
    [data_dir.join("socket"), temporary.join(&name), Path::new("/tmp").join(&name)].into_iter().find(|folder| {
        let socket = folder.join(format!(".s.PGSQL.{PORT}"));
        // The URL is text, so the path must be.
        folder.is_absolute() && socket.to_str().is_some_and(|path| path.len() <= MAX_PATH_BYTES)
    })
}

/// The socket's folder; removed on drop if it is empty.
#[derive(Debug)]
pub(super) struct SocketDir(PathBuf);

impl SocketDir {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SocketDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

/// Creates the folder, or reuses the folder of an earlier run after checking its owner: in a folder for temporary files
/// another user may have created it first.
pub(super) fn prepare(folder: PathBuf, owner: u32, account: Option<Account>) -> Result<SocketDir, EmbeddedError> {
    let refused = || EmbeddedError::io("prepare the socket folder", &folder);
    match DirBuilder::new().mode(0o700).create(&folder) {
        Ok(()) => {
            if let Some(account) = account {
                chown(&folder, Some(account.uid), Some(account.gid)).map_err(refused())?;
            }
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(refused()(error)),
    }
    let found = fs::symlink_metadata(&folder).map_err(refused())?;
    if !found.is_dir() || found.uid() != owner {
        return Err(EmbeddedError::ForeignSocketDir { path: folder, owner });
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).map_err(refused())?;
    // No server of this data folder runs now, so the socket's lock file is stale. PostgreSQL would still respect it if
    // another process has the id in it.
    match fs::remove_file(folder.join(format!(".s.PGSQL.{PORT}.lock"))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(refused()(error)),
        _ => Ok(SocketDir(folder)),
    }
}

/// The setting `unix_socket_directories` with this folder. Its value is a list with quoted items.
pub(super) fn setting(folder: &Path) -> String {
    let path = folder.to_string_lossy().replace('"', "\"\"");
    format!("unix_socket_directories=\"{path}\"")
}

/// `postgresql://user@%2Fpath%2Fto%2Fsocket/database`.
pub(super) fn url(folder: &Path, user: &str, database: &str) -> String {
    let host = encode(&folder.to_string_lossy());
    let database = encode(database);
    format!("postgresql://{user}@{host}/{database}")
}

fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// FNV-1a hash: the same in every build.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_encodes_special_characters() {
        assert_eq!(
            url(Path::new("/var/lib/my slrt/socket"), "slrt", "test_1"),
            "postgresql://slrt@%2Fvar%2Flib%2Fmy%20slrt%2Fsocket/test_1"
        );
        assert_eq!(url(Path::new("/é"), "u", "a/b?c"), "postgresql://u@%2F%C3%A9/a%2Fb%3Fc");
    }

    #[test]
    fn a_socket_stays_in_a_data_folder_that_is_short_enough() {
        let short = Path::new("/data");
        let temporary = Path::new("/var/tmp");
        assert_eq!(choose(short, temporary, 7), Some(short.join("socket")));

        let longest = PathBuf::from(format!("/{}", "d".repeat(MAX_PATH_BYTES - 22)));
        assert_eq!(choose(&longest, temporary, 7), Some(longest.join("socket")));
    }

    #[test]
    fn a_deep_data_folder_has_its_socket_elsewhere() {
        let deep = |letter: &str| PathBuf::from(format!("/{}", letter.repeat(MAX_PATH_BYTES - 21)));
        let temporary = Path::new("/var/tmp");
        let elsewhere = choose(&deep("d"), temporary, 7);
        assert_eq!(elsewhere.as_deref().and_then(Path::parent), Some(temporary));
        assert_eq!(elsewhere, choose(&deep("d"), temporary, 7), "the same again");
        assert_ne!(elsewhere, choose(&deep("e"), temporary, 7), "by folder");
        assert_ne!(elsewhere, choose(&deep("d"), temporary, 8), "by account");
        assert_eq!(choose(&deep("d"), &deep("t"), 7).as_deref().and_then(Path::parent), Some(Path::new("/tmp")));
    }

    #[test]
    fn a_folder_of_another_user_is_refused() -> Result<(), Box<dyn std::error::Error>> {
        let parent = temp_dir::TempDir::new()?;
        let folder = parent.path().join("socket");
        let us = fs::metadata(parent.path())?.uid();
        fs::create_dir(&folder)?;
        fs::write(folder.join(".s.PGSQL.5432.lock"), "1\n")?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
        let ours = prepare(folder.clone(), us, None)?;
        assert_eq!(fs::metadata(ours.path())?.mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(ours.path())?.count(), 0, "the stale lock");

        let foreign = |path: &Path, owner| {
            matches!(prepare(path.to_path_buf(), owner, None), Err(EmbeddedError::ForeignSocketDir { .. }))
        };
        assert!(foreign(&folder, us + 1));
        let link = parent.path().join("link");
        std::os::unix::fs::symlink(&folder, &link)?;
        assert!(foreign(&link, us), "a link could be redirected after the check");

        drop(ours);
        assert!(!folder.exists());
        Ok(())
    }

    #[test]
    fn the_setting_survives_commas_and_quotes() {
        assert_eq!(setting(Path::new("/a, \"b\"")), "unix_socket_directories=\"/a, \"\"b\"\"\"");
    }
}
