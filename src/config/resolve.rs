//! Resolves each setting: flag, else environment, else profile, else default.
//!
//! Must not know what the settings are for.

mod bucket;
mod encryption;
mod network;
mod retention;
mod run;
mod sealing;
mod settings;
mod veriff;
mod yoti;

pub(crate) use bucket::{LockFlags, no_place};
pub(crate) use network::Network;
pub(crate) use run::DEFAULT_JOBS;
pub(crate) use sealing::SealSettings;
pub(crate) use settings::Setting;
pub(crate) use yoti::YotiAccess;

pub(super) use veriff::{check_api_key, check_integration_id};
pub(super) use yoti::{NO_KEY_FILE, check_sdk_id};

use super::credentials::{CommandLimits, Secrets, is_name, secrets};
use super::environment::{Environment, names};
use super::file;
use super::profile::{File, Profile};
use super::retention::ScheduleKeys;
use super::sourced::{Source, Sourced, Sources};
use super::suggest::suggest;
use crate::cli::{Flags, ProviderChoice};
use crate::clock::{Cancel, Clock, SystemClock};
use crate::error::{Error, Result};
use crate::http::{Address, parse_base_url};
use crate::provider::veriff::Veriff;
use crate::provider::yoti::{self as yoti_provider, Yoti};
use crate::secret::Secret;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

const DEFAULT_OUTPUT: &str = "vmedia-archive";

/// The address of a provider, and the credentials.
pub(crate) struct ProviderSettings {
    /// The base URL, without a trailing `/`; Veriff's without version.
    pub(crate) base_url: String,
    /// The provider with its credentials.
    pub(crate) access: ProviderAccess,
    /// Description of the credentials, without secrets.
    pub(crate) credentials: String,
}

/// A provider, with the credentials of one integration there.
pub(crate) enum ProviderAccess {
    Veriff {
        api_key: String,
        /// The secret that signs.
        signing: Secret,
        /// Further secrets that verify.
        others: Vec<Secret>,
        /// The integration, where one key serves several.
        integration_id: Option<String>,
    },
    Yoti(YotiAccess),
}

/// Everything that settings are resolved from.
pub struct Resolver<'a> {
    flags: &'a Flags,
    environment: &'a Environment,
    location: Option<Sourced<PathBuf>>,
    profile: Option<(Sourced<String>, Profile)>,
    /// The schedules of retention by name.
    retention: BTreeMap<String, ScheduleKeys>,
    /// Variables that any profile names.
    named: Vec<String>,
    cancel: Cancel,
    clock: Arc<dyn Clock>,
}

impl<'a> Resolver<'a> {
    /// Reads the configuration file, if there is one, and picks the profile.
    pub fn new(flags: &'a Flags, environment: &'a Environment) -> Result<Self> {
        environment.check_text()?;
        let location = file::location(flags, environment);
        let mut file = location.as_ref().map(file::read).transpose()?.unwrap_or_default();
        let named = file.profiles.values().filter_map(|profile| profile.secret_env.clone()).filter(|name| is_name(name)).collect();
        let wanted = Sources { environment, profile: None }.flag("--profile", flags.connection.profile.name.clone());
        let wanted = wanted.or_environment(names::PROFILE).found();
        let profile = match wanted.or_else(|| file.default_profile.take().map(|name| Sourced::new(name, Source::File))) {
            None => None,
            Some(name) => match file.profiles.remove(&name.value) {
                Some(profile) => Some((name, profile)),
                None => return Err(no_profile(&name.value, &file, location.as_ref())),
            },
        };
        let retention = file.retention;
        Ok(Self { location, profile, retention, named, ..Self::without_file(flags, environment) })
    }

    /// Creates a resolver without configuration file: flags, environment and defaults alone.
    pub(crate) fn without_file(flags: &'a Flags, environment: &'a Environment) -> Self {
        let (cancel, clock) = (Cancel::default(), Arc::new(SystemClock::start()));
        Self { flags, environment, location: None, profile: None, retention: BTreeMap::new(), named: Vec::new(), cancel, clock }
    }

    /// Sets the request to stop, which ends the commands that print a secret.
    #[must_use]
    pub(crate) fn until(self, cancel: &Cancel, clock: &Arc<dyn Clock>) -> Self {
        Self { cancel: cancel.clone(), clock: Arc::clone(clock), ..self }
    }

    /// Returns the path of the configuration file; `None` on a system without a place for it.
    pub(crate) fn location(&self) -> Option<&Sourced<PathBuf>> {
        self.location.as_ref()
    }

    /// Returns unknown variables whose names resemble one of vmedia's, each with that name.
    pub(crate) fn unknown_vars(&self) -> Vec<(&str, &'static str)> {
        self.environment.unknown_vars().into_iter().filter(|(name, _)| !self.named.iter().any(|named| named == name)).collect()
    }

    fn sources(&self) -> Sources<'_> {
        Sources { environment: self.environment, profile: self.profile.as_ref().map(|(name, profile)| (name.value.as_str(), profile)) }
    }

    /// Returns the archive's folder; `flag` is the command's own.
    pub fn output(&self, flag: Option<PathBuf>) -> Sourced<PathBuf> {
        let search = self.sources().flag("--output", flag).or_environment_path(names::OUTPUT);
        search.or_profile(|profile| profile.output.clone()).or_default(PathBuf::from(DEFAULT_OUTPUT))
    }

    /// Returns the provider.
    pub(crate) fn provider(&self) -> Result<Sourced<ProviderChoice>> {
        let flag = self.flags.connection.provider.map(|choice| choice.name().to_owned());
        let search = self.sources().flag("--provider", flag).or_environment(names::PROVIDER);
        let named = search.or_profile(|profile| profile.provider.clone()).or_default(ProviderChoice::Veriff.name().to_owned());
        let known = ProviderChoice::ALL.map(ProviderChoice::name);
        match ProviderChoice::ALL.into_iter().find(|choice| choice.name() == named.value) {
            Some(choice) => Ok(named.map(|_| choice)),
            None => Err(Error::configuration(
                format!("there is no provider {:?}", crate::error::quote(&named.value)),
                format!("{}this version knows {}", did_you_mean(suggest(&named.value, known)), known.join(" and ")),
            )),
        }
    }

    /// Returns whether plain http is allowed with other machines.
    fn insecure_http(&self) -> Sourced<bool> {
        self.sources().flag("--insecure-http", self.flags.connection.trust.insecure_http.then_some(true)).or_default(false)
    }

    /// Returns the days after capture on which the provider deletes media, if configured; `flag` is the command's own.
    pub(crate) fn provider_days(&self, flag: Option<u32>) -> Option<Sourced<u32>> {
        self.sources().flag("--provider-days", flag).or_profile(|profile| profile.provider_days).found()
    }

    /// Returns the heartbeat service's address, of which every part may be a token; `flag` is the command's own, and `is_profiles`
    /// says whether the profile's is for this command.
    pub(crate) fn ping_address(&self, flag: Option<&str>, is_profiles: bool) -> Result<Option<Address>> {
        let found = self.ping_url(flag.map(str::to_owned)).filter(|found| is_profiles || !matches!(found.source, Source::Profile(_)));
        let Some(found) = found else { return Ok(None) };
        // The address itself is never repeated.
        Address::parse_private(&found.value, self.insecure_http().value).map(Some).map_err(|reason| {
            let what = format!("the address for --ping-url cannot be used: {reason}");
            found.source.error(what, "it is the URL that the heartbeat service shows, such as https://hc-ping.com/<id>")
        })
    }

    /// Returns the URL of the heartbeat service, which is a secret. `flag` is the command's own.
    fn ping_url(&self, flag: Option<String>) -> Option<Sourced<String>> {
        let search = self.sources().flag("--ping-url", flag).or_environment(names::PING_URL);
        search.or_profile(|profile| profile.ping_url.clone()).found()
    }

    fn written_base_url(&self, provider: ProviderChoice) -> Option<Sourced<String>> {
        let search = self.sources().flag("--base-url", self.flags.connection.base_url.clone()).or_environment(names::BASE_URL);
        let search = search.or_profile(|profile| profile.base_url.clone());
        match provider {
            ProviderChoice::Veriff => search.found(),
            ProviderChoice::Yoti => Some(search.or_default(yoti_provider::BASE_URL.to_owned())),
        }
    }

    /// Returns the base URL, without a trailing `/`; Veriff's without version.
    pub(crate) fn base_url(&self, provider: ProviderChoice) -> Result<String> {
        let Some(written) = self.written_base_url(provider) else {
            return Err(Error::configuration(
                "there is no base URL",
                format!(
                    "set {} to the one that the Customer Portal shows for your integration under API keys; to look around without an account: vmedia demo",
                    names::BASE_URL
                ),
            ));
        };
        read_base_url(&written, provider, self.insecure_http().value)
    }

    /// Returns the secrets alone, for signatures over stored files.
    pub fn secrets(&self) -> Result<Secrets> {
        secrets(self.sources(), &self.limits())
    }

    /// Returns the environment variables that hold secrets, of any profile, set or not. No child process gets them.
    pub(crate) fn secret_variables(&self) -> Vec<String> {
        [names::API_SECRET, names::PING_URL].map(str::to_owned).into_iter().chain(self.named.iter().cloned()).collect()
    }

    /// Returns the limits of commands that print a secret.
    fn limits(&self) -> CommandLimits<'_> {
        CommandLimits { hidden: self.secret_variables(), cancel: &self.cancel, clock: self.clock.as_ref() }
    }

    /// Returns the address of the provider and the credentials.
    pub(crate) fn provider_settings(&self) -> Result<ProviderSettings> {
        let provider = self.provider()?.value;
        let (access, credentials) = self.access(provider)?;
        Ok(ProviderSettings { base_url: self.base_url(provider)?, access, credentials })
    }

    /// Returns the credentials for the provider, and a description without secrets.
    pub(crate) fn access(&self, provider: ProviderChoice) -> Result<(ProviderAccess, String)> {
        match provider {
            ProviderChoice::Veriff => self.veriff_access(),
            ProviderChoice::Yoti => self.yoti_access(),
        }
    }

    /// Returns the profile that is used, if any.
    pub(crate) fn profile_name(&self) -> Option<&Sourced<String>> {
        self.profile.as_ref().map(|(name, _)| name)
    }

    fn profile_description(&self) -> String {
        self.profile.as_ref().map_or_else(|| "no profile".to_owned(), |(name, _)| format!("profile {}", name.value))
    }
}

/// Returns the operator: `VMEDIA_OPERATOR`, where several people share an account, else the account.
pub(crate) fn operator(environment: &Environment) -> Sourced<String> {
    let account = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
    Sources { environment, profile: None }.no_flag().or_environment(names::OPERATOR).or_default(account)
}

pub(super) fn read_base_url(written: &Sourced<String>, provider: ProviderChoice, insecure_http: bool) -> Result<String> {
    let text = &with_scheme(&written.value);
    let base_url = parse_base_url(text, insecure_http).map_err(|reason| {
        // A URL that holds a password is not repeated.
        let shown = if text.contains('@') { String::new() } else { format!(" {:?}", crate::error::quote(text)) };
        let what = format!("the base URL{shown} cannot be used: {reason}");
        let hint = if parse_base_url(text, true).is_ok() {
            "use https; where the network is your own, --insecure-http allows it"
        } else {
            "it looks like https://api.example.com, with or without /v1"
        };
        written.source.error(what, hint)
    })?;
    Ok(match provider {
        ProviderChoice::Veriff => Veriff::normalise_base_url(&base_url),
        ProviderChoice::Yoti => Yoti::normalise_base_url(&base_url),
    })
}

/// Returns a host that was pasted without a scheme as an address with https.
fn with_scheme(text: &str) -> String {
    let is_host = text.split_once(':').map_or(text.contains('.'), |(_, rest)| rest.starts_with(|letter: char| letter.is_ascii_digit()));
    if is_host && !text.starts_with(['/', '.', '\\']) { format!("https://{text}") } else { text.to_owned() }
}

/// Returns the default of `provider_days`, as the provider publishes it.
pub(crate) fn default_provider_days(provider: ProviderChoice) -> u32 {
    match provider {
        ProviderChoice::Veriff => Veriff::PROVIDER_DAYS,
        ProviderChoice::Yoti => Yoti::PROVIDER_DAYS,
    }
}

/// Returns whether a text is made of the characters of ids, keys and tokens: visible ASCII, at least one.
fn is_one_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn no_profile(name: &str, file: &File, location: Option<&Sourced<PathBuf>>) -> Error {
    let Some(location) = location else {
        return Error::configuration(format!("there is no file that could hold profile {name}"), "name one with --config");
    };
    let what = format!("there is no profile {name} in {}", location.value.display());
    let known: Vec<&str> = file.profiles.keys().map(String::as_str).collect();
    let known = if known.is_empty() { "it has no profiles".to_owned() } else { format!("it has {}", known.join(", ")) };
    let meant = did_you_mean(suggest(name, file.profiles.keys().map(String::as_str)));
    Error::configuration(what, format!("{meant}{known}; choose one with --profile"))
}

/// Returns the beginning of a hint.
fn did_you_mean(word: Option<&str>) -> String {
    word.map_or_else(String::new, |word| format!("did you mean {word}? "))
}

#[cfg(test)]
mod tests;
