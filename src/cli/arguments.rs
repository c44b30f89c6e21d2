//! The commands and flags as clap reads them. The doc comments here are the help that people read.
//!
//! Secrets have no flag: a command line is visible to every user of the machine.

use super::config::ConfigArguments;
use super::global::Global;
use super::help;
use super::schedule::ScheduleArguments;
use super::values::{days, moment, percent, sha256};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Brings home the media behind an identity check, and proves years later that nothing was lost or changed.
#[derive(Debug, Parser)]
#[command(name = "vmedia", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = true, after_help = help::PROGRAM)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Flags that every command takes.
    #[command(flatten)]
    pub global: Global,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what sessions hold, before anything is fetched
    #[command(after_help = help::LIST)]
    List(ListArguments),
    /// Show the attempts of sessions
    #[command(after_help = help::ATTEMPTS)]
    Attempts(AttemptsArguments),
    /// Archive every image, video and NFC file of sessions, each session in a folder of its own
    #[command(after_help = help::DOWNLOAD)]
    Download(DownloadArguments),
    /// Compare archived sessions with their listings, manifests and journal, offline
    #[command(after_help = help::VERIFY)]
    Verify(VerifyArguments),
    /// List what archives hold, a row a session
    #[command(after_help = help::CATALOG)]
    Catalog(CatalogArguments),
    /// Fetch again what is damaged or missing in archived sessions, and nothing else
    #[command(after_help = help::REPAIR)]
    Repair(RepairArguments),
    /// Show where the configuration is and what it says, or write one
    #[command(after_help = help::CONFIG)]
    Config(ConfigArguments),
    /// Run a small provider on this machine, to try vmedia without an account
    #[command(after_help = help::SANDBOX)]
    Sandbox(SandboxArguments),
    /// See the main job in one command: a sandbox, a download with progress bars, a check
    #[command(after_help = help::DEMO)]
    Demo(DemoArguments),
    /// Print the completions for a shell
    #[command(after_help = help::COMPLETIONS)]
    Completions(CompletionsArguments),
    /// Print the man page, or write all man pages into a folder
    #[command(after_help = help::MAN)]
    Man(ManArguments),
}

impl Command {
    /// The verb as it is typed.
    pub fn name(&self) -> &'static str {
        match self {
            Self::List(_) => "list",
            Self::Attempts(_) => "attempts",
            Self::Download(_) => "download",
            Self::Verify(_) => "verify",
            Self::Catalog(_) => "catalog",
            Self::Repair(_) => "repair",
            Self::Config(_) => "config",
            Self::Sandbox(_) => "sandbox",
            Self::Demo(_) => "demo",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }
}

/// How lists are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// For people
    #[default]
    Table,
    /// One JSON array
    Json,
    /// For spreadsheets
    Csv,
}

/// How a run is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum EventFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object a line on standard output, an event each
    Json,
}

/// Sorts of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindChoice {
    /// Pictures, and PDF files among them
    Image,
    /// Recordings
    Video,
    /// Data from a document's chip
    Nfc,
    /// Data files, and anything that this version has no word for
    Other,
}

/// `vmedia list`.
#[derive(Debug, Clone, Args)]
pub struct ListArguments {
    /// The sessions
    #[arg(required = true, value_name = "SESSION_ID")]
    pub sessions: Vec<String>,
    /// Only this attempt
    #[arg(long, value_name = "ID", conflicts_with = "latest")]
    pub attempt: Option<String>,
    /// Only the newest attempt
    #[arg(long)]
    pub latest: bool,
    /// Warn when media are close to the provider's deletion date, N days after capture [default: 90 (Veriff), 7 (Yoti)]
    ///
    /// The warning begins when three quarters of N days have passed. The default is an assumption: without this option, media that
    /// are older than it by a quarter are no longer warned about.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(days()))]
    pub provider_days: Option<u32>,
    /// How to print it
    #[arg(long, default_value = "table")]
    pub format: TableFormat,
}

/// `vmedia attempts`.
#[derive(Debug, Clone, Args)]
pub struct AttemptsArguments {
    /// The sessions
    #[arg(required = true, value_name = "SESSION_ID")]
    pub sessions: Vec<String>,
    /// How to print it
    #[arg(long, default_value = "table")]
    pub format: TableFormat,
}

/// `vmedia download`.
#[derive(Debug, Clone, Default, Args)]
pub struct DownloadArguments {
    /// The sessions
    #[arg(value_name = "SESSION_ID", required_unless_present = "from")]
    pub sessions: Vec<String>,
    /// Read session ids from a file, or - for standard input: one a line, a column of CSV, or webhooks as JSON
    #[arg(long, value_name = "FILE|-")]
    pub from: Option<String>,
    /// Only the newest attempt
    #[arg(long)]
    pub latest: bool,
    /// Only this attempt
    #[arg(long, value_name = "ID", conflicts_with = "latest")]
    pub attempt: Option<String>,
    /// The archive's folder [default: ./vmedia-archive]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Only these sorts of media
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub only: Vec<KindChoice>,
    /// Only media whose context matches, such as `document-*` or `id_document-*/page-*`; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub context: Vec<String>,
    /// Keep these documents of Veriff's too: decision, decision-fullauto, person, watchlist-screening; or all that there are
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub with: Vec<String>,
    /// Files in flight at once, 1 to 64; a quarter as many sessions are listed ahead of them [default: 16]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: Option<u16>,
    /// Warn when media are close to the provider's deletion date, N days after capture [default: 90 (Veriff), 7 (Yoti)]
    ///
    /// The warning begins when three quarters of N days have passed. The default is an assumption: without this option, media that
    /// are older than it by a quarter are no longer warned about.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(days()))]
    pub provider_days: Option<u32>,
    /// Show what would be done and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Fetch again what is here and compare; what differs is kept beside it
    #[arg(long)]
    pub refetch: bool,
    /// Do not ask again about sessions that are complete in the archive
    #[arg(long, conflicts_with = "refetch")]
    pub skip_complete: bool,
    /// Write the ids of the sessions that did not come to a good end into this file, to run them again with --from
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub failed_to: Option<PathBuf>,
    /// Take no file that disagrees with the listing and no answer that is not signed
    #[arg(long)]
    pub strict: bool,
    /// How to tell what happens
    #[arg(long, default_value = "text")]
    pub format: EventFormat,
    /// How to seal what happened.
    #[command(flatten)]
    pub seal: SealArguments,
    /// What a run that nobody watches takes.
    #[command(flatten)]
    pub schedule: ScheduleArguments,
}

/// How a run's journal is sealed.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Seals")]
pub struct SealArguments {
    /// Sign the run's journal with this Ed25519 key, as ssh-keygen makes it
    #[arg(long, value_name = "FILE")]
    pub sign_key: Option<PathBuf>,
    /// Sign above earlier runs that changed sessions without a signature, and record REASON in the journal
    #[arg(long, value_name = "REASON", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub accept_unsealed: Option<String>,
    /// Let this authority stamp the run's journal with its time (RFC 3161); it gets the SHA-256 alone
    #[arg(long, value_name = "URL")]
    pub timestamp: Option<String>,
}

/// `vmedia verify`.
#[derive(Debug, Clone, Default, Args)]
pub struct VerifyArguments {
    /// Session folders, archive folders, or folders with archives in them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Check the provider's signatures again; takes the API secrets of that time
    #[arg(long)]
    pub authenticate: bool,
    /// Read only this share of the payload files, chosen by chance; everything else is checked as usual
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub sample: Option<f64>,
    /// Check only sessions that changed since this day (UTC) or moment
    #[arg(long, value_name = "DATE", value_parser = moment)]
    pub since: Option<Timestamp>,
    /// The journal must still hold the line with this digest, which was kept elsewhere; may be given several times
    #[arg(long, value_name = "SHA256", value_parser = sha256)]
    pub expect_head: Vec<String>,
    /// Only these may have signed the journal, and one must have: an OpenSSH list of allowed signers, or a .pub file
    #[arg(long, value_name = "FILE")]
    pub signers: Option<PathBuf>,
    /// Judge time stamps: trust authorities that a certificate in this file (PEM) vouches for; may be given several times
    #[arg(long, value_name = "FILE")]
    pub tsa_ca: Vec<PathBuf>,
    /// Files to read at once [default: one a processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Do not write into the journal that this was verified
    #[arg(long)]
    pub read_only: bool,
    /// How to tell what is found
    #[arg(long, default_value = "text")]
    pub format: EventFormat,
    /// What a run that nobody watches takes.
    #[command(flatten)]
    pub schedule: ScheduleArguments,
}

/// `vmedia catalog`.
#[derive(Debug, Clone, Args)]
pub struct CatalogArguments {
    /// An archive folder, or a folder with archives in it
    #[arg(value_name = "ROOT")]
    pub root: PathBuf,
    /// Write a page into the archive, too: index.html, with a link to each session's own page
    #[arg(long)]
    pub html: bool,
    /// How to print it
    #[arg(long, default_value = "table")]
    pub format: TableFormat,
}

/// `vmedia repair`.
#[derive(Debug, Clone, Args)]
pub struct RepairArguments {
    /// Session folders, archive folders, or folders with archives in them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Files in flight at once, 1 to 64 [default: 16]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: Option<u16>,
    /// Take no file that disagrees with the listing and no answer that is not signed
    #[arg(long)]
    pub strict: bool,
    /// How to tell what happens
    #[arg(long, default_value = "text")]
    pub format: EventFormat,
    /// How the journal is sealed.
    #[command(flatten)]
    pub seal: SealArguments,
    /// What a run that nobody watches takes.
    #[command(flatten)]
    pub schedule: ScheduleArguments,
}

/// `vmedia sandbox`.
#[derive(Debug, Clone, Args)]
pub struct SandboxArguments {
    /// Where to listen; this machine only
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Serve the sessions in this folder too, and keep uploads in it
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// How to misbehave, in the words of the sandbox's documentation.
    #[arg(
        long,
        value_name = "SCRIPT",
        value_delimiter = ',',
        help = "Misbehave: TARGET=FAULT[:ARG][*COUNT|/EVERY], several separated by commas"
    )]
    pub faults: Vec<String>,
    /// Run this command with the environment set to the sandbox, and exit with its status
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<std::ffi::OsString>,
}

/// `vmedia demo`.
#[derive(Debug, Clone, Args)]
pub struct DemoArguments {
    /// Where to put the demonstration's archive
    #[arg(short, long, value_name = "DIR", default_value = "vmedia-demo")]
    pub output: PathBuf,
}

/// `vmedia completions`.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArguments {
    /// The shell
    #[arg(required_unless_present = "dir")]
    pub shell: Option<clap_complete::Shell>,
    /// Write the files for all shells into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "shell")]
    pub dir: Option<PathBuf>,
}

/// `vmedia man`.
#[derive(Debug, Clone, Args)]
pub struct ManArguments {
    /// Write a page for the program and one for each command into this folder
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
