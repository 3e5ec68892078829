//! Information about other processes: from `/proc` on Linux, else from the system's tools. Without an answer the result is
//! empty, and callers must be safe with an empty result.

use std::fs::File;
use std::path::Path;

/// The processes whose standard input is this file, without this process. No other process uses the file.
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
    let users = numbers(&run_tool("lsof", &["-t", "--", &path.to_string_lossy()]));
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
    numbers(&run_tool("pgrep", &["-P", &pid.to_string()]))
}

/// The program of a process, as it was called; empty if the process has ended or its name cannot be read.
#[cfg(target_os = "linux")]
pub(super) fn program(pid: u32) -> String {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let program = line.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(program).into_owned()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn program(pid: u32) -> String {
    let program = run_tool("ps", &["-o", "comm=", "-p", &pid.to_string()]);
    program.trim().to_owned()
}

#[cfg(not(target_os = "linux"))]
fn run_tool(tool: &str, arguments: &[&str]) -> String {
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
    fn a_child_is_found_by_its_inherited_file() -> std::io::Result<()> {
        let folder = temp_dir::TempDir::new()?;
        let path = folder.path().join("lock");
        let file = File::create(&path)?;
        assert_eq!(heirs(&file, &path), [0; 0]);

        // A process has its final name only a moment after it has started: this one writes a line when it runs.
        let mut child = Command::new("sh")
            .args(["-c", "echo; kill -STOP $$"])
            .stdin(file.try_clone()?)
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or_else(|| std::io::Error::other("no output"))?;
        BufReader::new(output).read_line(&mut String::new())?;
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
    fn lists_are_separated_by_any_white_space() {
        assert_eq!(numbers("12 7 \n"), [12, 7]);
        assert_eq!(numbers("12\n7\n"), [12, 7]);
        assert_eq!(numbers(""), [0; 0]);
    }
}
