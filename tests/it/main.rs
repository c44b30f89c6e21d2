//! Integration tests: the real binary, HTTP on loopback, real files. One file per concern.
//!
//! - `adopt`: a session for which no journal vouches is recorded again.
//! - `batch`: many sessions in one run: skipped, listed as failed, limited, reported on the way.
//! - `buckets`: objects in a real object store.
//! - `catalog`: a row per session, in each format and as a page.
//! - `codes`: the codes of reasons, disagreements and errors are documented.
//! - `completions`: bash, fish and zsh.
//! - `config`: the configuration file, its settings and its errors.
//! - `config_check`: problems are reported before a run.
//! - `crash`: an end at any step, by a store that fails or stops, and the order that survives a power loss.
//! - `demo`: the README's first command; other tools accept its archive.
//! - `docs`: runs the commands of the documents and of the help; checks links, flags and keys.
//! - `download`: attempts, second runs, selection, companion documents, comparison, lists of ids.
//! - `encrypted`: archives that their writer cannot read, opened by Debian's `age`.
//! - `erase`: what remains of an erased session, and that nothing brings it back.
//! - `evidence`: `verify` finds every change of an archive, and reports nothing else.
//! - `examples`: the files in `examples/`, each run as in use.
//! - `export`: what is handed out, judged by other tools; every change of it is found.
//! - `failures`: the table of failures: what is archived, printed and returned.
//! - `feel`: unusual terminals, closed streams, odd names, pasted ids.
//! - `find`: one session among those of an archive: found, shown, opened.
//! - `fixture`: an archive of version 1 of the formats, which later versions must read.
//! - `flags`: each command takes the flags that it uses.
//! - `fuzz`: replays the corpus; its folder holds the fuzz targets.
//! - `generated`: completions and man pages match the code.
//! - `hostile`: names, sizes and texts with bad intent.
//! - `input`: errors on the command line.
//! - `interrupt`: Ctrl-C, SIGTERM, SIGKILL, full disks, and the run after them; two runs at once.
//! - `layers`: the rules of the architecture.
//! - `listing`: `list` and `attempts` in their formats.
//! - `output`: streams, JSON events, escape codes, no secrets.
//! - `packages`: archives, Debian package, crate and container agree; a release needs a ready commit.
//! - `page`: the page of a session, also in a real browser.
//! - `provider`: what every provider must do, run for each.
//! - `repair`: fetches damaged and missing files again, and nothing else.
//! - `round_trips`: requests that depend on nothing are made together.
//! - `samples`: sessions with every documented context, type and contradiction.
//! - `sandbox`: the sandbox as a command, and the vendor's workflow.
//! - `scheduled`: unattended runs: log, time limit, notifications, metrics.
//! - `schema`: the published schemas against written files, judged by Python's `jsonschema`.
//! - `seal`: signatures and time stamps, judged by `ssh-keygen` and `openssl`.
//! - `secrets`: their sources, and that they are in no output or file.
//! - `ship`: sessions in a bucket: killed at every step, by several archives, refused.
//! - `terminal`: lines that fit it, what a download brought, failures of a batch, waits.
//! - `wire`: a server that sends arbitrary bytes, for what the sandbox does not send.
//! - `yoti`: one document, withheld media, sessions that grow, credentials in the answer.

#![allow(unreachable_pub, missing_docs, reason = "one binary")]
#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "tests may"
)]
#![cfg_attr(not(target_os = "linux"), allow(dead_code, unused_imports, reason = "helpers of tests for Linux"))]

mod harness;

mod adopt;
mod batch;
#[cfg(unix)]
mod buckets;
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
mod encrypted;
mod erase;
mod evidence;
mod examples;
mod export;
mod failures;
mod feel;
mod find;
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
mod retention;
mod round_trips;
mod samples;
mod sandbox;
mod scheduled;
mod schema;
mod seal;
mod secrets;
#[cfg(unix)]
mod ship;
#[cfg(unix)]
mod terminal;
mod wire;
mod yoti;
