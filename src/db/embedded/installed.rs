//! Finds a PostgreSQL installed on the machine, and the account to run it as. Only absolute folders that contain both
//! programs count.

use std::cmp::Reverse;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::programs::Account;

/// Folders with one subfolder per installed version: parent, prefix of the subfolder, and folder of the programs in it.
const VERSIONED: [(&str, &str, &str); 4] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
];
const PLAIN: [&str; 5] =
    ["/usr/local/bin", "/usr/local/pgsql/bin", "/usr/libexec/postgresql", "/opt/homebrew/bin", "/usr/bin"];

/// The folders that contain the programs: those in `PATH` first, then the newest version first.
pub(super) fn folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found: Vec<PathBuf> = env::split_paths(&path).collect();
    for (parent, prefix, below) in VERSIONED {
        found.extend(versions(Path::new(parent), prefix, below));
    }
    found.extend(PLAIN.map(PathBuf::from));
    found.retain(|folder| holds_programs(folder));
    found
}

/// Whether the folder contains both programs.
pub(super) fn holds_programs(folder: &Path) -> bool {
    folder.is_absolute() && ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file())
}

fn versions(parent: &Path, prefix: &str, below: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((version, entry.path().join(below)))
        })
        .collect();
    found.sort_by_key(|(version, _)| Reverse(*version));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// The account that the packages of the operating system create for the server.
pub(super) fn account() -> Option<Account> {
    account_in(&fs::read_to_string("/etc/passwd").ok()?, "postgres")
}

fn account_in(passwd: &str, user: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(user) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account { uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first() -> std::io::Result<()> {
        let parent = temp_dir::TempDir::new()?;
        for name in ["pgsql-9", "pgsql-17", "pgsql-16", "pgsql-old", "17"] {
            fs::create_dir(parent.path().join(name))?;
        }
        let expected = ["pgsql-17/bin", "pgsql-16/bin", "pgsql-9/bin"];
        assert_eq!(versions(parent.path(), "pgsql-", "bin"), expected.map(|folder| parent.path().join(folder)));
        Ok(())
    }

    #[test]
    fn an_account_is_read_by_its_whole_name() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\npostgres2:x:7:8::/:/bin/sh\npostgres:x:26:27:Server:/:/bin/sh\n";
        assert_eq!(account_in(passwd, "postgres"), Some(Account { uid: 26, gid: 27 }));
        assert_eq!(account_in(passwd, "post"), None);
        assert_eq!(account_in("postgres:x:many:27::/:/bin/sh", "postgres"), None);
    }
}
