//! The commands of the binary. Without a command it runs the demo.

mod access;
mod database;
mod import;
mod organization;
mod serve;

use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};

use crate::config::{DataArgs, ServerArgs};
use crate::db::text_enum::CodeList;
use crate::regions::RegionCode;

/// SLRT Referral API: complaints, eligibility and closed-loop referrals.
///
/// Without a command it runs the demo: a private PostgreSQL, synthetic data, and clients whose secrets it prints.
#[derive(Debug, Parser)]
#[command(name = "slrt", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    data: DataArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the demo: private database, synthetic data, printed secrets. This is the default command.
    Demo {
        #[command(flatten)]
        server: ServerArgs,
        /// Delete the demo's data and start over.
        #[arg(long)]
        reset: bool,
    },
    /// Run the service.
    Serve {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Migrate the database and load programmes and their rules.
    Migrate {
        /// Print the statements of the pending migrations with their locks and the sizes of the tables, and change nothing.
        #[arg(long)]
        plan: bool,
    },
    /// Run once after a backup was restored, before the service starts: cursors from before the restore get 410.
    Restore,
    /// Print the contract (OpenAPI 3.1, JSON).
    Openapi,
    /// Import a file of families, persons, dwellings, welfare statuses, organizations or services.
    Import(import::ImportArgs),
    /// Export a file with the columns that an import accepts.
    Export(import::ExportArgs),
    /// Manage the organizations that receive complaints and referrals.
    #[command(subcommand)]
    Organization(organization::OrganizationCommand),
    /// Manage the clients that may request tokens.
    #[command(subcommand)]
    Client(access::ClientCommand),
    /// Manage the officers on whose behalf a client may act.
    #[command(subcommand)]
    Staff(access::StaffCommand),
    /// Manage the service's keys.
    #[command(subcommand)]
    Keys(access::KeysCommand),
}

/// Failure of a command. The exit code is 2 for a configuration error and 1 otherwise.
#[derive(Debug)]
pub(crate) enum Failure {
    Configuration(String),
    Run(String),
}

impl Failure {
    pub(crate) fn run(error: impl std::fmt::Display) -> Self {
        Self::Run(error.to_string())
    }
}

pub fn main() -> ExitCode {
    crate::slices::install();
    let cli = Cli::parse_from(with_default_command(std::env::args().collect()));
    let outcome = cli.data.check().map_err(Failure::Configuration).and_then(|()| dispatch(cli));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Configuration(sentence)) => {
            print_error(&sentence);
            ExitCode::from(2)
        }
        Err(Failure::Run(sentence)) => {
            print_error(&sentence);
            ExitCode::FAILURE
        }
    }
}

/// `slrt` means `slrt demo`, and `slrt --reset` means `slrt demo --reset`.
fn with_default_command(mut args: Vec<String>) -> Vec<String> {
    let is_info = |a: &String| matches!(a.as_str(), "-h" | "--help" | "-V" | "--version");
    let names_command = args.iter().skip(1).any(|a| !a.starts_with('-'));
    let only_flags = args.get(1).is_none_or(|a| a.starts_with('-') && !is_info(a));
    if only_flags && (!names_command || args.get(1).is_some_and(|a| a == "--reset")) {
        args.insert(1, "demo".to_owned());
    }
    args
}

fn dispatch(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Demo { server, reset } => serve::demo(&cli.data, &server, reset),
        Command::Serve { server } => serve::serve(&cli.data, &server),
        Command::Migrate { plan: true } => database::plan(&cli.data),
        Command::Migrate { plan: false } => database::migrate(&cli.data),
        Command::Restore => database::restore(&cli.data),
        Command::Openapi => {
            let text = serde_json::to_string_pretty(&crate::app::contract()).map_err(Failure::run)?;
            say(&text);
            Ok(())
        }
        Command::Import(args) => import::import(&cli.data, &args),
        Command::Export(args) => import::export(&cli.data, &args),
        Command::Organization(command) => organization::organization(&cli.data, command),
        Command::Client(command) => access::client(&cli.data, command),
        Command::Staff(command) => access::staff(&cli.data, command),
        Command::Keys(command) => access::keys(&cli.data, command),
    }
}

/// Starts the log. Its first line names the version, which is that of `--version` and of the contract.
pub(crate) fn start_log(json: bool) {
    crate::telemetry::start(json);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "slrt");
}

/// Reads one of these codes. `--help` and a refusal list them.
pub(crate) fn codes<T>() -> impl TypedValueParser<Value = T>
where
    T: CodeList + std::str::FromStr<Err = String> + Clone + Send + Sync + 'static,
{
    let values = T::codes().into_iter().map(|code| PossibleValue::new(code.code).help(code.label_en));
    PossibleValuesParser::new(values).try_map(|text| text.parse::<T>())
}

/// Reads a region code, or `ID` for the whole country.
pub(crate) fn region_or_country(text: &str) -> Result<String, String> {
    if text == "ID" || RegionCode::parse(text).is_some() {
        return Ok(text.to_owned());
    }
    Err("unknown region code".to_owned())
}

#[expect(clippy::print_stdout, reason = "a command prints its result to standard output")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}

fn print_error(sentence: &str) {
    eprintln!("slrt: {sentence}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_start_is_the_demo() {
        let args = |list: &[&str]| with_default_command(list.iter().map(|s| (*s).to_owned()).collect());
        assert_eq!(args(&["slrt"]), ["slrt", "demo"]);
        assert_eq!(args(&["slrt", "--reset"]), ["slrt", "demo", "--reset"]);
        assert_eq!(args(&["slrt", "--help"]), ["slrt", "--help"]);
        assert_eq!(args(&["slrt", "migrate"]), ["slrt", "migrate"]);
        assert_eq!(args(&["slrt", "--env", "production", "serve"]), ["slrt", "--env", "production", "serve"]);
    }
}
