//! Creates the services of the engine from settings. The one place where a provider is chosen.
//!
//! Must not resolve settings and must not send anything.

use super::Context;
use crate::archive::{Encryption, FingerprintKeys, Identities, Identity, Journal, Recipients, ShowMessage, tool};
use crate::clock::{Cancel, Clock};
use crate::config::{Environment, Network, ProviderAccess, ProviderSettings, Resolver, SealSettings, Secrets, YotiAccess};
use crate::engine::{Authority, Sealer, Services};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Client, ClientOptions, Limits, Policy, RetryClient};
use crate::objects::Place;
use crate::provider::Provider;
use crate::provider::veriff::Veriff;
use crate::provider::yoti::{Access, Yoti};
use crate::secret::Secret;
use crate::store::{LocalStore, Store};
use crate::text::moment;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Longest silence of a time-stamping authority.
const AUTHORITY_TIMEOUT: Duration = Duration::from_secs(20);

pub(super) fn services(settings: ProviderSettings, network: &Network, output: PathBuf, jobs: u16, context: &Context) -> Result<Services> {
    #[cfg(unix)]
    raise_file_limit();
    let wire = wire(settings.base_url.clone(), network, usize::from(jobs), context.cancel.clone(), &context.clock)?;
    let provider = provider(settings.access, context);
    let store: Arc<dyn Store> = Arc::new(store(output, context));
    Ok(Services {
        provider,
        wire: Arc::new(wire),
        journal: Arc::new(journal(&store, context)),
        store,
        sealer: Arc::default(),
        encryption: None,
        shipping: None,
        base_url: settings.base_url,
        credentials: settings.credentials,
    })
}

/// Raises the number of files that this process may have open, as far as it may: each session under way has a lock and a pending file,
/// and macOS permits 256 files at first.
#[cfg(unix)]
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    const WANTED: u64 = 4096;
    let limit = getrlimit(Resource::Nofile);
    let raised = limit.maximum.map_or(WANTED, |most| most.min(WANTED));
    if limit.current.is_some_and(|current| current < raised) {
        // Where it fails, fewer sessions can be under way.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(raised), ..limit });
    }
}

pub(super) fn provider(access: ProviderAccess, context: &Context) -> Arc<dyn Provider> {
    match access {
        ProviderAccess::Veriff { api_key, signing, others, integration_id } => {
            Arc::new(Veriff::new(api_key, signing, others, integration_id))
        }
        ProviderAccess::Yoti(YotiAccess::Signed { sdk_id, key }) => {
            Arc::new(Yoti::new(Access::Signed { sdk_id, key, clock: Arc::clone(&context.clock) }))
        }
        ProviderAccess::Yoti(YotiAccess::Bearer(token)) => Arc::new(Yoti::new(Access::Bearer(token))),
    }
}

/// Hint for flags that select attempts where there are none.
pub(super) const WITHOUT_NARROWING: &str = "leave out --latest and --attempt; vmedia list <session-id> shows what the session holds";

/// Fails at a provider without attempts; `instead` is the hint.
pub(super) fn must_have_attempts(provider: &dyn Provider, instead: &str) -> Result<()> {
    if provider.has_attempts() {
        return Ok(());
    }
    Err(Error::usage(format!("{} has no attempts: a session there is what it holds", provider.name()), instead))
}

/// Creates the journal of this run on an archive.
pub(super) fn journal(store: &Arc<dyn Store>, context: &Context) -> Journal {
    let identity = Identity {
        tool: tool(),
        command: context.command.to_owned(),
        operator: crate::config::operator(&context.environment).value,
        host: Environment::host(),
    };
    Journal::new(Arc::clone(store), identity)
}

/// Creates every provider, to read stored answers without requests. Secrets are for signatures.
pub(super) fn offline_providers(secrets: Option<Secrets>) -> Vec<Arc<dyn Provider>> {
    let (signing, others) = match secrets {
        Some(Secrets { signing, others, .. }) => (signing, others),
        None => (Secret::new(String::new()), Vec::new()),
    };
    vec![Arc::new(Veriff::new(String::new(), signing, others, None)), Arc::new(Yoti::new(Access::None))]
}

/// Returns what sessions are encrypted with, if there are recipients.
pub(super) fn encryption(recipients: Option<Recipients>, provider: &dyn Provider) -> Result<Option<Encryption>> {
    let Some(recipients) = recipients else { return Ok(None) };
    let keys = provider.fingerprint_keys();
    if keys.is_empty() {
        let what = "an archive cannot be encrypted with a bearer token: its next run could not tell which answers are unchanged";
        return Err(Error::configuration(what, "use the key of your application instead (sdk_id and key_file)"));
    }
    Ok(Some(Encryption { recipients: Arc::new(recipients), fingerprints: FingerprintKeys::new(keys) }))
}

/// Reads the private keys that open encrypted sessions; `None` if none are named. What their plugins say is printed as a note.
pub(super) fn identities(files: &[PathBuf], context: &Context) -> Result<Option<Arc<Identities>>> {
    (!files.is_empty()).then(|| Identities::read(files, notes(context)).map(Arc::new)).transpose()
}

/// Prints what plugins say, also with `--quiet`: they wait until it was done.
pub(super) fn notes(context: &Context) -> ShowMessage {
    let console = context.console.clone();
    Arc::new(move |message| console.message(&console.note_line(message)))
}

/// Creates the sealer of the journal. Connects to nothing.
pub(super) fn sealer(settings: SealSettings, network: &Network, context: &Context) -> Result<Sealer> {
    let authority = settings.timestamp.map(|address| {
        // The end of a run waits for it, and the stamp of the next run covers this one's journal, too.
        let policy = Policy { retries: network.policy.retries.min(2), ..network.policy };
        let idle_timeout = network.idle_timeout.min(AUTHORITY_TIMEOUT);
        let hurried = Network { policy, idle_timeout, limits: Limits::default(), ..network.clone() };
        // A run that --max-duration ended is stamped as well.
        let wire = wire(address.base_url.clone(), &hurried, 1, context.cancel.without_limit(), &context.clock)?;
        Ok(Authority { wire, address })
    });
    Ok(Sealer { key: settings.key, authority: authority.transpose()?, accept_unsealed: settings.accept_unsealed })
}

/// Creates the client of a host, with retries and limits.
pub(super) fn wire(base_url: String, network: &Network, connections: usize, cancel: Cancel, clock: &Arc<dyn Clock>) -> Result<RetryClient> {
    let client = client(base_url, network, connections)?;
    let wire = RetryClient::new(Box::new(client), network.policy, Arc::clone(clock), cancel);
    Ok(wire.with_connections(connections).with_file_limit(network.file_limit).with_limits(network.limits))
}

/// Creates the client of a host without retries and limits.
pub(super) fn client(base_url: String, network: &Network, connections: usize) -> Result<Client> {
    Client::new(ClientOptions {
        base_url,
        connect_timeout: network.connect_timeout,
        idle_timeout: network.idle_timeout,
        ca_cert: network.ca_cert.clone(),
        connections,
        proxy: network.proxy.clone(),
    })
}

/// Returns the store of the archive that a command changes; `folder` is its flag. The archive must exist.
pub(super) fn archive(resolver: &Resolver<'_>, folder: Option<PathBuf>, context: &Context) -> Result<Arc<dyn Store>> {
    let root = resolver.output(folder).value;
    must_be_folder(&root)?;
    if !root.is_dir() {
        let what = format!("there is no archive {}", root.display());
        return Err(Error::new(ErrorKind::Local, what, "name the archive with --archive, or in the profile (output)"));
    }
    Ok(Arc::new(store(root, context)))
}

/// Creates the store of a folder, with the text for others who find it locked.
pub(super) fn store(folder: PathBuf, context: &Context) -> LocalStore {
    LocalStore::new(folder, holder(context))
}

/// Returns the description of this process for others who find something locked.
pub(super) fn holder(context: &Context) -> String {
    format!("process {} since {}", std::process::id(), moment(context.clock.now()))
}

/// Returns the error for an archive in a bucket where one on a disk is needed.
pub(super) fn not_a_folder(url: &str) -> Error {
    let what = format!("{url} is in a bucket, and this command works on a folder alone");
    Error::usage(what, "name the archive on a disk; vmedia verify, catalog, find and export read buckets")
}

/// Fails if a path is the URL of a place in a bucket.
pub(super) fn must_be_folder(path: &Path) -> Result<()> {
    path.to_str().filter(|text| Place::is_url(text)).map_or(Ok(()), |url| Err(not_a_folder(url)))
}

/// Returns the number of CPUs.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
