//! A folder that gets its name only when it is whole: made under another name beside it, then renamed. A process
//! that dies in the middle leaves a nameless folder behind, which the next start sweeps away under the lock.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::EmbeddedError;

const PREFIX: &str = ".unfinished-";

/// An unfinished folder; removed unless [`Fresh::finish`] gives it its name.
pub(super) struct Fresh {
    parent: PathBuf,
    path: PathBuf,
}

impl Fresh {
    /// Makes an empty folder for us alone. A new name each time: what a killed process started may still write
    /// into the folder it was given.
    pub(super) fn within(parent: &Path) -> Result<Self, EmbeddedError> {
        let moment = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let path = parent.join(format!("{PREFIX}{}-{}", std::process::id(), moment.as_nanos()));
        DirBuilder::new().mode(0o700).create(&path).map_err(EmbeddedError::io("make the folder", &path))?;
        Ok(Self { parent: parent.to_path_buf(), path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the folder its name, in its parent; where it is to last, has the disk remember it.
    pub(super) fn finish(self, name: &str, durable: bool) -> Result<(), EmbeddedError> {
        let target = self.parent.join(name);
        fs::rename(&self.path, &target)
            .and_then(|()| if durable { File::open(&self.parent)?.sync_all() } else { Ok(()) })
            .map_err(EmbeddedError::io("put in place", &target))
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // After `finish` there is nothing by this name any more.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes what earlier processes did not finish.
pub(super) fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_finished_folder_has_a_name() -> Result<(), Box<dyn std::error::Error>> {
        let parent = tempfile::tempdir()?;
        let names = || -> std::io::Result<Vec<_>> {
            fs::read_dir(parent.path())?.map(|entry| Ok(entry?.file_name().into_string().unwrap_or_default())).collect()
        };

        drop(Fresh::within(parent.path())?);
        assert!(names()?.is_empty(), "given up");

        std::mem::forget(Fresh::within(parent.path())?);
        assert_eq!(names()?.len(), 1, "killed in the middle");
        sweep(parent.path());
        assert!(names()?.is_empty(), "swept");

        let whole = Fresh::within(parent.path())?;
        fs::write(whole.path().join("file"), "x")?;
        whole.finish("whole", true)?;
        sweep(parent.path());
        assert_eq!(names()?, ["whole"]);
        Ok(())
    }
}
