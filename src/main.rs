//! The one binary. See `slrt --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    slrt::cli::main()
}
