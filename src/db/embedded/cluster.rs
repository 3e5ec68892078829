//! The cluster: `data_dir/postgres`, which exists only if it is complete. UTF-8 with locale C, so that an index serves prefix
//! searches and the sort order is the same on every machine.

use std::fs;
use std::io;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};

use super::fresh::Fresh;
use super::programs::{Programs, major_of};
use super::{EmbeddedError, SUPERUSER};

const NAME: &str = "postgres";

pub(super) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(NAME)
}

/// The major version of the cluster, if the cluster exists.
pub(super) fn major(cluster: &Path) -> Result<Option<u32>, EmbeddedError> {
    let path = cluster.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => Ok(major_of(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EmbeddedError::io("read", &path)(error)),
    }
}

/// Creates the cluster if it does not exist. Returns whether it was created.
pub(super) fn ensure(data_dir: &Path, programs: &Programs, durable: bool) -> Result<bool, EmbeddedError> {
    if major(&path(data_dir))?.is_some() {
        return Ok(false);
    }
    let fresh = Fresh::within(data_dir)?;
    if let Some(account) = programs.account {
        chown(fresh.path(), Some(account.uid), Some(account.gid))
            .map_err(EmbeddedError::io("hand over", fresh.path()))?;
    }
    let mut initdb = programs.command("initdb");
    initdb.arg("-D").arg(fresh.path()).args([
        "--username",
        SUPERUSER,
        // Access to the socket's folder is the only authentication; all other connections are rejected.
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        "--locale=C",
    ]);
    initdb.arg(if durable { "--data-checksums" } else { "--no-sync" });
    programs.run("initdb", &mut initdb)?;
    fresh.finish(NAME, durable)?;
    Ok(true)
}
