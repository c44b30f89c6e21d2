//! `vmedia` keeps the evidence behind an identity check: it asks the provider what a session holds, fetches every image,
//! video and data file, proves that each arrived whole, and files it so that anyone can check it years later.
//!
//! A value walks through the rooms in one direction: what was typed → settings → plan → transfer → store → events → what
//! is shown. The work never prints; the report never works.
//!
//! | layer | room | what it is for |
//! |---|---|---|
//! | 5 | `main`, [`run`] | parse, run, exit |
//! | 4 | [`cli`] | what the user typed: clap alone, no IO; completions and man pages |
//! | 4 | [`commands`] | one verb, one file |
//! | 3 | [`config`] | what the program needs: flag, environment, profile, default; where secrets come from; id lists |
//! | 3 | [`engine`] | the work: plan, queue, transfer, seals, events |
//! | 3 | [`report`] | what is shown: sentences, bars, JSON, tables, the only printer |
//! | 3 | [`sandbox`] | both providers to play with; shares nothing with the client |
//! | 2 | [`provider`] | who is asked: endpoints, listings, signatures |
//! | 2 | [`archive`] | what is kept: layout, record, bag, journal, page, verification |
//! | 1 | [`http`] | the wire: client, retries, pace, time-outs |
//! | 1 | [`store`] | where bytes land: whole files under final names, locks |
//! | 1 | [`seal`] | who vouches for a file, and since when it has been there: signatures, time stamps; keys that sign requests |
//! | 1 | [`media`] | the nouns: ids, items, media types, names |
//! | 0 | [`error`], [`exit`], [`secret`], [`clock`], [`text`], [`input`] | two lines and a status; what must not be seen; time and the wish to stop; what a person reads; files that a person names |
//!
//! A module uses what stands below it. Besides: `commands` and `config` read [`cli`]'s types, which they carry out and
//! resolve; `report` reads the engine's event types and `cli`'s formats; an error and a wish to stop carry an exit status.

pub mod archive;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod engine;
pub mod error;
pub mod exit;
pub mod http;
pub mod input;
pub mod media;
pub mod provider;
pub mod report;
pub mod sandbox;
pub mod seal;
pub mod secret;
pub mod store;
pub mod text;

use std::ffi::OsString;

/// Runs the program with these words, the first of which is its name, and gives the number to end with.
pub fn run(words: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = match cli::parse(words) {
        Ok(arguments) => arguments,
        Err(instead) => return answer(&instead),
    };
    let console = report::Console::of_process(arguments.color);
    match commands::run(arguments, &console) {
        commands::Ended::With(exit) => console.exit(exit).code(),
        commands::Ended::As(number) => number,
    }
}

/// Help and version are answers; a mistake is reported in the two lines of every error.
fn answer(instead: &cli::Instead) -> u8 {
    let console = report::Console::of_process(cli::ColorChoice::Auto);
    let exit = match instead {
        cli::Instead::Answer(plain, coloured) => {
            console.answer(if console.colours_answers() { coloured } else { plain }.as_bytes());
            exit::Exit::Done
        }
        cli::Instead::Help(plain, coloured) => {
            console.message(if console.colours_messages() { coloured } else { plain }.trim_end());
            exit::Exit::Usage
        }
        cli::Instead::Mistake(error, streams) => {
            let now = clock::Clock::now(&clock::SystemClock::start());
            report::report_failure(error, streams, now, &console);
            error.exit()
        }
    };
    console.exit(exit).code()
}
