//! The part of `vmedia erase` that asks the provider (`--at-provider`). Must not decide which sessions are erased.

use super::Context;
use super::services::{provider, wire};
use crate::archive::{Certificate, Erasing, ProviderOutcome, erase_at_provider};
use crate::cli::EraseArguments;
use crate::config::Resolver;
use crate::engine::{AtProvider, NotDeleted, delete};
use crate::error::{Error, ErrorKind, Result, quote};
use crate::http::RetryClient;
use crate::model::SessionId;
use crate::provider::Provider;
use std::cell::Cell;
use std::sync::Arc;

/// The provider at which sessions are deleted.
pub(super) struct Deleting {
    provider: Arc<dyn Provider>,
    wire: RetryClient,
    base_url: String,
    credentials: String,
    /// True once it deletes no further session today.
    is_limited: Cell<bool>,
}

impl Deleting {
    /// Returns the provider of the settings, if it is to be asked. Connects to nothing.
    pub(super) fn of(arguments: &EraseArguments, resolver: &Resolver<'_>, context: &Context) -> Result<Option<Self>> {
        if !arguments.at_provider {
            return Ok(None);
        }
        let (settings, network) = (resolver.provider_settings()?, resolver.network());
        let wire = wire(settings.base_url.clone(), &network, 1, context.cancel.clone(), &context.clock)?;
        let (base_url, credentials) = (settings.base_url, settings.credentials);
        let provider = provider(settings.access, context);
        Ok(Some(Self { provider, wire, base_url, credentials, is_limited: Cell::new(false) }))
    }

    /// Deletes a session that is erased here, unless its certificate says that it was. Returns the certificate after that.
    pub(super) fn delete(&self, order: &Erasing<'_>, session: &SessionId, context: &Context) -> Result<Certificate> {
        let mut ask = |certificate: &Certificate| {
            self.must_be_its_own(session, certificate)?;
            if self.is_limited.get() {
                let what =
                    format!("session {session} is erased here and not at {}: its limit for deletions is reached", self.provider.name());
                return Err(Error::new(ErrorKind::Partial, what, "run the same command again later"));
            }
            delete(self.provider.as_ref(), &self.wire, session, &self.credentials).map_err(|NotDeleted { error, is_limit }| {
                self.is_limited.set(is_limit);
                error
            })
        };
        erase_at_provider(order, session, &mut ask, &|| context.clock.now())
    }

    /// Fails if the session was archived from another provider, which would not be asked.
    fn must_be_its_own(&self, session: &SessionId, certificate: &Certificate) -> Result<()> {
        let facts = &certificate.facts;
        let is_same = |known: Option<&String>, asked: &str| known.is_none_or(|known| known == asked);
        if is_same(facts.provider.as_ref(), self.provider.name()) && is_same(facts.base_url.as_ref(), &self.base_url) {
            return Ok(());
        }
        let (known, url) = (facts.provider.as_deref().unwrap_or_default(), facts.base_url.as_deref().unwrap_or_default());
        let what = format!("session {session} is not deleted at the provider: it came from {} at {}", quote(known), quote(url));
        let hint = format!(
            "this run would ask {} at {}; use the profile of the other one, or --provider and --base-url",
            self.provider.name(),
            self.base_url
        );
        Err(Error::new(ErrorKind::Configuration, what, hint))
    }
}

/// Returns what a certificate says of the provider.
pub(super) fn of_certificate(certificate: &Certificate) -> Option<AtProvider> {
    certificate.at_provider.as_ref().and_then(|deletion| deletion.outcome.known()).map(|outcome| match outcome {
        ProviderOutcome::Deleted => AtProvider::Deleted,
        ProviderOutcome::Absent => AtProvider::Absent,
    })
}
