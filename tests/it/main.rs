//! The program as its users run it: the real binary, real HTTP on loopback, real files. One concern a file.
//!
//! - `batch`: many sessions in one run: what is skipped, listed as failed, limited, and reported on the way.
//! - `catalog`: a row for every session, in each format and as a page.
//! - `codes`: the codes of reasons and disagreements, in the code, the schemas and the documentation.
//! - `completions`: what bash, fish and zsh offer after Tab.
//! - `config`: where the configuration is looked for, what it says, what is wrong with it.
//! - `crash`: an end at any step, by a store that fails or stops, and the order that a power loss respects.
//! - `demo`: the README's first command, and that its archive is what other tools accept.
//! - `docs`: every command of the documents and of the help is run; what they name exists.
//! - `download`: the main job: every attempt, second runs, narrowing, companions, comparing, lists of ids.
//! - `listing`: `list` and `attempts` in their three formats.
//! - `repair`: damaged and missing files are fetched again, and nothing else.
//! - `samples`: sessions with every documented context and mimetype, and with every contradiction.
//! - `evidence`: whatever is done to an archive afterwards is found by `verify`, and nothing else is.
//! - `examples`: the files in `examples/`, each run as it is meant to be.
//! - `failures`: the table of failures, each with what is archived, said and returned.
//! - `feel`: odd terminals, closed streams, strange names, and what people paste.
//! - `fixture`: an archive of version 1 of the formats, which every later version must know.
//! - `fuzz`: what fuzzing found, replayed; its folder holds what fuzzing runs.
//! - `hostile`: names, sizes and texts that mean harm.
//! - `input`: what people type wrong, each with two lines and a status.
//! - `interrupt`: Ctrl-C, SIGTERM, SIGKILL, and the run after them; two runs at once.
//! - `output`: what is printed where; JSON events; no escape codes off a terminal; no secret anywhere.
//! - `config_check`: problems are reported before a run is needed.
//! - `secrets`: where they come from, and that they are nowhere else.
//! - `sandbox`: the sandbox as a command, and the vendor's round trip.
//! - `scheduled`: unattended runs: log, time limit, notifications.
//! - `schema`: the published schemas against what is written, judged by Python's `jsonschema`.
//! - `seal`: signatures and time stamps, with `ssh-keygen` and `openssl` as judges.
//! - `generated`: completions and man pages are what the code generates.
//! - `packages`: archives, Debian package, crate and container agree, and only a commit that is ready is released.
//! - `page`: the page that a person opens in an archive, also in a real browser.
//! - `provider`: what every provider must do alike, run for each.
//! - `yoti`: where Yoti is unlike the other: one document, withheld media, sessions that grow, credentials in the answer.
//! - `wire`: a server that says whatever bytes a test wants, for what the sandbox is too well-bred to say.
//! - `layers`: the rules of the architecture.

#![allow(unreachable_pub, missing_docs, reason = "one binary, read from within")]
#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "tests may"
)]

mod harness;

mod batch;
mod catalog;
mod codes;
#[cfg(unix)]
mod completions;
mod config;
mod config_check;
mod crash;
mod demo;
mod docs;
mod download;
mod evidence;
mod examples;
mod failures;
mod feel;
mod fixture;
mod flags;
mod fuzz;
mod generated;
mod hostile;
mod input;
mod interrupt;
mod layers;
mod listing;
mod output;
mod packages;
mod page;
mod provider;
mod repair;
mod samples;
mod sandbox;
mod scheduled;
mod schema;
mod seal;
mod secrets;
mod wire;
mod yoti;
