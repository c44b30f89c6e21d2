//! Resolves Veriff's API key and shared secrets.
//!
//! Must not sign and must not send anything.

use super::{ProviderAccess, Resolver, is_one_word};
use crate::config::credentials::Secrets;
use crate::config::environment::names;
use crate::config::sourced::Sourced;
use crate::error::{Error, Result};

impl Resolver<'_> {
    pub(super) fn api_key(&self) -> Option<Sourced<String>> {
        self.sources().no_flag().or_environment(names::API_KEY).or_profile(|profile| profile.api_key.clone()).found()
    }

    /// Returns the integration, where one key serves several.
    pub(super) fn integration_id(&self) -> Option<Sourced<String>> {
        let search = self.sources().no_flag().or_environment(names::INTEGRATION_ID);
        search.or_profile(|profile| profile.integration_id.clone()).found()
    }

    pub(super) fn veriff_access(&self) -> Result<(ProviderAccess, String)> {
        let Some(key) = self.api_key() else {
            return Err(Error::configuration(
                "there is no API key",
                format!(
                    "set {} and {} (Customer Portal, Settings, API keys), or use a profile; to look around without an account: vmedia demo",
                    names::API_KEY,
                    names::API_SECRET
                ),
            ));
        };
        check_api_key(&key)?;
        let integration_id = self.integration_id();
        integration_id.as_ref().map_or(Ok(()), check_integration_id)?;
        let Secrets { signing, others, source } = self.secrets()?;
        let integration_id = integration_id.map(|found| found.value);
        let credentials =
            format!("the API key from {} and the secret from {source} ({})", key.source.description(), self.profile_description());
        Ok((ProviderAccess::Veriff { api_key: key.value, signing, others, integration_id }, credentials))
    }
}

/// Refuses an API key that cannot stand in a header.
pub(in crate::config) fn check_api_key(key: &Sourced<String>) -> Result<()> {
    check("the API key", "key", key)
}

/// Refuses an integration id that cannot stand in a header.
pub(in crate::config) fn check_integration_id(id: &Sourced<String>) -> Result<()> {
    check("the integration id", "id", id)
}

fn check(what: &str, kind: &str, found: &Sourced<String>) -> Result<()> {
    if is_one_word(&found.value) {
        return Ok(());
    }
    let what = format!("{what} from {} holds characters that no {kind} has", found.source.description());
    Err(Error::configuration(what, "copy it again, without quotes or spaces"))
}
