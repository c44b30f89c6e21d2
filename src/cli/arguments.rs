//! The commands and flags as clap reads them. The doc comments here are the help that people read.
//!
//! Secrets have no flag: a command line is visible to every user of the machine.

use super::change::{AdoptArguments, EncryptArguments, EraseArguments, ExportArguments};
use super::choices::{ColorChoice, EventFormat, LayoutChoice, ProviderChoice, VerifyBy};
use super::config::ConfigCommand;
use super::encryption::EncryptionArguments;
use super::flags::{ConnectionFlags, Flags, LocalFlags, ProfileFlags, TrustFlags};
use super::held::{CatalogArguments, FindArguments, HeldArguments, OpenArguments, RowsArguments, ShowArguments};
use super::help;
use super::keys::KeysCommand;
use super::listing::{AttemptsArguments, ListArguments, ListingArguments};
use super::retention::{HoldCommand, RetentionCommand};
use super::schedule::ScheduleArguments;
use super::seal::SealArguments;
use super::ship::ShipArguments;
use super::tools::{CompletionsArguments, DemoArguments, ManArguments, SandboxArguments};
use super::values::{Since, jobs, percent, sha256, shard, since};
use crate::archive::Shard;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Archive identity-verification media, and verify years later that nothing was lost or changed.
#[derive(Debug, Parser)]
// With this `bin_name`, no message has the name of the file, `vmedia.exe` on Windows.
#[command(name = "vmedia", bin_name = "vmedia", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = help::PROGRAM)]
pub struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,
}

impl Arguments {
    /// Returns the name of the command.
    pub fn command_name(&self) -> &'static str {
        self.command.name()
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the media of sessions, without fetching them
    #[command(after_help = help::LIST)]
    List(ListArguments),
    /// Show the attempts of sessions
    #[command(after_help = help::ATTEMPTS)]
    Attempts(AttemptsArguments),
    /// Archive every image, video and NFC file of sessions
    #[command(after_help = help::DOWNLOAD)]
    Download(Box<DownloadArguments>),
    /// Compare archived sessions with their listings, manifests and journal, offline
    #[command(after_help = help::VERIFY)]
    Verify(VerifyArguments),
    /// List the sessions of archives
    #[command(after_help = help::CATALOG)]
    Catalog(CatalogArguments),
    /// Find archived sessions by reference, name or id
    #[command(after_help = help::FIND)]
    Find(FindArguments),
    /// Show what the archive holds of a session
    #[command(after_help = help::SHOW)]
    Show(ShowArguments),
    /// Open the page of an archived session in the browser
    #[command(after_help = help::OPEN)]
    Open(OpenArguments),
    /// Fetch again what is damaged or missing in archived sessions
    #[command(after_help = help::REPAIR)]
    Repair(RepairArguments),
    /// Hand out archived sessions in a ZIP file, with the proof that they are unchanged
    #[command(after_help = help::EXPORT)]
    Export(ExportArguments),
    /// Copy archived sessions into a bucket, as versions that nothing changes
    #[command(after_help = help::SHIP)]
    Ship(Box<ShipArguments>),
    /// Encrypt archived sessions to public keys
    #[command(after_help = help::ENCRYPT, mut_arg("recipient", |recipient| recipient.hide_short_help(false)))]
    Encrypt(Box<EncryptArguments>),
    /// Destroy archived sessions by order, and keep a certificate of each
    #[command(after_help = help::ERASE)]
    Erase(EraseArguments),
    /// Hold sessions: nothing of them is erased until they are released
    #[command(subcommand, subcommand_required = true, arg_required_else_help = true, after_help = help::HOLD)]
    Hold(HoldCommand),
    /// Grant the keys of encrypted sessions, or encrypt them to other recipients
    #[command(subcommand, subcommand_required = true, arg_required_else_help = true, after_help = help::KEYS)]
    Keys(KeysCommand),
    /// Record from when retention counts, list what is due, and plan erasures
    #[command(subcommand, subcommand_required = true, arg_required_else_help = true, after_help = help::RETENTION)]
    Retention(RetentionCommand),
    /// Record sessions in the journal that it lacks, after reading them
    #[command(after_help = help::ADOPT)]
    Adopt(AdoptArguments),
    /// Show, check or write the configuration
    #[command(subcommand, subcommand_required = true, arg_required_else_help = true, after_help = help::CONFIG)]
    Config(ConfigCommand),
    /// Run a provider on this machine, to try vmedia without an account
    #[command(after_help = help::SANDBOX)]
    Sandbox(SandboxArguments),
    /// Show a download and its verification, without an account
    #[command(after_help = help::DEMO)]
    Demo(DemoArguments),
    /// Print the completions for a shell
    #[command(after_help = help::COMPLETIONS)]
    Completions(CompletionsArguments),
    /// Print the man page, or write all man pages to a folder
    #[command(after_help = help::MAN)]
    Man(ManArguments),
}

impl Command {
    /// Returns the command as it is typed.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::List(_) => "list",
            Self::Attempts(_) => "attempts",
            Self::Download(_) => "download",
            Self::Verify(_) => "verify",
            Self::Catalog(_) => "catalog",
            Self::Find(_) => "find",
            Self::Show(_) => "show",
            Self::Open(_) => "open",
            Self::Repair(_) => "repair",
            Self::Export(_) => "export",
            Self::Ship(_) => "ship",
            Self::Encrypt(_) => "encrypt",
            Self::Erase(_) => "erase",
            Self::Keys(keys) => keys.name(),
            Self::Hold(hold) => hold.name(),
            Self::Retention(retention) => retention.name(),
            Self::Adopt(_) => "adopt",
            Self::Config(_) => "config",
            Self::Sandbox(_) => "sandbox",
            Self::Demo(_) => "demo",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }

    /// Returns the shared flags of this command; those that it lacks are not set.
    pub(crate) fn flags(&self) -> Flags {
        match self {
            Self::List(ListArguments { flags, .. }) | Self::Attempts(AttemptsArguments { flags, .. }) => flags.clone().into(),
            Self::Download(download) => download.run.flags.clone(),
            Self::Repair(repair) => repair.run.flags.clone(),
            Self::Verify(VerifyArguments { profile, provider, trust, flags, .. }) => {
                let (profile, provider, trust) = (profile.clone(), *provider, trust.clone());
                let connection = ConnectionFlags { profile, provider, trust, ..ConnectionFlags::default() };
                Flags { connection, ..flags.clone().into() }
            }
            Self::Catalog(CatalogArguments { rows, .. }) | Self::Find(FindArguments { rows, .. }) => {
                let RowsArguments { profile, flags, .. } = rows;
                let connection = ConnectionFlags { profile: profile.clone(), ..ConnectionFlags::default() };
                Flags { connection, ..flags.clone().into() }
            }
            Self::Show(ShowArguments { held, .. }) | Self::Open(OpenArguments { held, .. }) => {
                let HeldArguments { profile, .. } = held;
                let connection = ConnectionFlags { profile: profile.clone(), ..ConnectionFlags::default() };
                Flags { connection, ..Flags::default() }
            }
            Self::Demo(DemoArguments { flags, .. }) => flags.clone().into(),
            Self::Ship(ship) => ship.flags(),
            Self::Encrypt(encrypt) => encrypt.flags(),
            Self::Erase(erase) => erase.flags(),
            Self::Keys(keys) => keys.flags(),
            Self::Hold(hold) => hold.flags(),
            Self::Retention(retention) => retention.flags(),
            Self::Export(export) => export.change.flags(None),
            Self::Adopt(adopt) => adopt.change.flags(adopt.provider),
            Self::Config(config) => config.flags(),
            Self::Sandbox(SandboxArguments { file, verbosity, .. }) => {
                let profile = ProfileFlags { file: file.clone(), name: None };
                let connection = ConnectionFlags { profile, ..ConnectionFlags::default() };
                Flags { connection, verbosity: verbosity.clone(), ..Flags::default() }
            }
            Self::Completions(_) | Self::Man(_) => Flags::default(),
        }
    }
}

#[derive(Debug, Clone, Args)]
pub(crate) struct DownloadArguments {
    /// Ids of the sessions
    #[arg(value_name = "SESSION_ID", required_unless_present_any = ["from", "stream"])]
    pub(crate) sessions: Vec<String>,
    /// Read session ids from FILE, standard input (-), or the files of DIR
    ///
    /// The list holds one id per line, or is a CSV file with a column of ids, or webhooks as JSON. Each file of a folder that is not hidden
    /// is such a list, as a rule one webhook. It is moved to DIR/done when its sessions are archived in full and the provider adds nothing
    /// more.
    #[arg(long, value_name = "FILE|DIR|-")]
    pub(crate) from: Option<String>,
    /// Archive sessions while their ids come on standard input, one per line
    ///
    /// A line holds an id or a webhook as JSON. Sessions begin at once, and no further line is read while as many sessions wait as files are
    /// transferred in parallel. Each id gets one end of its own in --format json, in the order in which sessions end; an id without an end
    /// is not archived. Nothing is remembered: an id that comes again is asked about again.
    #[arg(long, conflicts_with_all = ["sessions", "from", "shard", "failed_to", "again"], hide_short_help = true)]
    pub(crate) stream: bool,
    /// Only part K of N of the sessions; 0/N is N/N
    ///
    /// A session is in the part that the SHA-256 of its folder's name gives, so each machine knows its part without the others.
    #[arg(long, value_name = "K/N", value_parser = shard, hide_short_help = true)]
    pub(crate) shard: Option<Shard>,
    #[command(flatten)]
    pub(crate) listing: ListingArguments,
    /// Archive folder [default: ./vmedia-archive]
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Also keep these documents of Veriff's, such as decision; or all
    ///
    /// They are decision, decision-fullauto, person and watchlist-screening.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) with: Vec<String>,
    /// Show what would be done and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Fetch archived files again, compare, and keep both where they differ
    #[arg(long)]
    pub(crate) refetch: bool,
    /// Archive again what was erased by order; needs --reason
    #[arg(long, requires = "reason", conflicts_with_all = ["from", "skip_complete"], hide_short_help = true)]
    pub(crate) again: bool,
    /// Reason of --again, for the journal and the certificate
    #[arg(long, value_name = "TEXT", requires = "again", hide_short_help = true, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) reason: Option<String>,
    /// Skip sessions that are complete in the archive, without asking again
    #[arg(long, conflicts_with = "refetch")]
    pub(crate) skip_complete: bool,
    /// Ask about complete sessions too, whatever the profile says
    #[arg(long, conflicts_with = "skip_complete", hide_short_help = true)]
    pub(crate) no_skip_complete: bool,
    /// Also ship each session to this place in a bucket
    ///
    /// It is shipped as by `vmedia ship`, while others are archived. With --skip-complete, a session that the bucket has completely and the archive not at all is skipped, too.
    #[arg(long, value_name = "URL", hide_short_help = true)]
    pub(crate) ship: Option<String>,
    /// Ship nothing, whatever the profile says
    #[arg(long, conflicts_with = "ship", hide_short_help = true)]
    pub(crate) no_ship: bool,
    /// Layout of what is shipped: bag or zip [default: the profile's, or bag]
    #[arg(long, hide_short_help = true, hide_possible_values = true)]
    pub(crate) layout: Option<LayoutChoice>,
    /// Remove payload here once the bucket has confirmed it
    #[arg(long, conflicts_with = "no_ship", hide_short_help = true)]
    pub(crate) release_local: bool,
    /// Write the failed sessions to FILE (CSV), to run them again with --from
    ///
    /// The columns are the session's id, the code of the reason, and the number of runs in a row that failed for it. The file is
    /// empty when no session failed.
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub(crate) failed_to: Option<PathBuf>,
    /// Ask N times about a session that is not found, and then leave it out
    ///
    /// The runs are counted in the file of --failed-to, where the session stays.
    #[arg(long, value_name = "N", requires = "failed_to", hide_short_help = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) retry_not_found: Option<u32>,
    #[command(flatten)]
    pub(crate) run: RunArguments,
}

/// Arguments of commands that transfer files into an archive.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunArguments {
    /// Number of files to transfer in parallel, 1 to 64 [default: 16]
    ///
    /// A quarter as many sessions are listed ahead of them.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(jobs()))]
    pub(crate) jobs: Option<u16>,
    /// Reject unsigned answers, and files that disagree with the listing
    #[arg(long)]
    pub(crate) strict: bool,
    /// Output format
    #[arg(long, default_value = "text")]
    pub(crate) format: EventFormat,
    #[command(flatten)]
    pub(crate) encryption: EncryptionArguments,
    #[command(flatten)]
    pub(crate) seal: SealArguments,
    #[command(flatten)]
    pub(crate) schedule: ScheduleArguments,
    #[command(flatten)]
    pub(crate) flags: Flags,
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct VerifyArguments {
    /// Folders of sessions or archives, or s3: URLs of them [default: as for download]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Check the provider's signatures, with the API secrets of that time
    #[arg(long)]
    pub(crate) authenticate: bool,
    /// Open encrypted sessions with keys of age, plugins or SSH in FILE; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) identity: Vec<PathBuf>,
    /// Read only this share of the payload files, chosen at random
    ///
    /// Everything else is checked as usual.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) sample: Option<f64>,
    /// Check only sessions changed since this day or moment (UTC), or 7d ago
    #[arg(long, value_name = "DATE|TIME", value_parser = since)]
    pub(crate) since: Option<Since>,
    /// Only part K of N of the sessions
    #[arg(long, value_name = "K/N", value_parser = shard, hide_short_help = true)]
    pub(crate) shard: Option<Shard>,
    /// Evidence for files in a bucket: reading or store
    #[arg(long, value_name = "EVIDENCE", default_value = "reading", hide_short_help = true, hide_possible_values = true)]
    pub(crate) by: VerifyBy,
    /// Completion report of S3 Batch Operations as evidence; repeatable
    #[arg(long, value_name = "FILE", conflicts_with = "by", hide_short_help = true)]
    pub(crate) report: Vec<PathBuf>,
    /// Print the head of the journal, to be kept elsewhere for --expect-head
    #[arg(long)]
    pub(crate) print_head: bool,
    /// Require this head of the journal, printed earlier; repeatable
    #[arg(long, value_name = "SHA256", value_parser = sha256)]
    pub(crate) expect_head: Vec<String>,
    /// Require a journal signature by one of these keys, and accept no other
    ///
    /// The file is an OpenSSH list of allowed signers, or a .pub file.
    #[arg(long, value_name = "FILE")]
    pub(crate) signers: Option<PathBuf>,
    /// Check time stamps with the CA certificates (PEM) in FILE; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) tsa_ca: Vec<PathBuf>,
    /// Number of files to read in parallel [default: number of CPUs]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,
    /// Do not record this verification in the journal
    #[arg(long)]
    pub(crate) read_only: bool,
    /// Output format
    #[arg(long, default_value = "text")]
    pub(crate) format: EventFormat,
    #[command(flatten)]
    pub(crate) schedule: ScheduleArguments,
    /// The configuration file and its profile, for --authenticate and the summary.
    #[command(flatten)]
    pub(crate) profile: ProfileFlags,
    /// Provider whose signatures are checked
    #[arg(long, help_heading = "Configuration")]
    pub(crate) provider: Option<ProviderChoice>,
    /// Trusted servers with --ping-url.
    #[command(flatten)]
    pub(crate) trust: TrustFlags,
    #[command(flatten)]
    pub(crate) flags: LocalFlags,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct RepairArguments {
    /// Folders of sessions, archives, or archives in them [default: as for download]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// First fetch payload back that `ship --release-local` removed here
    #[arg(long)]
    pub(crate) from_bucket: bool,
    #[command(flatten)]
    pub(crate) run: RunArguments,
}
