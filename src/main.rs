//! Hands the command line to the library and ends with its number. Nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(vmedia::run(std::env::args_os()))
}
