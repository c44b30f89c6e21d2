//! The longer texts of the help and the man pages: examples, exit statuses, environment, files.
//!
//! Tests compare the numbers and names here with the code.

mod keys;
mod lifecycle;
mod sections;

pub(super) use keys::*;
pub(super) use lifecycle::*;
pub(super) use sections::SECTIONS;

/// Below the program's own help.
pub(super) const PROGRAM: &str = "\
Examples:
  vmedia demo                   try it without an account
  vmedia config init            enter your credentials
  vmedia download <session-id>  archive it in vmedia-archive

Credentials: a profile, or VMEDIA_* variables, as `vmedia <command> --help` and `vmedia man` say.";

pub(super) const LIST: &str = "\
Examples:
  vmedia list f04bdb47-d3be-4b28-b028-a652feb060b5
  vmedia list --only image,video <session-id>
  vmedia list --latest --format csv <session-id> > media.csv";

pub(super) const ATTEMPTS: &str = "\
Yoti's sessions have no attempts.

Examples:
  vmedia attempts f04bdb47-d3be-4b28-b028-a652feb060b5
  vmedia attempts --format json <session-id>";

pub(super) const DOWNLOAD: &str = "\
Every attempt is archived without --latest or --attempt. Archived files are read again, not fetched;
listings are fetched, to find new media. --skip-complete does neither for complete sessions. SIGUSR1
(Ctrl-T on macOS) prints the progress.

Scheduled runs: -q prints errors only. --log-file may be rotated during a run. --ping-url, --metrics-file and --on-failure
report the end of a run, also of one that could not begin; none of them changes its exit status. The command of
--on-failure may take 60 seconds; schema/vmedia-summary-1.schema.json describes its input. A ping_url in a profile is used
by downloads alone, and so are its log_file and metrics_file. --dry-run reports nothing.

Examples:
  vmedia download <session-id> --with all -o /srv/evidence
  vmedia download --from ids.csv --format json > events.ndjson
  vmedia download --from ids.txt --skip-complete --failed-to again.csv --max-rate 20/s
  vmedia download --from ids.txt -q --max-duration 2h --on-failure 'mail -s vmedia ops@example.com'";

pub(super) const VERIFY: &str = "\
Needs no network but for a bucket, and secrets only with --authenticate. Compares each session with
its listings (every media file ever listed has one recorded state, nothing is missing or added), its
manifests, the journal, with --authenticate the provider's signatures, and with --identity the
content of encrypted files. Prints what differs (-v: every session). Ends with 8 when anything does.

--print-head prints the head: the digest of the journal's last line before this verification's own.
Keep it elsewhere: --expect-head proves later that the journal was neither cut nor written anew.

Examples:
  vmedia verify /srv/evidence --sample 5% --since 7d
  vmedia verify /srv/evidence -q --max-duration 6h --metrics-file /var/lib/vmedia-verify.prom
  vmedia verify vmedia-archive --authenticate --identity a.key";

pub(super) const CATALOG: &str = "\
Needs no network but for a bucket. Reads the records and verifies nothing; use `vmedia verify` for that. A session whose
record cannot be read has a row with the error, and the exit status is 8. References and names are shown where a download kept
the decision or the person (--with). On a narrow terminal, ids are shortened.

Examples:
  vmedia catalog vmedia-archive
  vmedia catalog vmedia-archive --format csv > held.csv
  vmedia catalog --where state=incomplete --since 7d --sort last
  vmedia catalog /srv/evidence --html";

pub(super) const FIND: &str = "\
Needs no credentials and no network. Prints the sessions whose reference, names and ids (of the session, its attempts and its
media files) contain every word of TEXT; case and accents make no difference. Names and references are known where a download kept the
decision or the person (--with), and at Yoti the reference always. The exit status is 9 when no session matches.

Examples:
  vmedia find customer-000042
  vmedia find anna specimen
  vmedia find d0f3a6b2 --archive /srv/evidence --format json";

pub(super) const SHOW: &str = "\
Needs no credentials and no network. Reads the session's record and verifies nothing; use `vmedia verify` for that. The exit
status is 9 when no session of the archive matches.

Examples:
  vmedia show 7f6a3b1c
  vmedia show /srv/evidence/<session-id>
  vmedia show <session-id> --format json | jq -r '.media[] | select(.state != \"archived\").reason.text'";

pub(super) const OPEN: &str = "\
Prints the path of the page, and opens it where there is a desktop. The exit status is 9 when no session of the archive
matches.

With --identity, serves the page of an encrypted session on 127.0.0.1 and decrypts its files while the browser loads them,
until Ctrl-C. Writes nothing of it to the disk.

Examples:
  vmedia open 7f6a3b1c
  vmedia open <session-id> --archive /srv/evidence
  vmedia open <session-id> --identity a.key";

pub(super) const REPAIR: &str = "\
Verifies first, fetches damaged and missing files from the provider, and verifies those sessions again. Damaged copies are
kept in the session's folder damaged/. Files that were never archived need `vmedia download`. With --from-bucket, payload that
`ship --release-local` removed here is fetched back first, as the journal names it, and compared with the manifests.

Examples:
  vmedia repair vmedia-archive
  vmedia repair vmedia-archive/<session-id>";

pub(super) const CONFIG: &str = "\
Flags override the environment, the environment overrides the profile, and the profile overrides the defaults.

Examples:
  vmedia config init
  vmedia config show
  vmedia config check
  vmedia config example";

pub(super) const CONFIG_PATH: &str = "\
Prints the path to standard output, and a note to standard error when the file is missing.

Examples:
  vmedia config path
  vmedia config path --config /etc/vmedia.toml";

pub(super) const CONFIG_SHOW: &str = "\
Shows the settings of a run with the same flags and environment. Runs no secret_command, opens no keyring and sends no
request; checks that files with secrets can be read. API keys and SDK ids are shortened. Invalid settings are listed below
the others, and the exit status is 3.

Examples:
  vmedia config show
  vmedia config show --profile live
  vmedia config show --format json | jq -r '.[] | select(.name == \"output\").value'";

pub(super) const CONFIG_CHECK: &str = "\
Prints a line for each check, with a hint below a failed one. The request to the provider names a random session: it
changes nothing and shows no data. Runs a secret_command and opens the keyring. Writes and removes an unnamed file in the
archive folder. The exit status is that of the first failure: 3 for the configuration, 4 when the provider refuses, 6 for
the folder and the log, 5 for the network. Warnings do not change it.

Examples:
  vmedia config check
  vmedia config check --profile live
  vmedia config check --format json | jq -r '.[] | select(.verdict != \"ok\").what'";

pub(super) const CONFIG_EXAMPLE: &str = "\
Every line is a comment; remove the # to set a key.

Examples:
  vmedia config example
  vmedia config example > vmedia.toml";

pub(super) const CONFIG_INIT: &str = "\
Prompts for the name of a profile, the provider, the credentials and the archive folder, checks each answer, shows the
profile, and writes it to a file that only you can read. Other profiles and comments stay. A secret is not shown while it is
typed; it goes to a file of its own or to the system's keyring, or a command prints it. At the end, `vmedia config check` is
offered.

Examples:
  vmedia config init
  vmedia config init --profile test
  vmedia config init --config /etc/vmedia/config.toml";

pub(super) const SANDBOX: &str = "\
Emulates Veriff, or Yoti with --provider yoti (target session-media is the session document).
Without a command it prints settings for another terminal and serves until Ctrl-C.
TARGET is any, attempts, session-media, attempt-media, media, attempt-media:ID, media:ID, session:ID, decision,
person or watchlist-screening.
FAULT is a status (503, 429:2 with Retry-After), reset, cut, stall, slow:BYTES, hang, html, json, ok,
bad-signature, no-signature, flip, short, type, empty, redirect, gzip or huge.

Examples:
  vmedia sandbox
  vmedia sandbox -- sh -c 'vmedia download \"$VMEDIA_SESSION_ID\"'
  vmedia sandbox --provider yoti -- sh -c 'vmedia list \"$VMEDIA_SESSION_ID\"'
  vmedia sandbox --faults 'media=503*2,attempts=429:3*1' -- sh -c 'vmedia download \"$VMEDIA_SESSION_ID\"'";

pub(super) const DEMO: &str = "\
Examples:
  vmedia demo
  vmedia demo --provider yoti
  vmedia demo -o demo-archive";

pub(super) const COMPLETIONS: &str = "\
Examples:
  vmedia completions bash > ~/.local/share/bash-completion/completions/vmedia
  vmedia completions zsh > ~/.zfunc/_vmedia
  vmedia completions fish > ~/.config/fish/completions/vmedia.fish";

pub(super) const MAN: &str = "\
Examples:
  vmedia man | man -l -
  vmedia man --dir ~/.local/share/man/man1";
