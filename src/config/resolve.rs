//! Resolves each setting: flag, else environment, else profile, else default. Pure but for the files it is pointed to.
//!
//! Must not know what the settings are for.

mod sealing;
mod yoti;

pub use sealing::SealSettings;
pub use yoti::YotiAccess;

use super::credentials::{Secrets, secrets};
use super::environment::{Environment, names};
use super::file::{self, Profile};
use crate::cli::{Global, ProviderChoice};
use crate::error::{Error, Result};
use crate::http::{Limits, Policy, parse_base_url};
use crate::provider::veriff::Veriff;
use crate::provider::yoti::{self as yoti_provider, Yoti};
use crate::secret::Secret;
use std::path::PathBuf;
use std::time::Duration;

/// The archive's folder when nobody names one.
const DEFAULT_OUTPUT: &str = "vmedia-archive";

/// Where a provider is asked, and with which credentials.
pub struct ProviderSettings {
    /// Where its API begins, without a trailing `/`; Veriff's without version.
    pub base_url: String,
    /// The provider, and what it wants to see.
    pub access: ProviderAccess,
    /// Which credentials these are, in words without them.
    pub credentials: String,
}

/// A provider, with the credentials of one integration there.
pub enum ProviderAccess {
    /// Veriff.
    Veriff {
        /// The API key.
        api_key: String,
        /// The secret that signs.
        signing: Secret,
        /// Further secrets that verify.
        others: Vec<Secret>,
        /// The integration, where one key serves several.
        integration_id: Option<String>,
    },
    /// Yoti.
    Yoti(YotiAccess),
}

/// How the network is used.
#[derive(Debug, Clone)]
pub struct Network {
    /// Retries.
    pub policy: Policy,
    /// The longest wait for a connection.
    pub connect_timeout: Duration,
    /// The longest silence.
    pub idle_timeout: Duration,
    /// The longest time for one file.
    pub file_limit: Option<Duration>,
    /// Further certificate authorities.
    pub ca_cert: Option<PathBuf>,
    /// What the host is asked for at most.
    pub limits: Limits,
}

impl Network {
    /// From the flags and the defaults.
    pub fn new(global: &Global) -> Self {
        let default = Policy::default();
        Self {
            policy: Policy { retries: global.retries.unwrap_or(default.retries), delay: global.retry_delay.unwrap_or(default.delay) },
            connect_timeout: global.connect_timeout.unwrap_or(Duration::from_secs(10)),
            idle_timeout: global.timeout.unwrap_or(Duration::from_secs(60)),
            file_limit: global.max_time,
            ca_cert: global.ca_cert.clone(),
            limits: Limits { requests: global.max_rate, bytes: global.limit_rate },
        }
    }
}

/// Everything that settings are resolved from.
pub struct Resolver<'a> {
    global: &'a Global,
    environment: &'a Environment,
    profile: Option<(String, Profile)>,
}

impl<'a> Resolver<'a> {
    /// Reads the configuration file, if there is one, and picks the profile.
    pub fn new(global: &'a Global, environment: &'a Environment) -> Result<Self> {
        let Some((path, asked_for)) = file::location(global.config.as_deref(), environment) else {
            return Ok(Self { global, environment, profile: None });
        };
        let mut file = file::read(&path, asked_for)?;
        let wanted =
            global.profile.clone().or_else(|| environment.value(names::PROFILE).map(str::to_owned)).or(file.default_profile.take());
        let profile = match wanted {
            None => None,
            Some(name) => match file.profiles.remove(&name) {
                Some(profile) => Some((name, profile)),
                None => {
                    let known: Vec<String> = file.profiles.into_keys().collect();
                    let known = if known.is_empty() { "it has no profiles".to_owned() } else { format!("it has {}", known.join(", ")) };
                    let what = format!("there is no profile {name} in {}", path.display());
                    return Err(Error::configuration(what, format!("{known}; choose one with --profile")));
                }
            },
        };
        Ok(Self { global, environment, profile })
    }

    fn profile(&self) -> Option<(&str, &Profile)> {
        self.profile.as_ref().map(|(name, profile)| (name.as_str(), profile))
    }

    fn of_profile<T>(&self, value: impl Fn(&Profile) -> Option<T>) -> Option<T> {
        self.profile().and_then(|(_, profile)| value(profile))
    }

    /// The archive's folder; `flag` is the command's own.
    pub fn output(&self, flag: Option<PathBuf>) -> PathBuf {
        flag.or_else(|| self.environment.path(names::OUTPUT))
            .or_else(|| self.of_profile(|profile| profile.output.clone()))
            .unwrap_or_else(|| PathBuf::from(DEFAULT_OUTPUT))
    }

    /// The provider that is asked.
    pub fn provider(&self) -> Result<ProviderChoice> {
        if let Some(choice) = self.global.provider {
            return Ok(choice);
        }
        let named =
            self.environment.value(names::PROVIDER).map(str::to_owned).or_else(|| self.of_profile(|profile| profile.provider.clone()));
        match named.as_deref() {
            None | Some("veriff") => Ok(ProviderChoice::Veriff),
            Some("yoti") => Ok(ProviderChoice::Yoti),
            Some(other) => Err(Error::configuration(
                format!("there is no provider {:?}", crate::error::quote(other)),
                "this version knows veriff and yoti",
            )),
        }
    }

    /// For how many days the provider keeps media, if somebody says so; `flag` is the command's own.
    pub fn retention_days(&self, flag: Option<u32>) -> Option<u32> {
        flag.or_else(|| self.of_profile(|profile| profile.retention_days))
    }

    fn base_url(&self, provider: ProviderChoice) -> Result<String> {
        let from_flag = self.global.base_url.clone();
        let is_flag = from_flag.is_some();
        let text = from_flag
            .or_else(|| self.environment.value(names::BASE_URL).map(str::to_owned))
            .or_else(|| self.of_profile(|profile| profile.base_url.clone()))
            .or_else(|| (provider == ProviderChoice::Yoti).then(|| yoti_provider::BASE_URL.to_owned()));
        let Some(text) = text else {
            return Err(Error::configuration(
                "there is no base URL",
                format!(
                    "set {} to the one that the Customer Portal shows for your integration under API keys; to look around without an account: vmedia demo",
                    names::BASE_URL
                ),
            ));
        };
        let base_url = parse_base_url(&text, self.global.insecure_http).map_err(|reason| {
            // A URL that holds a password is not repeated.
            let shown = if text.contains('@') { String::new() } else { format!(" {:?}", crate::error::quote(&text)) };
            let what = format!("the base URL{shown} cannot be used: {reason}");
            let hint = if reason.starts_with("plain http") {
                "use https; where the network is your own, --insecure-http allows it"
            } else {
                "it looks like https://api.example.com, with or without /v1"
            };
            if is_flag { Error::usage(what, hint) } else { Error::configuration(what, hint) }
        })?;
        Ok(match provider {
            ProviderChoice::Veriff => Veriff::normalise_base_url(&base_url),
            ProviderChoice::Yoti => Yoti::normalise_base_url(&base_url),
        })
    }

    /// The secrets alone, for signatures over what is stored.
    pub fn secrets(&self) -> Result<Secrets> {
        secrets(self.environment, self.profile())
    }

    /// Who is asked and with what.
    pub fn provider_settings(&self) -> Result<ProviderSettings> {
        match self.provider()? {
            ProviderChoice::Veriff => self.veriff_settings(),
            ProviderChoice::Yoti => self.yoti_settings(),
        }
    }

    fn veriff_settings(&self) -> Result<ProviderSettings> {
        let (api_key, key_source) = match self.environment.value(names::API_KEY) {
            Some(key) => (key.to_owned(), format!("the environment ({})", names::API_KEY)),
            None => match self.profile().and_then(|(name, profile)| Some((profile.api_key.clone()?, format!("profile {name}")))) {
                Some(found) => found,
                None => {
                    return Err(Error::configuration(
                        "there is no API key",
                        format!(
                            "set {} and {} (Customer Portal, Settings, API keys), or use a profile; to look around without an account: vmedia demo",
                            names::API_KEY,
                            names::API_SECRET
                        ),
                    ));
                }
            },
        };
        if !api_key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::configuration(
                format!("the API key from {key_source} holds characters that no key has"),
                "copy it again, without quotes or spaces",
            ));
        }
        let Secrets { signing, others, source } = secrets(self.environment, self.profile())?;
        let base_url = self.base_url(ProviderChoice::Veriff)?;
        let integration_id = self.environment.value(names::INTEGRATION_ID).map(str::to_owned);
        let integration_id = integration_id.or_else(|| self.of_profile(|profile| profile.integration_id.clone()));
        let credentials = format!("the API key from {key_source} and the secret from {source} ({})", self.profile_words());
        Ok(ProviderSettings { base_url, access: ProviderAccess::Veriff { api_key, signing, others, integration_id }, credentials })
    }

    fn profile_words(&self) -> String {
        self.profile().map_or_else(|| "no profile".to_owned(), |(name, _)| format!("profile {name}"))
    }
}

#[cfg(test)]
mod tests;
