//! The keys of a profile, and values that are rejected.
//!
//! Must not resolve anything. Every key is explained in `example.toml`.

use super::retention::ScheduleKeys;
use crate::cli::{self, KindChoice, LayoutChoice, LockChoice};
use serde::{Deserialize, Deserializer, de};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The whole file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// The profile to use when none is named.
    pub(super) default_profile: Option<String>,
    /// The profiles by name.
    #[serde(default)]
    pub(super) profiles: BTreeMap<String, Profile>,
    /// The schedules of retention by name.
    #[serde(default)]
    pub(super) retention: BTreeMap<String, ScheduleKeys>,
}

/// One integration.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Profile {
    pub(super) provider: Option<String>,
    pub(super) base_url: Option<String>,
    pub(super) api_key: Option<String>,
    /// Veriff: the name of an environment variable that holds the secret.
    pub(super) secret_env: Option<String>,
    /// Veriff: a file that holds the secret, readable by its owner alone.
    #[serde(deserialize_with = "path")]
    pub(super) secret_file: Option<PathBuf>,
    /// Veriff: a command that prints the secret, run without a shell.
    #[serde(deserialize_with = "words")]
    pub(super) secret_command: Option<Vec<String>>,
    /// Veriff: a file with the secret in the folder that systemd names in `CREDENTIALS_DIRECTORY`.
    pub(super) secret_credential: Option<String>,
    /// Veriff: true if the operating system's keyring holds the secret, under `vmedia` and the name of the profile.
    pub(super) secret_keyring: Option<bool>,
    /// Veriff: the integration, where one key serves several.
    pub(super) integration_id: Option<String>,
    pub(super) sdk_id: Option<String>,
    /// Yoti: the private key of that id, readable by its owner alone.
    #[serde(deserialize_with = "path")]
    pub(super) key_file: Option<PathBuf>,
    /// Yoti: the same in systemd's folder.
    pub(super) key_credential: Option<String>,
    /// Yoti: a file that holds a bearer token, which is sent instead of signatures.
    #[serde(deserialize_with = "path")]
    pub(super) bearer_file: Option<PathBuf>,
    /// Yoti: a command that prints the bearer token, run without a shell.
    #[serde(deserialize_with = "words")]
    pub(super) bearer_command: Option<Vec<String>>,
    /// Yoti: a file with the bearer token in systemd's folder.
    pub(super) bearer_credential: Option<String>,
    #[serde(deserialize_with = "path")]
    pub(super) output: Option<PathBuf>,
    /// Days after capture on which the provider deletes media.
    #[serde(deserialize_with = "days")]
    pub(super) provider_days: Option<u32>,
    /// Maximum requests per second, in the form of `--max-rate`.
    #[serde(deserialize_with = "rate")]
    pub(super) max_rate: Option<f64>,
    /// Maximum bytes per second, in the form of `--limit-rate`.
    #[serde(deserialize_with = "bytes")]
    pub(super) limit_rate: Option<u64>,
    /// Companion documents, as `--with` names them.
    pub(super) with: Option<Vec<String>>,
    /// Kinds of media, as `--only` names them.
    #[serde(deserialize_with = "kinds")]
    pub(super) only: Option<Vec<KindChoice>>,
    /// Number of files to transfer in parallel.
    #[serde(deserialize_with = "jobs")]
    pub(super) jobs: Option<u16>,
    /// True if downloads skip sessions that are complete in the archive.
    pub(super) skip_complete: Option<bool>,
    /// The file that gets the events of downloads.
    #[serde(deserialize_with = "path")]
    pub(super) log_file: Option<PathBuf>,
    /// The file that gets the metrics of downloads.
    #[serde(deserialize_with = "path")]
    pub(super) metrics_file: Option<PathBuf>,
    /// The place in a bucket that sessions are shipped to.
    pub(super) ship: Option<String>,
    /// The base URL of an object store that is not AWS.
    pub(super) s3_endpoint: Option<String>,
    /// The layout of what is shipped there.
    #[serde(deserialize_with = "layout")]
    pub(super) layout: Option<LayoutChoice>,
    /// The protection of objects in the bucket.
    #[serde(deserialize_with = "lock")]
    pub(super) lock: Option<LockChoice>,
    /// Days for which objects are locked.
    #[serde(deserialize_with = "days")]
    pub(super) lock_days: Option<u32>,
    /// The storage class of objects in the bucket.
    pub(super) storage_class: Option<String>,
    /// The key of AWS KMS that encrypts them.
    pub(super) kms_key: Option<String>,
    /// A private key that signs journals, readable by its owner alone.
    #[serde(deserialize_with = "path")]
    pub(super) sign_key: Option<PathBuf>,
    /// The URL of an authority that stamps journals.
    pub(super) timestamp: Option<String>,
    /// The public keys that downloads encrypt to.
    pub(super) recipients: Option<Vec<String>>,
    /// True if one recipient alone is allowed.
    pub(super) single_recipient: Option<bool>,
    /// Number of persons who must approve each erasure, by a plan.
    #[serde(deserialize_with = "persons")]
    pub(super) approvals: Option<u32>,
    /// The URL of a heartbeat service. It is a secret, because the service accepts it from any sender.
    pub(super) ping_url: Option<String>,
}

/// Parses a path. In double quotes `"C:\new"` has a line break, and `~` is not expanded.
fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.contains(|letter: char| letter.is_control()) {
        return Err(de::Error::custom("a control character; write paths in single quotes, as in 'C:\\Archive'"));
    }
    if text.starts_with("~/") || text.starts_with("~\\") {
        return Err(de::Error::custom("~ is not expanded here; write the whole path"));
    }
    if text.is_empty() { Err(de::Error::custom("it is empty")) } else { Ok(Some(PathBuf::from(text))) }
}

/// Returns a command and its arguments.
fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    let words = Vec::<String>::deserialize(deserializer)?;
    if words.first().is_none_or(String::is_empty) { Err(de::Error::custom("it names no program")) } else { Ok(Some(words)) }
}

fn kinds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<KindChoice>>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let kinds = names.iter().map(|name| KindChoice::of_name(name)).collect::<Option<_>>();
    kinds.map(Some).ok_or_else(|| de::Error::custom("a kind is image, video, nfc or other"))
}

fn layout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<LayoutChoice>, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "bag" => Ok(Some(LayoutChoice::Bag)),
        "zip" => Ok(Some(LayoutChoice::Zip)),
        _ => Err(de::Error::custom("a layout is bag or zip")),
    }
}

fn lock<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<LockChoice>, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "governance" => Ok(Some(LockChoice::Governance)),
        "compliance" => Ok(Some(LockChoice::Compliance)),
        _ => Err(de::Error::custom("a lock is governance or compliance")),
    }
}

fn jobs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    let jobs = u16::try_from(i64::deserialize(deserializer)?).ok().filter(|jobs| cli::JOBS.contains(jobs));
    jobs.map(Some).ok_or_else(|| de::Error::custom("between 1 and 64"))
}

fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let days = u32::try_from(i64::deserialize(deserializer)?).ok().filter(|days| cli::PROVIDER_DAYS.contains(days));
    days.map(Some).ok_or_else(|| de::Error::custom("between 1 and 36500 days"))
}

fn persons<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let persons = u32::try_from(i64::deserialize(deserializer)?).ok().filter(|persons| cli::APPROVALS.contains(persons));
    persons.map(Some).ok_or_else(|| de::Error::custom("between 1 and 100 persons"))
}

fn rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    cli::rate(&String::deserialize(deserializer)?).map(Some).map_err(de::Error::custom)
}

fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    cli::bytes(&String::deserialize(deserializer)?).map(Some).map_err(de::Error::custom)
}
