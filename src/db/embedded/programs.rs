//! Which `initdb` and `postgres` to run, and how: with an empty environment (without the service's secrets), in their own
//! process group (Ctrl-C in the terminal does not reach them), and not as root if they refuse that.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{EmbeddedError, EmbeddedOptions, installed, sys};

/// A user to run the programs as, with that user's group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub uid: u32,
    pub gid: u32,
}

/// A folder with the programs.
pub(super) struct Programs {
    bin: PathBuf,
    /// Such as `17.5`.
    pub version: String,
    /// The account to run them as, if it is not the account of this process.
    pub account: Option<Account>,
    /// The archive's build never sets the timer for its timeouts: without help a deadlock lasts forever, and
    /// `statement_timeout` and similar settings have no effect.
    pub lacks_timers: bool,
}

impl Programs {
    /// Chooses the configured folder, else the archive, else an installed PostgreSQL. An existing cluster needs programs of
    /// its own major version.
    pub(super) fn choose(
        options: &EmbeddedOptions,
        data_dir: &Path,
        cluster: Option<u32>,
    ) -> Result<Self, EmbeddedError> {
        let fits = |programs: &Self| cluster.is_none_or(|major| programs.major() == Some(major));
        let preferred = match &options.postgres_bin {
            Some(bin) => Some(Self::named(bin)?),
            None => carried(data_dir, options.durable).transpose()?,
        };
        let others = match preferred {
            Some(programs) if fits(&programs) => return Ok(programs),
            Some(_) if options.postgres_bin.is_some() => Vec::new(),
            _ => installed::folders(),
        };
        let mut unfit = preferred;
        for bin in others {
            // Programs that cannot print their version count as not installed.
            let Ok(programs) = Self::at(bin) else {
                continue;
            };
            if fits(&programs) {
                return programs.not_as_root();
            }
            unfit.get_or_insert(programs);
        }
        Err(match (unfit, cluster) {
            (Some(programs), Some(cluster)) => {
                EmbeddedError::OtherVersion { cluster, programs: programs.version, bin: programs.bin }
            }
            _ => EmbeddedError::NotInstalled,
        })
    }

    fn named(bin: &Path) -> Result<Self, EmbeddedError> {
        let bin = bin.canonicalize().map_err(EmbeddedError::io("find the folder", bin))?;
        if !installed::holds_programs(&bin) {
            return Err(EmbeddedError::NoPrograms(bin));
        }
        Self::at(bin)?.not_as_root()
    }

    fn at(bin: PathBuf) -> Result<Self, EmbeddedError> {
        let mut programs = Self { bin, version: String::new(), account: None, lacks_timers: false };
        let mut command = programs.command("postgres");
        let output = programs.run("postgres", command.arg("--version"))?;
        version_in(&output).clone_into(&mut programs.version);
        Ok(programs)
    }

    /// An installed PostgreSQL does not run as root; the archive's does.
    fn not_as_root(mut self) -> Result<Self, EmbeddedError> {
        if sys::effective_uid() == 0 {
            self.account = Some(installed::account().ok_or(EmbeddedError::NoAccount)?);
        }
        Ok(self)
    }

    fn major(&self) -> Option<u32> {
        major_of(&self.version)
    }

    /// A command for one of the programs, still without arguments.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command
            .env_clear()
            // Messages in English, because `server::is_conflict` searches them.
            .env("LC_ALL", "C")
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::null());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    /// Runs a command made by [`Self::command`] to its end and returns its output.
    pub(super) fn run(&self, program: &'static str, command: &mut Command) -> Result<String, EmbeddedError> {
        sys::signal_on_our_death(command, sys::KILL);
        let output = command.output().map_err(EmbeddedError::io("run", &self.bin.join(program)))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(EmbeddedError::Program {
            program,
            status: output.status,
            log: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }
}

#[cfg(slrt_postgres_archive)]
fn carried(data_dir: &Path, durable: bool) -> Option<Result<Programs, EmbeddedError>> {
    let programs = super::archive::programs(data_dir, durable).and_then(Programs::at);
    Some(programs.map(|programs| Programs { lacks_timers: true, ..programs }))
}

#[cfg(not(slrt_postgres_archive))]
fn carried(_data_dir: &Path, _durable: bool) -> Option<Result<Programs, EmbeddedError>> {
    None
}

/// `postgres (PostgreSQL) 17.5 (Debian 17.5-1)` is version 17.5.
fn version_in(output: &str) -> &str {
    output.split_whitespace().nth(2).unwrap_or_default()
}

/// The major version: `17.5` and `17beta1` are 17.
pub(super) fn major_of(version: &str) -> Option<u32> {
    let digits = version.split(|letter: char| !letter.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_with_and_without_a_packager() {
        assert_eq!(version_in("postgres (PostgreSQL) 17.5\n"), "17.5");
        assert_eq!(version_in("postgres (PostgreSQL) 15.18 (Debian 15.18-0)\n"), "15.18");
        assert_eq!(version_in(""), "");
        assert_eq!(major_of("17.5"), Some(17));
        assert_eq!(major_of("18beta1"), Some(18));
        assert_eq!(major_of("16\n"), Some(16));
        assert_eq!(major_of(""), None);
    }
}
