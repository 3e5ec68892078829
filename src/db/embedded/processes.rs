//! What the system tells about other processes. Linux answers from `/proc`; elsewhere its own tools are asked. No
//! answer is an empty one: whoever asks must be safe with that.

use std::fs::File;
use std::path::Path;

/// The processes whose standard input is this file, without ourselves. The file has no other users.
#[cfg(target_os = "linux")]
pub(super) fn heirs(file: &File, _path: &Path) -> Vec<u32> {
    use std::fs;
    use std::os::unix::fs::MetadataExt;

    let Ok(ours) = file.metadata() else {
        return Vec::new();
    };
    let us = std::process::id();
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| {
            *pid != us
                && fs::metadata(format!("/proc/{pid}/fd/0"))
                    .is_ok_and(|theirs| (theirs.dev(), theirs.ino()) == (ours.dev(), ours.ino()))
        })
        .collect()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn heirs(_file: &File, path: &Path) -> Vec<u32> {
    let us = std::process::id();
    let users = numbers(&ask("lsof", &["-t", "--", &path.to_string_lossy()]));
    users.into_iter().filter(|pid| *pid != us).collect()
}

/// The child processes of a process that has a single thread.
#[cfg(target_os = "linux")]
pub(super) fn children(pid: u32) -> Vec<u32> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    numbers(&list.unwrap_or_default())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn children(pid: u32) -> Vec<u32> {
    numbers(&ask("pgrep", &["-P", &pid.to_string()]))
}

/// The program that a process runs, as it was called; empty when the process is gone or does not tell.
#[cfg(target_os = "linux")]
pub(super) fn program(pid: u32) -> String {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let program = line.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(program).into_owned()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn program(pid: u32) -> String {
    let program = ask("ps", &["-o", "comm=", "-p", &pid.to_string()]);
    program.trim().to_owned()
}

#[cfg(not(target_os = "linux"))]
fn ask(tool: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new(tool).args(arguments).output();
    output.map_or_else(|_| String::new(), |output| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn numbers(text: &str) -> Vec<u32> {
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_child_is_found_by_what_it_inherited() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("lock");
        let file = File::create(&path)?;
        assert_eq!(heirs(&file, &path), [0; 0]);

        // The system knows what a process is called a moment after it has begun: this one says that it runs.
        let mut child = Command::new("sh")
            .args(["-c", "echo; kill -STOP $$"])
            .stdin(file.try_clone()?)
            .stdout(Stdio::piped())
            .spawn()?;
        let said = child.stdout.take().ok_or_else(|| std::io::Error::other("no output"))?;
        BufReader::new(said).read_line(&mut String::new())?;
        let found = heirs(&file, &path);
        let name = program(child.id());
        child.kill()?;
        child.wait()?;
        assert_eq!(found, [child.id()]);
        assert_eq!(name, "sh");
        assert_eq!(heirs(&file, &path), [0; 0]);
        assert_eq!(program(child.id()), "");
        Ok(())
    }

    #[test]
    fn lists_are_read_whatever_separates_them() {
        assert_eq!(numbers("12 7 \n"), [12, 7]);
        assert_eq!(numbers("12\n7\n"), [12, 7]);
        assert_eq!(numbers(""), [0; 0]);
    }
}
