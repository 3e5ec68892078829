//! The server's log: one file in the data folder, opened for append. It is truncated when it is larger than 10 MiB.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

const MAX_BYTES: u64 = 10 << 20;
const TAIL_BYTES: u64 = 4 << 10;

/// Opens the log for append and returns it with its current length. A log above the maximum is truncated first.
pub(super) fn open(path: &Path) -> io::Result<(File, u64)> {
    let log = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    if log.metadata()?.len() > MAX_BYTES {
        log.set_len(0)?;
    }
    let from = log.metadata()?.len();
    Ok((log, from))
}

/// The text written to the log since `from`, at most the last 4 KiB.
pub(super) fn tail(path: &Path, from: u64) -> String {
    let read = || -> io::Result<Vec<u8>> {
        let mut log = File::open(path)?;
        let end = log.metadata()?.len();
        log.seek(SeekFrom::Start(from.max(end.saturating_sub(TAIL_BYTES))))?;
        let mut bytes = Vec::new();
        log.take(TAIL_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    String::from_utf8_lossy(&read().unwrap_or_default()).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_tail_is_what_this_attempt_wrote() -> io::Result<()> {
        let folder = temp_dir::TempDir::new()?;
        let path = folder.path().join("log");
        fs::write(&path, "earlier\n")?;
        let (_, from) = open(&path)?;
        fs::write(&path, "earlier\nnow\n")?;
        assert_eq!(tail(&path, from), "now");

        fs::write(&path, "x".repeat(100_000))?;
        assert_eq!(tail(&path, from).len(), 4096);
        assert_eq!(tail(Path::new("/nonexistent"), 0), "");
        Ok(())
    }
}
