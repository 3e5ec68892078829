//! A folder that gets its final name only when it is complete: created under a temporary name in the same parent, then
//! renamed. If the process dies before that, the next start removes the temporary folder while it has the lock.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::EmbeddedError;

const PREFIX: &str = ".unfinished-";

/// An unfinished folder; removed unless [`Fresh::finish`] gives it its final name.
pub(super) struct Fresh {
    parent: PathBuf,
    path: PathBuf,
}

impl Fresh {
    /// Creates an empty folder that only this user can access. Each folder has a new name: child processes of a killed
    /// process may still write into the old one.
    pub(super) fn within(parent: &Path) -> Result<Self, EmbeddedError> {
        let moment = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let path = parent.join(format!("{PREFIX}{}-{}", std::process::id(), moment.as_nanos()));
        DirBuilder::new().mode(0o700).create(&path).map_err(EmbeddedError::io("make the folder", &path))?;
        Ok(Self { parent: parent.to_path_buf(), path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Renames the folder to its final name. `durable`: also syncs the parent folder to disk.
    pub(super) fn finish(self, name: &str, durable: bool) -> Result<(), EmbeddedError> {
        let target = self.parent.join(name);
        fs::rename(&self.path, &target)
            .and_then(|()| if durable { File::open(&self.parent)?.sync_all() } else { Ok(()) })
            .map_err(EmbeddedError::io("put in place", &target))
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // After `finish` this path does not exist any more.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes unfinished folders of earlier processes.
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
    fn only_a_finished_folder_gets_its_final_name() -> Result<(), Box<dyn std::error::Error>> {
        let parent = temp_dir::TempDir::new()?;
        let names = || -> std::io::Result<Vec<_>> {
            fs::read_dir(parent.path())?.map(|entry| Ok(entry?.file_name().into_string().unwrap_or_default())).collect()
        };

        drop(Fresh::within(parent.path())?);
        assert!(names()?.is_empty(), "removed when dropped");

        std::mem::forget(Fresh::within(parent.path())?);
        assert_eq!(names()?.len(), 1, "process killed before the end");
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
