//! The sections of the man page.

/// Sections of the program's man page: a title and its entries as term and text.
pub(in crate::cli) const SECTIONS: &[(&str, &[(&str, &str)])] = &[
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
            ("<archive>/_keys/<session-id>/", "The keys of an encrypted session, encrypted to the recipients."),
            ("<archive>/_erased/<session-id>.json", "The certificate of an erased session; .html is its page, .biometric that of media."),
            ("<archive>/.vmedia/", "Locks and unfinished files of running commands; never part of a bag."),
        ],
    ),
];
