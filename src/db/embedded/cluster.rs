//! The cluster: `data_dir/postgres`, there only when it is whole. UTF-8 with locale C, so that a prefix of a text is
//! a range of the index and the order is the same on every machine.

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

/// The major version that made the cluster, if there is one.
pub(super) fn major(cluster: &Path) -> Result<Option<u32>, EmbeddedError> {
    let path = cluster.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => Ok(major_of(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EmbeddedError::io("read", &path)(error)),
    }
}

/// Makes the cluster if there is none, and tells whether it did.
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
        // The socket's folder is the key: whoever can reach the socket is let in, and there is no other way in.
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
