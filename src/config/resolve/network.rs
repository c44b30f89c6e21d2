//! Resolves time-outs, retries, rate limits, proxy and certificate authorities.
//!
//! Must not connect to anything.

use super::Resolver;
use crate::config::environment::names;
use crate::config::sourced::Sourced;
use crate::http::{Limits, Policy};
use std::path::PathBuf;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Settings of the network.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) policy: Policy,
    /// The longest wait for a connection.
    pub(crate) connect_timeout: Duration,
    /// The longest silence.
    pub(crate) idle_timeout: Duration,
    /// The longest time for one file.
    pub(crate) file_limit: Option<Duration>,
    /// Further certificate authorities.
    pub(crate) ca_cert: Option<PathBuf>,
    pub(crate) limits: Limits,
    /// The proxy that the environment names, without a name and password in it.
    pub(crate) proxy: Option<String>,
}

impl Resolver<'_> {
    /// Returns the settings of the network.
    pub(crate) fn network(&self) -> Network {
        Network {
            policy: Policy { retries: self.retries().value, delay: self.retry_delay().value },
            connect_timeout: self.connect_timeout().value,
            idle_timeout: self.timeout().value,
            file_limit: self.max_time().map(|found| found.value),
            ca_cert: self.ca_cert().map(|found| found.value),
            limits: self.shared_limits(),
            proxy: self.proxy().map(|found| found.value),
        }
    }

    /// Returns the limits of this process: its share of those that are set.
    fn shared_limits(&self) -> Limits {
        let share = self.flags.limits.share_of.unwrap_or(1);
        let requests = self.max_rate().map(|found| found.value / f64::from(share));
        Limits { requests, bytes: self.limit_rate().map(|found| (found.value / u64::from(share)).max(1)) }
    }

    pub(super) fn retries(&self) -> Sourced<u32> {
        self.sources().flag("--retries", self.flags.connection.tries.retries).or_default(Policy::default().retries)
    }

    pub(super) fn retry_delay(&self) -> Sourced<Duration> {
        self.sources().flag("--retry-delay", self.flags.connection.tries.retry_delay).or_default(Policy::default().delay)
    }

    pub(super) fn connect_timeout(&self) -> Sourced<Duration> {
        self.sources().flag("--connect-timeout", self.flags.connection.tries.connect_timeout).or_default(CONNECT_TIMEOUT)
    }

    pub(super) fn timeout(&self) -> Sourced<Duration> {
        self.sources().flag("--timeout", self.flags.connection.tries.timeout).or_default(IDLE_TIMEOUT)
    }

    pub(super) fn max_time(&self) -> Option<Sourced<Duration>> {
        self.sources().flag("--max-time", self.flags.transfer.max_time).found()
    }

    pub(super) fn ca_cert(&self) -> Option<Sourced<PathBuf>> {
        self.sources().flag("--ca-cert", self.flags.connection.trust.ca_cert.clone()).found()
    }

    /// Returns the proxy for https, as the HTTP client finds it in the environment, without a name and password in it.
    pub(super) fn proxy(&self) -> Option<Sourced<String>> {
        self.first_of(&names::PROXY).map(|found| {
            found.map(|url| match (url.split_once("://"), url.rsplit_once('@')) {
                (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
                (None, Some((_, host))) => host.to_owned(),
                _ => url,
            })
        })
    }

    /// Returns the hosts that are reached without the proxy.
    pub(super) fn no_proxy(&self) -> Option<Sourced<String>> {
        self.first_of(&names::NO_PROXY)
    }

    fn first_of(&self, variables: &[&'static str]) -> Option<Sourced<String>> {
        let search = self.sources().no_flag();
        variables.iter().fold(search, |search, name| search.or_environment(name)).found()
    }

    pub(super) fn max_rate(&self) -> Option<Sourced<f64>> {
        self.sources().flag("--max-rate", self.flags.limits.max_rate).or_profile(|profile| profile.max_rate).found()
    }

    pub(super) fn limit_rate(&self) -> Option<Sourced<u64>> {
        self.sources().flag("--limit-rate", self.flags.limits.limit_rate).or_profile(|profile| profile.limit_rate).found()
    }
}
