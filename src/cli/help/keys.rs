//! The longer texts of the commands on keys.

pub(in crate::cli) const KEYS: &str = "\
The keys of an encrypted session are opened in memory with a private key of yours. The journal records each act with the public keys, and
why. docs/encryption.md says what to do about an auditor, a lost key and a key that leaked.

Examples:
  vmedia keys grant <session-id> --to \"$(cat auditor.pub)\" --identity a.key --reason 'audit 2026'
  vmedia keys rewrap --identity a.key --recipient \"$(cat a.pub)\" --recipient \"$(cat b.pub)\"
  vmedia keys drill --identity a.key --sample 1%";

pub(in crate::cli) const KEYS_DRILL: &str = "\
Chooses encrypted sessions by chance, opens everything of them in memory, and compares it with what the provider sent, as `vmedia
verify --identity` does. The journal records each session that opened: the keys, the public key of the identity, and the seed of the
choice. Run it with each private key in turn. `vmedia config check` warns when the last drill is older than a year.

The exit status is 7 if a session is encrypted to none of the identities, and 8 if something does not open or is not what was sent.

Examples:
  vmedia keys drill --identity a.key
  vmedia keys drill --identity a.key --sample 20 -q --metrics-file /var/lib/vmedia-drill.prom";

pub(in crate::cli) const KEYS_GRANT: &str = "\
Encrypts the keys of these sessions, as they are now, to a further public key: into a folder of _keys/SESSION, whose path is printed.
Who has the private key can then open these sessions and no others, with `vmedia verify --identity` or with age. Removing the folder
ends the grant, unless the key was opened before. With -o, the keys of all sessions are written into one file, of all or none, which
age opens; the archive's keys stay as they are. `vmedia erase` destroys granted keys, and its certificate counts grants.

Examples:
  vmedia keys grant <session-id> --to \"$(cat auditor.pub)\" --identity a.key --reason 'audit 2026'
  vmedia keys grant <session-id> --to \"$(cat auditor.pub)\" --identity a.key --reason audit -o k.age";

pub(in crate::cli) const KEYS_REWRAP: &str = "\
Encrypts the keys of sessions to the recipients of --recipient or of the profile, and to no others, as far as the identities open
them. Each new file is read back, and opened if an identity is among the recipients, before it replaces the old one. A run that was
killed is continued by the same command. Keys that none of the identities opens are counted, and the exit status is 7.

Copies of _keys that were made before still open with the earlier private keys, and the keys themselves stay the same: who opened one can
still use it.

Examples:
  vmedia keys rewrap --identity a.key --recipient \"$(cat a.pub)\" --recipient \"$(cat b.pub)\"";
