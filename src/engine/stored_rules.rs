//! Reads stored answers and checks their signatures for the archive's verification, by the rules of the providers. Must not send requests.

use crate::archive::FactRules;
use crate::archive::verify::{ProviderRules, SignatureCheck};
use crate::model::{Fact, MediaId, MediaItem, check_shape};
use crate::provider::{self, Checked, Provider, Signature};
use std::sync::Arc;

/// Rules of providers for stored bytes.
pub(crate) struct StoredRules {
    providers: Vec<Arc<dyn Provider>>,
    authenticate: bool,
}

impl StoredRules {
    /// Creates the rules of these providers; with `authenticate`, their secrets check signatures.
    pub(crate) fn new(providers: Vec<Arc<dyn Provider>>, authenticate: bool) -> Self {
        Self { providers, authenticate }
    }

    fn provider(&self, name: &str) -> Option<&dyn Provider> {
        self.providers.iter().find(|provider| provider.name() == name).map(AsRef::as_ref)
    }
}

impl ProviderRules for StoredRules {
    fn listed(&self, provider: &str, document: &str, bytes: &[u8]) -> Result<Vec<MediaId>, String> {
        match self.provider(provider) {
            Some(provider) => {
                // The content of an archive is untrusted: it may be made to exhaust its reader.
                check_shape(bytes).map_err(|excess| excess.to_string())?;
                provider.listed(document, bytes).map_err(|failure| failure.detail)
            }
            // The listings of a provider that this version does not support are bytes like any other.
            None => Ok(Vec::new()),
        }
    }

    fn signature_check(&self, provider: &str, signature: &str) -> Option<Box<dyn SignatureCheck>> {
        let provider = self.provider(provider).filter(|_| self.authenticate)?;
        Some(Box::new(Check(provider.recorded_signature_check(signature))))
    }
}

impl FactRules for StoredRules {
    fn facts(&self, provider: &str, document: &str, bytes: &[u8]) -> Vec<Fact> {
        // The content of an archive is untrusted.
        let provider = self.provider(provider).filter(|_| check_shape(bytes).is_ok());
        provider.map(|provider| provider.facts(document, bytes)).unwrap_or_default()
    }

    fn states_facts(&self, provider: &str, item: &MediaItem) -> bool {
        self.provider(provider).is_some_and(|provider| provider.states_facts(item))
    }
}

struct Check(Box<dyn provider::SignatureCheck>);

impl SignatureCheck for Check {
    fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    fn finish(self: Box<Self>) -> ([u8; 32], bool) {
        let Checked { sha256, signature } = self.0.finish();
        (sha256, matches!(signature, Signature::Held(_)))
    }
}
