//! Puts together what the engine needs, from settings. The one place where a provider is chosen.
//!
//! Must not resolve settings and must not send anything.

use super::Context;
use crate::cli::ProviderChoice;
use crate::config::{Network, ProviderSettings};
use crate::engine::Services;
use crate::error::Result;
use crate::http::{Client, ClientOptions, Wire};
use crate::provider::Provider;
use crate::provider::veriff::Veriff;
use crate::store::LocalStore;
use std::path::PathBuf;
use std::sync::Arc;

/// How many requests are in flight at once unless somebody says otherwise: over a long line more requests in flight are
/// what makes it faster, and beyond this a provider is the more likely to ask for patience.
pub(super) const DEFAULT_JOBS: u16 = 16;

/// The services for these settings.
pub(super) fn services(settings: ProviderSettings, network: &Network, output: PathBuf, jobs: u16, context: &Context) -> Result<Services> {
    let client = Client::new(ClientOptions {
        base_url: settings.base_url.clone(),
        connect_timeout: network.connect_timeout,
        idle_timeout: network.idle_timeout,
        ca_cert: network.ca_cert.clone(),
        connections: usize::from(jobs),
    })?;
    let wire = Wire::new(Box::new(client), network.policy, network.file_limit, Arc::clone(&context.clock), context.cancel.clone());
    let provider: Arc<dyn Provider> = match settings.provider {
        ProviderChoice::Veriff => Arc::new(Veriff::new(settings.api_key, settings.signing, settings.others, settings.integration_id)),
    };
    Ok(Services {
        provider,
        wire: Arc::new(wire),
        store: Arc::new(store(output, context)),
        base_url: settings.base_url,
        credentials: settings.credentials,
    })
}

/// The archive in a folder, with words for others who find it locked.
pub(super) fn store(folder: PathBuf, context: &Context) -> LocalStore {
    let since = context.clock.now().strftime("%Y-%m-%d %H:%M:%S UTC");
    LocalStore::new(folder, format!("process {} since {since}", std::process::id()))
}
