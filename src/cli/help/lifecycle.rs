//! The longer texts of the commands for the end of an archive: exports, erasures, holds, retention, adoption.

pub(in crate::cli) const EXPORT: &str = "\
Writes one ZIP file: the folder of each session as it is, and in _proof what shows that it is unchanged since it was archived: the
journal's lines about these sessions and no others, the digests that lead from each to the sealed checkpoint of its run, the
seals, the commands that check them, and check.py, which needs only Python. Every file is read and compared while it is copied;
a session that is damaged, unfinished, erased, or unknown to the journal is not exported, and then nothing is. An incomplete
session is exported. The journal records each export: to whom, why, and the SHA-256 of the file. With --archive s3://bucket/prefix,
sessions are read from the bucket that they were shipped to, and the journal there records the export.

With --without, the folder of a session is a new bag with the original manifests in original/, which name everything that is
left out. The record, the page and portraits are always left out then, because they repeat what stands in other files. With
--html, the file is the session's page, which holds its media, up to 100 MB, and can be read with any browser; it proves nothing.

Examples:
  vmedia export <session-id> -o case-118.zip --reason 'court order 4 C 118/26' --for 'district court'
  vmedia export <session-id> -o audit.zip --reason 'audit 2026' --without face,video";

pub(in crate::cli) const SHIP: &str = "\
Sends each session whose bag is not in the bucket yet: to SESSION/v00001/, and after each change to the next version, which names the
files that an earlier one has in fetch.txt. Nothing there is replaced or removed, so a run may be killed at any moment, several may ship
to the same place, and the bucket may be locked. A version without bagit.txt is not finished. The journal goes to _journal/, before each
bag that it is about. Sessions that are damaged or unfinished are reported and not shipped. With --release-local, data/ of each session is
removed here once the bucket, which must keep versions, has confirmed every object; the bag's other files stay, and the journal says where
the payload is. `vmedia repair --from-bucket` fetches it back.

With --layout zip, a version is its record and bag.zip, the whole bag in one ZIP file: 2 objects instead of one for each file, for storage
classes that charge for each. storage_class of the profile is then that of the ZIP files alone. Both layouts may be mixed in a place.

Credentials: as for AWS's own programs (AWS_ACCESS_KEY_ID, AWS_PROFILE, roles of containers and instances); AWS_REGION;
AWS_ENDPOINT_URL_S3 for other stores than AWS.

Examples:
  vmedia ship vmedia-archive --to s3://evidence/veriff
  vmedia ship --to s3://evidence/veriff --dry-run
  vmedia ship --to s3://evidence/veriff --release-local
  vmedia ship /srv/evidence --to s3://evidence --shard 3/8 -q --metrics-file /var/lib/vmedia-ship.prom";

pub(in crate::cli) const ENCRYPT: &str = "\
Encrypts sessions that were archived without recipients, one after the other, as a download with recipients would have written them. A
session is compared with its manifests and the journal first; each encrypted file is read again, opened and compared before anything
plain is removed. A run that was killed is continued by the same command. Needs the space of one session beside it. Sessions that are
damaged, unfinished or locked are reported and left as they are.

Copies stay as they are: versions in buckets, exports, backups, snapshots, and blocks of the disk that are not used again yet.

The recipients may be those of the profile. The credentials are those of a download: their secret keys the fingerprints by which
further downloads recognize unchanged answers.

Examples:
  vmedia encrypt --recipient \"$(cat a.pub)\" --recipient \"$(cat b.pub)\" --reason policy --dry-run
  vmedia encrypt <session-id> --recipient \"$(cat a.pub)\" --recipient \"$(cat b.pub)\" --reason policy";

pub(in crate::cli) const ERASE: &str = "\
Removes everything that the archive has of a session, and writes a certificate of destruction into _erased/: what was destroyed,
by whom, why, when, and what an erasure does not reach, such as backups. The journal records it. The session is never archived
again. An erasure that was killed is finished by the same command. A session that is held (`vmedia hold`) is refused with 4, or with 7
beside others. --class biometric erases faces, selfie videos, liveness media and chip data alone; docs/data-protection.md says
which media that are. --at-provider also deletes the sessions there, and --at-store in the buckets that they were shipped to.

With --plan, the sessions and authorities are those of a plan (`vmedia retention plan`), which other persons than the operator
approved by signatures beside it: plan.json.sig, plan.json.NAME.sig. --approvals names who may. A session whose bag is no longer the
one of the plan, or that is no longer due, is left out, and the exit status is 7. The archive keeps the plan and the signatures.

Examples:
  vmedia erase <session-id> --class biometric --authority '740 ILCS 14/15(a)' --reason 'three years over'
  vmedia erase <session-id> --authority 'GDPR art. 17' --reason 'request 2026-118'
  vmedia erase --plan plan.json --approvals allowed_signers --reason 'review of 2026'
  vmedia erase <session-id> --authority '(EU) 2024/1624 art. 77' --reason 'retention ended' --dry-run";

pub(in crate::cli) const HOLD: &str = "\
A session may be held for several cases. While one of them lasts, `vmedia erase` refuses the session. The journal records each hold
and each release.

Examples:
  vmedia hold add 2026-118 --reason 'claim at the court of Berlin' <session-id>
  vmedia hold list
  vmedia hold release 2026-118 --reason 'settled'";

pub(in crate::cli) const HOLD_ADD: &str = "\
A session that the archive does not have yet is held from the moment that it has it. A session that was erased before is reported,
and one that another run is changing: if that is an erasure, it may not have seen the hold. The exit status is then 7, or 9 when it
is the only session and was erased.

Examples:
  vmedia hold add 2026-118 --reason 'claim at the court of Berlin' <session-id>
  vmedia hold add 2026-118 --reason 'order of the authority' --from ids.csv --until 2027-06-30";

pub(in crate::cli) const HOLD_RELEASE: &str = "\
Ends the holds of a case, and no hold that is added to it at the same time. The exit status is 9 when the case has none.

Examples:
  vmedia hold release 2026-118 --reason 'settled'";

pub(in crate::cli) const HOLD_LIST: &str = "\
Prints a row for each session and case. A hold that has run out still keeps its session; release it.

Examples:
  vmedia hold list
  vmedia hold list --archive /srv/evidence --format csv > held.csv";

pub(in crate::cli) const RETENTION: &str = "\
The periods are those of your configuration: [retention.NAME] with authority, event and keep. A session is due when the period after
its event has ended; one whose event is not recorded is never due.

Examples:
  vmedia retention cutoff --from events.csv
  vmedia retention due
  vmedia retention plan -o plan-2027.json";

pub(in crate::cli) const RETENTION_CUTOFF: &str = "\
Of several lines about the same session and event, the last counts, also over earlier runs. Lines that are wrong are reported and
left out; the exit status is then 7. The event may be left out where the schedules of the configuration have only one.

Examples:
  vmedia retention cutoff --from events.csv
  printf 'session,date\\n%s,2026-11-30\\n' <session-id> | vmedia retention cutoff --from -";

pub(in crate::cli) const RETENTION_DUE: &str = "\
Lists the sessions that are due, overdue (past a maximum), or due and held, each with its biometric media where a schedule has a rule
for them, and counts the others. Erases nothing. --check is for scheduled runs, as is --metrics-file.

Examples:
  vmedia retention due
  vmedia retention due --check -q --metrics-file /var/lib/node_exporter/vmedia-retention.prom
  vmedia retention due --by 2027-01-31 --format csv > due.csv";

pub(in crate::cli) const RETENTION_PLAN: &str = "\
Plans what is due (`vmedia retention due`) and not held, or the sessions that you name, by an order: each with its files, bytes and
authority, and the digest of its bag. Changes nothing. A second person approves the plan with a signature (ssh-keygen -Y sign -n
vmedia-disposition); `vmedia erase --plan` follows it, and leaves out sessions that changed, are held or are no longer due.

Examples:
  vmedia retention plan -o due.json
  vmedia retention plan <session-id> --authority 'order 4 O 118/26' -o plan.json";

pub(in crate::cli) const ADOPT: &str = "\
For sessions that were moved in from another archive, and archives whose journal was lost. Reads every file of such a session,
and records in the journal what it holds today. That says nothing of the time before, which `vmedia verify` notes from then on.
A session that is damaged, or of which the journal knows another state, is refused. With --authenticate, the provider's
signatures show that media are those that it sent.

Examples:
  vmedia adopt --reason 'journal lost with the disk of 2026-11-20'
  vmedia adopt <session-id> --reason 'moved in from the archive of 2025' --authenticate";
