//! File locks: one process per data folder, and one server per cluster. A lock lasts as long as its file is open; the kernel
//! releases it when the last process with the file ends. The files are never removed: otherwise two processes could lock
//! different files of the same name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::EmbeddedError;

/// A process that was just killed, or that is between fork and exec, may have the lock a moment longer.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(20);

/// Opens the file to lock; creates it if it does not exist.
pub(super) fn open(path: &Path) -> Result<File, EmbeddedError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(EmbeddedError::io("open", path))
}

/// Locks `slrt.lock` and writes this process's id into it, for the error message of another process.
pub(super) fn hold(data_dir: &Path) -> Result<File, EmbeddedError> {
    lock_within(PATIENCE, data_dir)
}

fn lock_within(patience: Duration, data_dir: &Path) -> Result<File, EmbeddedError> {
    let path = data_dir.join("slrt.lock");
    let refused = || EmbeddedError::io("lock", &path);
    let mut file = open(&path)?;
    let deadline = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let _ = file.read_to_string(&mut pid);
                return Err(EmbeddedError::Busy {
                    folder: data_dir.to_path_buf(),
                    pid: if pid.is_empty() { "?".to_owned() } else { pid },
                });
            }
            Err(TryLockError::Error(error)) => return Err(refused()(error)),
        }
    }
    file.set_len(0).and_then(|()| file.write_all(std::process::id().to_string().as_bytes())).map_err(refused())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_fails_with_the_id_of_the_first_process() -> Result<(), Box<dyn std::error::Error>> {
        let folder = temp_dir::TempDir::new()?;
        let locked = lock_within(Duration::ZERO, folder.path())?;
        let us = std::process::id().to_string();
        let second = lock_within(Duration::ZERO, folder.path());
        assert!(matches!(second, Err(EmbeddedError::Busy { pid, .. }) if pid == us));
        drop(locked);
        // With patience: another test may be between fork and exec.
        assert!(hold(folder.path()).is_ok(), "the lock ends when its file is closed");
        Ok(())
    }
}
