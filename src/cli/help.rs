//! The longer texts of the help and the man pages: examples, exit statuses, environment, files.
//!
//! Must hold nothing that no test reads: the numbers and names here are compared with the code.

/// Below the program's own help.
pub(super) const PROGRAM: &str = "\
Examples:
  vmedia demo                      see it work now, without an account
  vmedia config init               say how your account is reached
  vmedia list <session-id>         what a session holds at the provider
  vmedia download <session-id>     archive it below ./vmedia-archive
  vmedia download --from ids.txt   archive many
  vmedia verify vmedia-archive     check all that is archived

Credentials come from the environment or a profile. Veriff: VMEDIA_BASE_URL, VMEDIA_API_KEY, VMEDIA_API_SECRET.
Yoti: VMEDIA_PROVIDER=yoti, VMEDIA_YOTI_SDK_ID, VMEDIA_YOTI_KEY_FILE.
`vmedia <command> --help` has examples. The man page lists exit statuses, environment and files: vmedia man | man -l -";

pub(super) const LIST: &str = "\
Examples:
  vmedia list f04bdb47-d3be-4b28-b028-a652feb060b5
  vmedia list --latest --format csv <session-id> > media.csv";

pub(super) const ATTEMPTS: &str = "\
Yoti's sessions have no attempts.

Examples:
  vmedia attempts f04bdb47-d3be-4b28-b028-a652feb060b5
  vmedia attempts --format json <session-id>";

pub(super) const DOWNLOAD: &str = "\
Every attempt is archived unless --latest or --attempt says otherwise. What is archived and whole is not fetched again, but
it is read again, and the provider is asked whether the session grew. --skip-complete does neither for sessions of which
the archive holds everything that this run wants. SIGUSR1, and Ctrl-T where it sends SIGINFO, makes a run say where it is.

For runs that nobody watches: -q says nothing when all is well. --log-file may be rotated during a run. --ping-url,
--metrics-file and --on-failure tell how a run ended, also one that could not begin; none of them changes its exit status.
The command of --on-failure may take 60 seconds; schema/vmedia-summary-1.schema.json describes what it reads. The address
of --ping-url may stand in a profile, too (ping_url), and is told of downloads alone then. Nobody is told of --dry-run.

Examples:
  vmedia download <session-id>
  vmedia download <session-id> --with all -o /srv/evidence
  vmedia download --from ids.csv --format json > events.ndjson
  vmedia download --from ids.txt --skip-complete --failed-to again.txt --max-rate 20/s
  vmedia download <session-id> --only image --context 'document-*' --dry-run
  vmedia download --from ids.txt -q --max-duration 2h --on-failure 'mail -s vmedia ops@example.com'";

pub(super) const VERIFY: &str = "\
Needs no network, and credentials only with --authenticate. Each session is compared with its listings (every media file
ever listed has one recorded state, nothing is missing, nothing else is there), its manifests (every byte), the archive's
journal and, with --authenticate, the provider's signatures. The result goes to standard output: what differs, session by
session (-v: every session), and a summary. The exit status is 8 when anything differs.

The head that is printed is the digest of the journal's last line before the ones that this verification adds. Keep it
elsewhere, and --expect-head proves later that the journal was neither cut nor written anew.

Examples:
  vmedia verify vmedia-archive
  vmedia verify vmedia-archive/<session-id> --format json
  vmedia verify /srv/evidence --sample 5% --since 2026-11-01
  vmedia verify /srv/evidence -q --max-duration 6h --metrics-file /var/lib/node_exporter/vmedia-verify.prom
  vmedia verify vmedia-archive --authenticate";

pub(super) const CATALOG: &str = "\
Needs no credentials and no network. It reads the records and checks nothing; `vmedia verify` does. A session whose record
cannot be read has a row that says so, and the exit status is 8.

Examples:
  vmedia catalog vmedia-archive
  vmedia catalog vmedia-archive --format csv > held.csv
  vmedia catalog /srv/evidence --html";

pub(super) const REPAIR: &str = "\
Verifies first, asks the provider for what is damaged or missing, and verifies those sessions once more. Damaged copies
are kept in the session's folder damaged/. What was never archived is the business of `vmedia download`.

Examples:
  vmedia repair vmedia-archive
  vmedia repair vmedia-archive/<session-id>";

pub(super) const CONFIG: &str = "\
A flag goes before the environment, that before the profile, and that before the default.

Examples:
  vmedia config init
  vmedia config show
  vmedia config check
  vmedia config example";

pub(super) const CONFIG_PATH: &str = "\
The path goes to standard output, and whether the file is there to standard error.

Examples:
  vmedia config path
  vmedia config path --config /etc/vmedia.toml";

pub(super) const CONFIG_SHOW: &str = "\
Shows what a run with the same flags and the same environment would use. It runs no secret_command, opens no keyring and
asks nobody; of files with secrets it says whether they can be read. API keys and SDK ids are shortened. Where a setting
cannot be used, that is told below the others, and the exit status is 3.

Examples:
  vmedia config show
  vmedia config show --profile live
  vmedia config show --format json | jq -r '.[] | select(.name == \"output\").value'";

pub(super) const CONFIG_CHECK: &str = "\
Every check is a line, and below what is not right stands what to do about it. The question is about a session that nobody
has: it changes nothing and shows nobody's data. Of a secret_command it runs the command, and it opens the keyring. In the
archive's folder it writes and removes a file without a name. The exit status is that of what comes first: 3 for the
configuration, 4 when the provider refuses, 6 for the folder and the log, 5 for the network. A warning is no
failure.

Examples:
  vmedia config check
  vmedia config check --profile live
  vmedia config check --format json | jq -r '.[] | select(.verdict != \"ok\").what'";

pub(super) const CONFIG_EXAMPLE: &str = "\
Nothing in it is active before you take the # from the front of a line.

Examples:
  vmedia config example
  vmedia config example > vmedia.toml";

pub(super) const CONFIG_INIT: &str = "\
It asks on the terminal for the name of a profile, the provider, the credentials and the archive's folder, takes no answer
that a run would refuse, shows what it is going to write, and writes it for its owner alone. Other profiles and comments
stay. A secret is not shown while it is typed, and goes into a file of its own or the system's keyring, or stays where a
command gets it from. At the end it offers what `vmedia config check` does.

Examples:
  vmedia config init
  vmedia config init --profile test
  vmedia config init --config /etc/vmedia/config.toml";

pub(super) const SANDBOX: &str = "\
It plays Veriff, or Yoti with --provider yoti, whose session document is the target session-media.
Without a command it prints the settings to paste into another terminal and serves until Ctrl-C.
TARGET is any, attempts, session-media, attempt-media, media, media:ID, session:ID, decision, person or watchlist-screening.
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

/// Sections of the program's man page: a title and its entries as term and text.
pub(super) const SECTIONS: &[(&str, &[(&str, &str)])] = &[
    (
        "EXIT STATUS",
        &[
            ("0", "All done."),
            ("1", "Something unexpected; most likely a defect."),
            ("2", "The command line, or the only session id on it, is malformed."),
            ("3", "Configuration or credentials are missing or cannot be read."),
            ("4", "Refused by the provider; do not retry."),
            ("5", "Provider or network unavailable after the retries; try later."),
            ("6", "The local file system: full, read-only, not permitted."),
            ("7", "Some items failed, the rest is archived."),
            ("8", "Verification found damage."),
            ("9", "Not found at the provider: never existed, deleted, or past its retention."),
            (
                "130, 143",
                "Interrupted (SIGINT), terminated (SIGTERM; on Linux also SIGHUP, when the terminal is closed). What was finished is kept; the next run goes on.",
            ),
            (
                "Several sessions",
                "All alike give that status, a mixture gives 7. Refused credentials and an unusable disk end the run and win over that; an interruption wins over all.",
            ),
        ],
    ),
    (
        "ENVIRONMENT",
        &[
            ("VMEDIA_PROFILE", "The profile to use, as --profile."),
            ("VMEDIA_CONFIG", "The configuration file, as --config."),
            ("VMEDIA_PROVIDER", "The provider, as --provider."),
            ("VMEDIA_BASE_URL", "Where the provider's API begins, as --base-url."),
            ("VMEDIA_API_KEY", "The API key."),
            (
                "VMEDIA_API_SECRET",
                "The shared secret. Several during a key rotation, separated by commas: the first signs, all verify. The system keeps a program's environment where its user can read it for as long as it runs; a profile can name better places.",
            ),
            ("VMEDIA_INTEGRATION_ID", "The integration, where one key serves several."),
            ("VMEDIA_YOTI_SDK_ID", "Yoti: the client SDK id."),
            ("VMEDIA_YOTI_KEY_FILE", "Yoti: the PEM file with the private key of that id, readable by its owner alone."),
            ("VMEDIA_YOTI_BEARER_FILE", "Yoti: a file with a bearer token, which is sent instead of signatures."),
            ("VMEDIA_OUTPUT", "The archive's folder, as --output."),
            ("VMEDIA_OPERATOR", "Who runs it, for the journal, where several people share an account."),
            ("VMEDIA_SIGN_KEY", "The key that signs journals, as --sign-key."),
            ("VMEDIA_TIMESTAMP", "The authority that stamps journals, as --timestamp."),
            (
                "VMEDIA_PING_URL",
                "The heartbeat service to tell how a run ended, as --ping-url. It holds a token, and other users see what is typed. Give each job one of its own. When a run failed, /fail stands behind the path, or status=up, state=complete or s=0 in the query become status=down, state=fail or s=1.",
            ),
            (
                "CREDENTIALS_DIRECTORY",
                "Where systemd lays out the credentials of a service, for secret_credential, key_credential and bearer_credential.",
            ),
            ("NO_COLOR, CLICOLOR_FORCE, TERM", "Whether to use colour, as usual; --color wins."),
            ("HTTPS_PROXY, NO_PROXY", "The proxy, as usual. This machine is never asked through one."),
            ("SSL_CERT_FILE, SSL_CERT_DIR", "Certificate authorities in place of the system's."),
        ],
    ),
    (
        "FILES",
        &[
            (
                "config.toml",
                "In the platform's configuration folder for vmedia, such as ~/.config/vmedia on Linux: profiles with provider, base URL, credentials by reference, output folder, and seals. `vmedia config path` prints where, `vmedia config example` explains every key.",
            ),
            ("<archive>/<session-id>/", "One session: a BagIt bag (RFC 8493)."),
            ("<archive>/<session-id>/data/<attempt-id>/<context>_<media-id>.<ext>", "A medium, byte for byte as the provider sent it."),
            (
                "<archive>/<session-id>/data/<group>/<context>_<media-id>.<ext>",
                "The same at a provider without attempts: a group is a document, a liveness capture, the checks.",
            ),
            (
                "<archive>/<session-id>/metadata/",
                "The provider's answers, byte for byte; credentials in them are replaced, and archive.json says where.",
            ),
            ("<archive>/<session-id>/archive.json", "Where every file came from, and what became of what is not there."),
            (
                "<archive>/<session-id>/unfinished.ndjson",
                "Only while a run changes the session, or after one that was killed; the next run finishes it.",
            ),
            ("<archive>/<session-id>/index.html", "The session for people: a page without script and network."),
            (
                "<archive>/_journal/<time>-<run>.ndjson",
                "What each run did and which bag it left, chained by digests; .sig and .tsr beside it are its seals.",
            ),
            ("<archive>/.vmedia/", "Locks and unfinished files of running commands; never part of a bag."),
        ],
    ),
];
