//! The longer texts of the help and the man pages: examples, exit statuses, environment, files.
//!
//! Tests compare the numbers and names here with the code.

/// Below the program's own help.
pub(super) const PROGRAM: &str = "\
Examples:
  vmedia demo                   try it without an account
  vmedia config init            enter your credentials
  vmedia list <session-id>      show its media
  vmedia download <session-id>  archive it in vmedia-archive

Credentials: a profile, or VMEDIA_BASE_URL, VMEDIA_API_KEY and VMEDIA_API_SECRET (Veriff).
`vmedia <command> --help` has examples, the man page statuses and variables: vmedia man | man -l -";

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
Every attempt is archived unless --latest or --attempt is given. Archived files are not fetched again, but they are read
again, and the provider's listing is fetched to find new media. --skip-complete does neither for sessions that are complete
in the archive. SIGUSR1 (or Ctrl-T where it sends SIGINFO) prints the progress.

Scheduled runs: -q prints errors only. --log-file may be rotated during a run. --ping-url, --metrics-file and --on-failure
report the end of a run, also of one that could not begin; none of them changes its exit status. The command of
--on-failure may take 60 seconds; schema/vmedia-summary-1.schema.json describes its input. A ping_url in a profile is used
by downloads alone, and so are its log_file and metrics_file. --dry-run reports nothing.

Examples:
  vmedia download <session-id>
  vmedia download <session-id> --with all -o /srv/evidence
  vmedia download --from ids.csv --format json > events.ndjson
  vmedia download --from ids.txt --skip-complete --failed-to again.csv --max-rate 20/s
  vmedia download <session-id> --only image --context 'document-*' --dry-run
  vmedia download --from ids.txt -q --max-duration 2h --on-failure 'mail -s vmedia ops@example.com'";

pub(super) const VERIFY: &str = "\
Needs no network, and credentials only with --authenticate. Each session is compared with its listings (every media file
ever listed has one recorded state, nothing is missing, nothing else is there), its manifests (every byte), the archive's
journal and, with --authenticate, the provider's signatures. Prints what differs, session by session (-v: every
session), and a summary. The exit status is 8 when anything differs.

--print-head prints the head: the digest of the journal's last line before the ones that this verification adds. Keep it
elsewhere, and --expect-head proves later that the journal was neither cut nor written anew.

Examples:
  vmedia verify vmedia-archive
  vmedia verify vmedia-archive/<session-id> --format json
  vmedia verify /srv/evidence --sample 5% --since 7d
  vmedia verify /srv/evidence -q --max-duration 6h --metrics-file /var/lib/vmedia-verify.prom
  vmedia verify vmedia-archive --authenticate";

pub(super) const CATALOG: &str = "\
Needs no credentials and no network. Reads the records and verifies nothing; use `vmedia verify` for that. A session whose
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

Examples:
  vmedia open 7f6a3b1c
  vmedia open <session-id> --archive /srv/evidence";

pub(super) const REPAIR: &str = "\
Verifies first, fetches damaged and missing files from the provider, and verifies those sessions again. Damaged copies are
kept in the session's folder damaged/. Files that were never archived need `vmedia download`.

Examples:
  vmedia repair vmedia-archive
  vmedia repair vmedia-archive/<session-id>";

pub(super) const EXPORT: &str = "\
Writes one ZIP file: the folder of each session as it is, and in _proof what shows that it is unchanged since it was archived: the
journal's lines about these sessions and no others, the digests that lead from each to the sealed checkpoint of its run, the
seals, the commands that check them, and check.py, which needs only Python. Every file is read and compared while it is copied;
a session that is damaged, unfinished, erased, or unknown to the journal is not exported, and then nothing is. An incomplete
session is exported. The journal records each export: to whom, why, and the SHA-256 of the file.

With --without, the folder of a session is a new bag with the original manifests in original/, which name everything that is
left out. The record, the page and portraits are always left out then, because they repeat what stands in other files. With
--html, the file is the session's page, which holds its media, up to 100 MB, and can be read with any browser; it proves nothing.

Examples:
  vmedia export <session-id> -o case-118.zip --reason 'court order 4 C 118/26' --for 'district court'
  vmedia export <session-id> -o audit.zip --reason 'audit 2026' --without face,video";

pub(super) const ERASE: &str = "\
Removes everything that the archive has of a session, and writes a certificate of destruction into _erased/: what was destroyed,
by whom, why, when, and what an erasure does not reach, such as backups. The journal records it. The session is never archived
again. An erasure that was killed is finished by the same command. A session that is held (`vmedia hold`) is refused with 4, or with 7
beside others. --class biometric erases faces, selfie videos, liveness media and chip data alone; docs/data-protection.md says
which media that are. --at-provider also deletes the sessions there.

With --plan, the sessions and authorities are those of a plan (`vmedia retention plan`), which other persons than the operator
approved by signatures beside it: plan.json.sig, plan.json.NAME.sig. --approvals names who may. A session whose bag is no longer the
one of the plan, or that is no longer due, is left out, and the exit status is 7. The archive keeps the plan and the signatures.

Examples:
  vmedia erase <session-id> --class biometric --authority '740 ILCS 14/15(a)' --reason 'three years over'
  vmedia erase <session-id> --authority 'GDPR art. 17' --reason 'request 2026-118'
  vmedia erase --plan plan.json --approvals allowed_signers --reason 'review of 2026'
  vmedia erase <session-id> --authority '(EU) 2024/1624 art. 77' --reason 'retention ended' --dry-run";

pub(super) const HOLD: &str = "\
A session may be held for several cases. While one of them lasts, `vmedia erase` refuses the session. The journal records each hold
and each release.

Examples:
  vmedia hold add 2026-118 --reason 'claim at the court of Berlin' <session-id>
  vmedia hold list
  vmedia hold release 2026-118 --reason 'settled'";

pub(super) const HOLD_ADD: &str = "\
A session that the archive does not have yet is held from the moment that it has it. A session that was erased before is reported,
and one that another run is changing: if that is an erasure, it may not have seen the hold. The exit status is then 7, or 9 when it
is the only session and was erased.

Examples:
  vmedia hold add 2026-118 --reason 'claim at the court of Berlin' <session-id>
  vmedia hold add 2026-118 --reason 'order of the authority' --from ids.csv --until 2027-06-30";

pub(super) const HOLD_RELEASE: &str = "\
Ends the holds of a case, and no hold that is added to it at the same time. The exit status is 9 when the case has none.

Examples:
  vmedia hold release 2026-118 --reason 'settled'";

pub(super) const HOLD_LIST: &str = "\
Prints a row for each session and case. A hold that has run out still keeps its session; release it.

Examples:
  vmedia hold list
  vmedia hold list --archive /srv/evidence --format csv > held.csv";

pub(super) const RETENTION: &str = "\
The periods are those of your configuration: [retention.NAME] with authority, event and keep. A session is due when the period after
its event has ended; one whose event is not recorded is never due.

Examples:
  vmedia retention cutoff --from events.csv
  vmedia retention due
  vmedia retention plan -o plan-2027.json";

pub(super) const RETENTION_CUTOFF: &str = "\
Of several lines about the same session and event, the last counts, also over earlier runs. Lines that are wrong are reported and
left out; the exit status is then 7. The event may be left out where the schedules of the configuration have only one.

Examples:
  vmedia retention cutoff --from events.csv
  printf 'session,date\\n%s,2026-11-30\\n' <session-id> | vmedia retention cutoff --from -";

pub(super) const RETENTION_DUE: &str = "\
Lists the sessions that are due, overdue (past a maximum), or due and held, each with its biometric media where a schedule has a rule
for them, and counts the others. Erases nothing. --check is for scheduled runs, as is --metrics-file.

Examples:
  vmedia retention due
  vmedia retention due --check -q --metrics-file /var/lib/node_exporter/vmedia-retention.prom
  vmedia retention due --by 2027-01-31 --format csv > due.csv";

pub(super) const RETENTION_PLAN: &str = "\
Plans what is due (`vmedia retention due`) and not held, or the sessions that you name, by an order: each with its files, bytes and
authority, and the digest of its bag. Changes nothing. A second person approves the plan with a signature (ssh-keygen -Y sign -n
vmedia-disposition); `vmedia erase --plan` follows it, and leaves out sessions that changed, are held or are no longer due.

Examples:
  vmedia retention plan -o due.json
  vmedia retention plan <session-id> --authority 'order 4 O 118/26' -o plan.json";

pub(super) const ADOPT: &str = "\
For sessions that were moved in from another archive, and archives whose journal was lost. Reads every file of such a session,
and records in the journal what it holds today. That says nothing of the time before, which `vmedia verify` notes from then on.
A session that is damaged, or of which the journal knows another state, is refused. With --authenticate, the provider's
signatures show that media are those that it sent.

Examples:
  vmedia adopt --reason 'journal lost with the disk of 2026-11-20'
  vmedia adopt <session-id> --reason 'moved in from the archive of 2025' --authenticate";

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

/// Sections of the program's man page: a title and its entries as term and text.
pub(super) const SECTIONS: &[(&str, &[(&str, &str)])] = &[
    (
        "EXIT STATUS",
        &[
            ("0", "All done."),
            ("1", "Unexpected error, most likely a defect."),
            ("2", "Invalid command line, or an invalid session id alone on it."),
            ("3", "Configuration or credentials are missing or cannot be read."),
            ("4", "Refused by the provider; do not retry. For erase: the session is held, or its plan is not approved."),
            ("5", "Provider or network unavailable after the retries; try later."),
            ("6", "Local file system error: full, read-only, not permitted."),
            (
                "7",
                "Some items failed; the rest is archived. For retention due --check: a session is overdue. For erase --plan: sessions were left out.",
            ),
            ("8", "Verification found damage."),
            (
                "9",
                "Not found at the provider: never existed, deleted, or past its retention. For find, show and open: not in the archive. For hold release: the case has no hold.",
            ),
            (
                "130, 143",
                "Interrupted (SIGINT), terminated (SIGTERM; on Linux also SIGHUP, when the terminal is closed; on Windows Ctrl-Break, a closed window, log-off). Finished files are kept; the next run continues.",
            ),
            (
                "Several sessions",
                "The status of all if it is the same, else 7. Refused credentials and disk errors end the run and take priority over that; an interruption takes priority over all.",
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
                "The shared secret. Several during a key rotation, separated by commas: the first signs, all verify. The environment of a running program is readable by its user; a profile can name safer places.",
            ),
            ("VMEDIA_INTEGRATION_ID", "The integration, where one key serves several."),
            ("VMEDIA_YOTI_SDK_ID", "Yoti: the client SDK id."),
            ("VMEDIA_YOTI_KEY_FILE", "Yoti: the PEM file with the private key of that id, readable by its owner alone."),
            ("VMEDIA_YOTI_BEARER_FILE", "Yoti: a file with a bearer token, which is sent instead of signatures."),
            ("VMEDIA_OUTPUT", "The archive's folder, as --output."),
            ("VMEDIA_OPERATOR", "The operator's name for the journal, where several people share an account."),
            ("VMEDIA_SIGN_KEY", "The key that signs journals, as --sign-key."),
            ("VMEDIA_TIMESTAMP", "The authority that stamps journals, as --timestamp."),
            (
                "VMEDIA_PING_URL",
                "The URL of a heartbeat service, as --ping-url. It holds a token, and other users can see command lines. Use one URL per job. When a run failed, /fail is appended to the path, or status=up, state=complete or s=0 in the query become status=down, state=fail or s=1.",
            ),
            (
                "CREDENTIALS_DIRECTORY",
                "systemd's folder of a service's credentials, for secret_credential, key_credential and bearer_credential.",
            ),
            ("NO_COLOR, CLICOLOR_FORCE, TERM", "Use of colour, as usual; --color takes priority."),
            ("HTTPS_PROXY, NO_PROXY", "The proxy, as usual. Never used for addresses of this machine."),
            ("SSL_CERT_FILE, SSL_CERT_DIR", "Certificate authorities in place of the system's."),
        ],
    ),
    (
        "FILES",
        &[
            (
                "config.toml",
                "In the platform's configuration folder for vmedia, such as ~/.config/vmedia on Linux: profiles with provider, base URL, credentials by reference, output folder, and seals; schedules of retention. `vmedia config path` prints where, `vmedia config example` explains every key.",
            ),
            ("<archive>/<session-id>/", "One session: a BagIt bag (RFC 8493)."),
            ("<archive>/<session-id>/data/<attempt-id>/<context>_<media-id>.<ext>", "A media file, byte for byte as the provider sent it."),
            (
                "<archive>/<session-id>/data/<group>/<context>_<media-id>.<ext>",
                "The same at a provider without attempts: a group is a document, a liveness capture, the checks.",
            ),
            (
                "<archive>/<session-id>/metadata/",
                "The provider's answers, byte for byte; credentials in them are replaced, and archive.json says where.",
            ),
            ("<archive>/<session-id>/archive.json", "The origin of every file, and the state of missing ones."),
            (
                "<archive>/<session-id>/unfinished.ndjson",
                "Exists while a run changes the session, or after a run was killed; the next run completes it.",
            ),
            ("<archive>/<session-id>/index.html", "The session for people: a page without script and network."),
            (
                "<archive>/_journal/<time>-<run>.ndjson",
                "The changes of each run, chained by digests; .checkpoint.sig and .tsr beside it are its seals.",
            ),
            ("<archive>/_erased/<session-id>.json", "The certificate of an erased session; .html is its page, .biometric that of media."),
            ("<archive>/.vmedia/", "Locks and unfinished files of running commands; never part of a bag."),
        ],
    ),
];
