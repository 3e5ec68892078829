//! The PostgreSQL programs inside this binary, unpacked once per data folder. The folder's name contains a hash of the
//! archive, so programs of another build are never used.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use ruzstd::decoding::StreamingDecoder;

use super::EmbeddedError;
use super::fresh::Fresh;

static ARCHIVE: &[u8] = include_bytes!(env!("SLRT_POSTGRES_ARCHIVE"));
const PREFIX: &str = "postgres-runtime-";
const NAME: &str = concat!("postgres-runtime-", env!("SLRT_POSTGRES_ARCHIVE_ID"));

/// The folder with the programs; unpacks them if it does not exist. `durable`: sync the content to disk before the folder
/// gets its name.
pub(super) fn programs(data_dir: &Path, durable: bool) -> Result<PathBuf, EmbeddedError> {
    let home = data_dir.join(NAME);
    if !home.is_dir() {
        let fresh = Fresh::within(data_dir)?;
        unpack(fresh.path())
            .and_then(|()| if durable { sync(fresh.path()) } else { Ok(()) })
            .map_err(EmbeddedError::io("unpack PostgreSQL into", fresh.path()))?;
        fresh.finish(NAME, durable)?;
        remove_others(data_dir);
    }
    Ok(home.join("bin"))
}

fn unpack(folder: &Path) -> io::Result<()> {
    let decoder = StreamingDecoder::new(ARCHIVE).map_err(io::Error::other)?;
    let mut archive = tar::Archive::new(decoder);
    archive.set_preserve_mtime(false);
    archive.unpack(folder)
}

fn sync(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            sync(&entry.path())?;
        } else if kind.is_file() {
            File::open(entry.path())?.sync_all()?;
        }
    }
    File::open(folder)?.sync_all()
}

/// Removes the programs of other builds. No server runs from them any more.
fn remove_others(data_dir: &Path) {
    for entry in fs::read_dir(data_dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name != NAME && name.to_string_lossy().starts_with(PREFIX) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
