//! `vmedia` archives the media of identity checks: it lists the media of a session at the provider, downloads every image, video
//! and data file, checks that each arrived whole, and writes them into a folder that can be verified years later.
//!
//! Data flows in one direction: arguments → settings → plan → receive → judge → place → publish → events → report. The engine
//! never prints, and the report does no work.
//!
//! | layer | module | purpose |
//! |---|---|---|
//! | 5 | `main`, [`run`] | parse, run, exit |
//! | 4 | [`cli`] | the command line: clap alone, no IO; completions and man pages |
//! | 4 | `commands` | one command per file |
//! | 3 | [`config`] | settings from flag, environment, profile or default; sources of secrets; lists of session ids |
//! | 3 | [`engine`] | the run over many sessions: plan, queue, transfer, events |
//! | 3 | [`report`] | messages, bars, JSON, tables; the only writer to the terminal |
//! | 3 | [`sandbox`] | the package `vmedia-sandbox`: both providers to test against; shares nothing with the client |
//! | 2 | [`objects`] | buckets of S3: signed requests, checksums, versions |
//! | 2 | [`provider`] | endpoints, listings, signatures of each provider |
//! | 1 | [`http`] | client, retries, rate limits, time-outs |
//! | 1 | `viewer` | a server on loopback that shows an opened session to a browser |
//! | 0 | [`clock`] | time, waiting, and requests to stop |
//! | 0 | [`exit`] | exit statuses |
//! | 0 | [`secret`] | values that must not be printed |
//! | 0 | [`archive`], [`error`], [`input`], [`model`], [`seal`], [`store`], [`text`] | the package `vmedia-archive`: session folders, journal, verification, and what they are made of |
//!
//! A module uses modules of lower layers. Besides, `commands` and `config` read [`cli`]'s types, and `report` reads the engine's
//! events and [`cli`]'s formats.

pub mod cli;
pub mod clock;
mod commands;
pub mod config;
pub mod engine;
pub mod exit;
pub mod http;
pub mod objects;
pub mod provider;
pub mod report;
pub mod secret;
mod viewer;

pub use vmedia_archive as archive;
pub use vmedia_archive::{error, input, model, seal, store, text};
pub use vmedia_sandbox as sandbox;

use std::ffi::OsString;

/// Runs the program with these arguments, the first of which is its name, and returns the exit status.
pub fn run(words: impl IntoIterator<Item = OsString>) -> u8 {
    let words: Vec<OsString> = words.into_iter().collect();
    if let Some(completion) = cli::Completion::of(&words) {
        return commands::complete(completion);
    }
    match cli::parse(words) {
        Ok(arguments) => commands::run(arguments),
        Err(exit) => run_without_command(&exit),
    }
}

/// Prints help, version or the error of an invalid command line.
fn run_without_command(exit: &cli::ParseExit) -> u8 {
    let console = report::Console::of_process(cli::ColorChoice::Auto);
    let exit = match exit {
        cli::ParseExit::Output(plain, coloured) => {
            console.answer(if console.colours_answers() { coloured } else { plain }.as_bytes());
            exit::Exit::Done
        }
        cli::ParseExit::Help(plain, coloured) => {
            console.message(if console.colours_messages() { coloured } else { plain }.trim_end());
            exit::Exit::from(error::ErrorKind::Usage)
        }
        cli::ParseExit::Invalid(error, streams) => {
            let now = clock::Clock::now(&clock::SystemClock::start());
            report::report_failure(error, streams, now, &console);
            exit::Exit::of(error)
        }
    };
    console.exit(exit).code()
}
