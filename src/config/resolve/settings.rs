//! Every setting with its value and source, for `vmedia config show`.
//!
//! Must not read a secret, run a command, open a keyring or connect to anything.

use super::bucket::{layout_name, lock_name};
use super::encryption::parse;
use super::sealing::{NO_SIGN_KEY, SIGN_KEY, address};
use super::veriff::{check_api_key, check_integration_id};
use super::yoti::{NO_KEY_FILE, check_sdk_id};
use super::{Resolver, Source, Sourced, default_provider_days, operator};
use crate::archive::retention::Schedule;
use crate::cli::ProviderChoice;
use crate::config::credentials::{NOT_THERE, check_variable, open_credential, open_private};
use crate::config::environment::names;
use crate::config::reference::{self, Reference, SecretLocation};
use crate::config::retention::schedule_text;
use crate::config::secret_guard::redacted;
use crate::error::{Error, Result, quote};
use crate::http::check_certificates;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

/// The value of `proxy` without a variable; these systems may have one configured.
const NO_PROXY: &str = if cfg!(any(windows, target_os = "macos")) { "as the system says" } else { "none" };

pub(crate) struct Setting {
    /// Its name: the key of a profile where it has one, else the flag without dashes and with `_`.
    pub(crate) name: &'static str,
    /// The value for scripts: a string, a number (bytes, seconds, days), a boolean, or null.
    pub(crate) value: Value,
    /// The value for people, if it differs.
    pub(crate) text: Option<String>,
    /// The source; `None` if the setting is not set and has no default.
    pub(crate) source: Option<Source>,
    /// The reason for which the setting is ignored.
    pub(crate) unused: Option<&'static str>,
    /// The error that prevents its use.
    pub(crate) problem: Option<Error>,
}

impl Setting {
    fn new<T: Into<Value>>(name: &'static str, found: Option<Sourced<T>>) -> Self {
        let (value, source) = found.map_or((Value::Null, None), |found| (found.value.into(), Some(found.source)));
        Self { name, value, text: None, source, unused: None, problem: None }
    }

    fn none(name: &'static str) -> Self {
        Self::new(name, None::<Sourced<String>>)
    }

    fn path(name: &'static str, found: Option<Sourced<PathBuf>>) -> Self {
        Self::new(name, found.map(|found| found.map(|path| path.display().to_string())))
    }

    fn seconds(name: &'static str, found: Sourced<Duration>) -> Self {
        let seconds = found.value.as_secs_f64();
        Self::new(name, Some(found.map(|_| seconds))).with_text(format!("{seconds} s"))
    }

    fn with_text(self, words: impl Into<String>) -> Self {
        Self { text: Some(words.into()), ..self }
    }

    /// Describes the default, if the setting is not set.
    fn or_default(self, words: &str) -> Self {
        if self.source.is_some() { self } else { Self { source: Some(Source::Default), ..self.with_text(words) } }
    }

    /// Marks a setting as ignored at other providers.
    fn only_at(self, provider: ProviderChoice, asked: ProviderChoice) -> Self {
        self.unless((provider != asked).then_some("of no use at this provider"))
    }

    /// Marks a setting as ignored, if there is a reason.
    fn unless(self, reason: Option<&'static str>) -> Self {
        Self { unused: self.unused.or(reason), ..self }
    }

    /// Records an error and removes the value. A setting that is ignored has no errors.
    fn checked(self, outcome: Result<()>) -> Self {
        match outcome {
            Err(problem) if self.unused.is_none() => Self { value: Value::Null, problem: Some(problem), ..self },
            _ => self,
        }
    }
}

impl Resolver<'_> {
    /// Returns all settings, those that others depend on first. An invalid one has a problem and does not affect the others.
    pub(crate) fn settings(&self) -> Vec<Setting> {
        let provider = self.provider();
        let asked = provider.as_ref().map_or(ProviderChoice::Veriff, |found| found.value);
        let provider = match provider {
            Ok(found) => Setting::new("provider", Some(found.map(ProviderChoice::name))),
            Err(problem) => Setting::none("provider").checked(Err(problem)),
        };
        let mut all = vec![self.location_setting(), self.profile_setting(), provider, self.base_url_setting(asked)];
        all.extend(self.credentials_setting(asked));
        all.extend(self.archive_setting(asked));
        all.push(self.retention_setting());
        all.extend(self.run_setting());
        all.extend(self.network_setting());
        all
    }

    fn location_setting(&self) -> Setting {
        let setting = Setting::path("config", self.location().cloned());
        match self.location() {
            Some(location) if !location.value.exists() => setting.with_text(format!("{} (not there)", location.value.display())),
            _ => setting,
        }
    }

    fn profile_setting(&self) -> Setting {
        Setting::new("profile", self.profile.as_ref().map(|(name, _)| name.clone())).or_default("none")
    }

    fn base_url_setting(&self, asked: ProviderChoice) -> Setting {
        let Some(written) = self.written_base_url(asked) else { return Setting::none("base_url") };
        match self.base_url(asked) {
            Ok(url) => Setting::new("base_url", Some(written.map(|_| url))),
            Err(problem) => Setting::new("base_url", Some(written)).checked(Err(problem)),
        }
    }

    fn credentials_setting(&self, asked: ProviderChoice) -> Vec<Setting> {
        let (veriff, yoti) = (ProviderChoice::Veriff, ProviderChoice::Yoti);
        let api_key = self.api_key();
        let fits = api_key.as_ref().map_or(Ok(()), check_api_key);
        let sdk_id = self.sdk_id();
        let is_id = sdk_id.as_ref().map_or(Ok(()), |id| check_sdk_id(&id.value));
        let integration_id = self.integration_id();
        let is_integration = integration_id.as_ref().map_or(Ok(()), check_integration_id);
        let bearer = reference::bearer(self.sources());
        let beside = matches!(bearer, Ok(Some(_))).then_some("of no use beside the bearer token");
        let key = Setting::none("key").only_at(yoti, asked).unless(beside);
        vec![
            Setting::new("api_key", api_key.map(|key| key.map(|key| shortened(&key)))).only_at(veriff, asked).checked(fits),
            self.secret_setting(
                Setting::none("secret").only_at(veriff, asked),
                ("secret_file", NOT_THERE),
                reference::secret(self.sources()),
            ),
            Setting::new("integration_id", integration_id).only_at(veriff, asked).checked(is_integration),
            Setting::new("sdk_id", sdk_id.map(|id| id.map(|id| shortened(&id)))).only_at(yoti, asked).unless(beside).checked(is_id),
            self.secret_setting(key, ("the key file", NO_KEY_FILE), reference::key(self.sources())),
            self.secret_setting(Setting::none("bearer").only_at(yoti, asked), ("the bearer token in", NOT_THERE), bearer),
        ]
    }

    /// Describes the location of a secret and checks that it is accessible. `what` and `absent` are for errors about files.
    fn secret_setting(&self, setting: Setting, (what, absent): (&str, &str), found: Result<Option<Sourced<SecretLocation>>>) -> Setting {
        let found = match found {
            Ok(Some(found)) => found,
            Ok(None) => return setting,
            Err(problem) => return setting.checked(Err(problem)),
        };
        let (location, outcome) = match &found.value.reference {
            Reference::Environment(variable) => (format!("{variable} is set"), check_variable(&found, self.environment, &self.limits())),
            Reference::File(path) => (format!("file {}", path.display()), open_private(what, path, absent).map(drop)),
            Reference::Command(words) => (format!("output of {}, not run", redacted(words.first().map_or("", String::as_str))), Ok(())),
            Reference::Credential(name) => {
                (format!("credential {} of systemd", redacted(name)), open_credential(found.value.key, name, self.environment).map(drop))
            }
            Reference::Keyring(user) => (format!("keyring entry vmedia of {user}, not asked for"), Ok(())),
        };
        Setting { value: location.into(), source: Some(found.source), ..setting }.checked(outcome)
    }

    fn archive_setting(&self, asked: ProviderChoice) -> Vec<Setting> {
        let days = self.provider_days(None).unwrap_or_else(|| Sourced::new(default_provider_days(asked), Source::Default));
        let sign_key = self.sign_key(None);
        let opens = |key: &Sourced<PathBuf>| open_private(SIGN_KEY, &key.value, NO_SIGN_KEY).map(drop);
        let is_readable = sign_key.as_ref().map_or(Ok(()), opens);
        let ping_url = self.ping_url(None).map(|found| found.map(|_| "set, not shown"));
        let is_address = self.ping_address(None, true).map(drop);
        vec![
            Setting::path("output", Some(self.output(None))),
            Setting::new("provider_days", Some(days)),
            Setting::new("ship", self.ship("--to", None)).or_default("none"),
            Setting::new("s3_endpoint", self.s3_endpoint()).or_default("AWS"),
            Setting::new("layout", Some(self.layout(None).map(layout_name))),
            Setting::new("lock", self.lock(None).map(|lock| lock.map(lock_name))).or_default("the bucket's own"),
            Setting::new("lock_days", self.lock_days(None)).or_default("the bucket's own"),
            Setting::new("storage_class", self.storage_class()).or_default("the bucket's own"),
            Setting::new("kms_key", self.kms_key()).or_default("the bucket's own"),
            Setting::path("sign_key", sign_key).checked(is_readable).or_default("none"),
            self.timestamp_setting(),
            self.recipients_setting(),
            Setting::new("single_recipient", Some(self.single_recipient(false))),
            Setting::new("approvals", self.approvals(None)).or_default("none"),
            Setting::new("ping_url", ping_url).checked(is_address).or_default("none"),
            Setting::new("operator", Some(operator(self.environment))),
        ]
    }

    fn recipients_setting(&self) -> Setting {
        let Some(written) = self.written_recipients(&[]) else { return Setting::none("recipients").or_default("none") };
        let text = written.value.iter().map(|recipient| quote(recipient)).collect::<Vec<_>>().join(", ");
        match parse(&written, self.single_recipient(false).value) {
            Ok(_) => Setting::new("recipients", Some(written)).with_text(text),
            Err(problem) => Setting::new("recipients", Some(written)).checked(Err(problem)),
        }
    }

    /// Describes the schedules of retention.
    fn retention_setting(&self) -> Setting {
        let found = |schedules: &[Schedule]| {
            let names: Vec<String> = schedules.iter().map(|schedule| schedule.name.clone()).collect();
            (!names.is_empty()).then(|| Sourced::new(names, Source::File))
        };
        match self.schedules() {
            Ok(schedules) => {
                let texts: Vec<String> = schedules.iter().map(schedule_text).collect();
                let setting = Setting::new("retention", found(&schedules));
                if texts.is_empty() { setting.or_default("none") } else { setting.with_text(texts.join("; ")) }
            }
            Err(problem) => Setting::none("retention").checked(Err(problem)),
        }
    }

    /// Describes the settings of downloads.
    fn run_setting(&self) -> Vec<Setting> {
        let (with, only) = (self.companions(&[]), self.kinds(&[]));
        let (no_documents, all_kinds) = (with.value.is_empty(), only.value.is_empty());
        let words = with.value.join(", ");
        let names: Vec<String> = only.value.iter().map(|kind| kind.name()).collect();
        let kinds = names.join(", ");
        vec![
            Setting::new("with", Some(with)).with_text(if no_documents { "none" } else { words.as_str() }),
            Setting::new("only", Some(only.map(|_| names))).with_text(if all_kinds { "all" } else { kinds.as_str() }),
            Setting::new("jobs", Some(self.jobs(None))),
            Setting::new("skip_complete", Some(self.skip_complete(None))),
            Setting::path("log_file", self.log_file()).or_default("none"),
            Setting::path("metrics_file", self.metrics_file(None)).or_default("none"),
        ]
    }

    /// Returns the authority without the URL's path, which may hold a customer's token.
    fn timestamp_setting(&self) -> Setting {
        let Some(written) = self.timestamp(None) else { return Setting::none("timestamp").or_default("none") };
        match address(&written) {
            Ok(address) => Setting::new("timestamp", Some(written.map(|_| address.base_url))),
            Err(problem) => Setting::new("timestamp", Some(written)).checked(Err(problem)),
        }
    }

    /// Returns a variable of the TLS library for certificate authorities.
    fn authorities_setting(&self, name: &'static str, variable: &'static str) -> Setting {
        let found = self.sources().no_flag().or_environment_path(variable).found();
        let reason =
            if cfg!(any(windows, target_os = "macos")) { Some("of no use on this system") } else { found.is_none().then_some("not set") };
        Setting::path(name, found).unless(reason)
    }

    fn network_setting(&self) -> Vec<Setting> {
        let max_rate = self.max_rate().map(|found| found.map(|rate| format!("{rate}/s")));
        let limit_rate = self.limit_rate();
        let limited = limit_rate.as_ref().map(|found| format!("{}/s", crate::text::bytes(found.value)));
        let limit_rate = Setting::new("limit_rate", limit_rate);
        let max_time = self.max_time().map(|found| Setting::seconds("max_time", found));
        let max_time = max_time.unwrap_or_else(|| Setting::none("max_time").or_default("by the size of the file"));
        let ca_cert = self.ca_cert();
        let holds_some = ca_cert.as_ref().map_or(Ok(()), |found| check_certificates(&found.value));
        vec![
            Setting::new("max_rate", max_rate).or_default("no limit"),
            match limited {
                Some(words) => limit_rate.with_text(words),
                None => limit_rate.or_default("no limit"),
            },
            Setting::new("retries", Some(self.retries())),
            Setting::seconds("retry_delay", self.retry_delay()),
            Setting::seconds("connect_timeout", self.connect_timeout()),
            Setting::seconds("timeout", self.timeout()),
            max_time,
            Setting::path("ca_cert", ca_cert).checked(holds_some).or_default("the system's"),
            self.authorities_setting("ssl_cert_file", names::SSL_CERT_FILE),
            self.authorities_setting("ssl_cert_dir", names::SSL_CERT_DIR),
            Setting::new("proxy", self.proxy()).or_default(NO_PROXY),
            Setting::new("no_proxy", self.no_proxy()).or_default("none"),
            Setting::new("insecure_http", Some(self.insecure_http())),
        ]
    }
}

/// Returns the beginning of a key or id: enough to recognize it, too short to use it.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 8;
    let shown: String = text.chars().take(SHOWN.min(text.chars().count() / 2)).collect();
    format!("{shown}…")
}
