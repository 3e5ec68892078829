//! Where the server's unix socket is and what its URL looks like. The socket's folder is private to the account that
//! runs the server: reaching the socket is the only proof of identity the server asks for.

use std::fmt::Write;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::EmbeddedError;
use super::programs::Account;

/// No TCP port, but a part of the socket's name; the one clients assume.
pub(super) const PORT: u16 = 5432;

/// What fits into an address of a unix socket on macOS, four bytes fewer than on Linux.
const LONGEST: usize = 103;

/// The first place whose path is short enough: the data folder, else a folder for temporary files, under a name that
/// belongs to this data folder and account alone.
pub(super) fn choose(data_dir: &Path, temporary: &Path, owner: u32) -> Option<PathBuf> {
    let mark = fnv1a(data_dir.as_os_str().as_encoded_bytes());
    let name = format!("slrt-{owner}-{mark:016x}");
    [data_dir.join("socket"), temporary.join(&name), Path::new("/tmp").join(&name)].into_iter().find(|folder| {
        let socket = folder.join(format!(".s.PGSQL.{PORT}"));
        // The URL is text, so the path must be.
        folder.is_absolute() && socket.to_str().is_some_and(|path| path.len() <= LONGEST)
    })
}

/// The socket's folder; removed when it is dropped and nothing is left in it.
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

/// Makes the folder, or takes it over from an earlier run after checking that it is the server's own: in a folder
/// for temporary files somebody else may have been there first.
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
    // No server of ours runs now, so the socket's lock is stale. PostgreSQL would still honour it if some other
    // process has been given the id that stands in it.
    match fs::remove_file(folder.join(format!(".s.PGSQL.{PORT}.lock"))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(refused()(error)),
        _ => Ok(SocketDir(folder)),
    }
}

/// The folder as the setting `unix_socket_directories` takes it: a list, whose items are quoted.
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

/// FNV-1a: a name that is the same in every build.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_encodes_what_is_no_plain_letter() {
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

        let longest = PathBuf::from(format!("/{}", "d".repeat(LONGEST - 22)));
        assert_eq!(choose(&longest, temporary, 7), Some(longest.join("socket")));
    }

    #[test]
    fn a_deep_data_folder_has_its_socket_elsewhere() {
        let deep = |letter: &str| PathBuf::from(format!("/{}", letter.repeat(LONGEST - 21)));
        let temporary = Path::new("/var/tmp");
        let elsewhere = choose(&deep("d"), temporary, 7);
        assert_eq!(elsewhere.as_deref().and_then(Path::parent), Some(temporary));
        assert_eq!(elsewhere, choose(&deep("d"), temporary, 7), "the same again");
        assert_ne!(elsewhere, choose(&deep("e"), temporary, 7), "by folder");
        assert_ne!(elsewhere, choose(&deep("d"), temporary, 8), "by account");
        assert_eq!(choose(&deep("d"), &deep("t"), 7).as_deref().and_then(Path::parent), Some(Path::new("/tmp")));
    }

    #[test]
    fn a_folder_of_somebody_else_is_refused() -> Result<(), Box<dyn std::error::Error>> {
        let parent = tempfile::tempdir()?;
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
        assert!(foreign(&link, us), "a link could be moved under our feet");

        drop(ours);
        assert!(!folder.exists());
        Ok(())
    }

    #[test]
    fn the_setting_survives_commas_and_quotes() {
        assert_eq!(setting(Path::new("/a, \"b\"")), "unix_socket_directories=\"/a, \"\"b\"\"\"");
    }
}
