//! Decryption with the private keys of recipients, for those who verify an archive.

use super::plugin::{Messages, PluginError, PluginIdentity, ShowMessage, of_identity, of_recipient};
use super::{Unopened, conversation};
use crate::error::{Error, Result, plain};
use age::stream::StreamReader;
use age::{DecryptError, Decryptor, Identity, ssh, x25519};
use secrecy::zeroize::Zeroizing;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest file of identities that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// Private keys of recipients.
pub struct Identities(Vec<Named>);

/// A private key, and the public key by which it is named.
pub(super) struct Named {
    pub(super) identity: Box<dyn Identity + Send + Sync>,
    pub(super) name: String,
    /// The name of its plugin.
    pub(super) plugin: Option<String>,
}

impl Identities {
    /// Reads files of identities: of `age-keygen`, of plugins, or private Ed25519 keys of SSH without a passphrase. `show` is handed what
    /// plugins say, such as the request to touch a token. Starts no plugin.
    ///
    /// # Errors
    /// A file cannot be read, or holds no identity.
    pub fn read(paths: &[PathBuf], show: ShowMessage) -> Result<Self> {
        let (mut all, messages) = (Vec::new(), Arc::new(Messages::new(show)));
        for path in paths {
            all.extend(of_file(path, &messages)?);
        }
        // A plugin is asked last.
        all.sort_by_key(|named| named.plugin.is_some());
        Ok(Self(all))
    }

    pub(super) fn named(&self) -> &[Named] {
        &self.0
    }

    /// Returns those that open files themselves. Plugins open keys of sessions alone, so that they do not run for each file.
    fn in_memory(&self) -> impl Iterator<Item = &dyn Identity> {
        self.0.iter().filter(|named| named.plugin.is_none()).map(|named| named.identity.as_ref() as &dyn Identity)
    }
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identities({})", self.0.len())
    }
}

/// The private keys of a session.
pub(crate) struct SessionIdentities {
    identities: Arc<Identities>,
    keys: Vec<x25519::Identity>,
    /// The names of the identities that opened them.
    by: BTreeSet<String>,
}

/// What is decrypted while it is read.
pub(crate) type Opened<R> = StreamReader<R>;

impl SessionIdentities {
    /// Returns those of a session of which no wrapped key was opened yet. An identity may be that of the session itself.
    pub(crate) fn new(identities: Arc<Identities>) -> Self {
        Self { identities, keys: Vec::new(), by: BTreeSet::new() }
    }

    /// Returns the only private key of a session.
    pub(super) fn of(key: x25519::Identity) -> Self {
        Self { identities: Arc::new(Identities(Vec::new())), keys: vec![key], by: BTreeSet::new() }
    }

    /// Opens a wrapped key.
    pub(crate) fn add(&mut self, wrapped: &[u8]) -> std::result::Result<(), Unopened> {
        let (text, by) = self.identities.open_text(wrapped, |_| true)?;
        self.by.insert(by.to_owned());
        let before = self.keys.len();
        self.keys.extend(text.lines().filter_map(|line| line.trim().parse::<x25519::Identity>().ok()));
        if self.keys.len() == before { Err(Unopened::Altered) } else { Ok(()) }
    }

    /// Returns the names of the identities that opened wrapped keys.
    pub(crate) fn by(&self) -> &BTreeSet<String> {
        &self.by
    }

    /// Decrypts a stream while it is read.
    pub(crate) fn open<R: Read>(&self, stream: R) -> std::result::Result<Opened<R>, Unopened> {
        open(stream, self.keys.iter().map(|key| key as &dyn Identity).chain(self.identities.in_memory()))
    }

    /// Decrypts bytes in memory.
    pub(crate) fn decrypt(&self, bytes: &[u8]) -> std::result::Result<Vec<u8>, Unopened> {
        let mut out = Vec::with_capacity(bytes.len());
        self.open(bytes)?.read_to_end(&mut out).map_err(|_| Unopened::Altered)?;
        Ok(out)
    }
}

pub(super) fn open<'a, R: Read>(
    stream: R,
    identities: impl Iterator<Item = &'a dyn Identity>,
) -> std::result::Result<StreamReader<R>, Unopened> {
    let opened = Decryptor::new(stream).and_then(|decryptor| decryptor.decrypt(identities));
    opened.map_err(|error| match error {
        DecryptError::NoMatchingKeys => Unopened::NoIdentity,
        _ => Unopened::Altered,
    })
}

impl Named {
    /// Opens a wrapped key.
    pub(super) fn open<'a>(&self, wrapped: &'a [u8]) -> std::result::Result<StreamReader<&'a [u8]>, Unopened> {
        let decryptor = Decryptor::new(wrapped).map_err(|_| Unopened::Altered)?;
        let opened = decryptor.decrypt(std::iter::once(self.identity.as_ref() as &dyn Identity));
        opened.map_err(|error| match (error, &self.plugin) {
            (DecryptError::NoMatchingKeys, _) => Unopened::NoIdentity,
            (DecryptError::Io(error), Some(_)) => {
                PluginError::of(&error).map_or(Unopened::Altered, |error| Unopened::Plugin(error.refusal()))
            }
            // Either the header was altered, or the plugin opened something else, which is no damage.
            (DecryptError::InvalidMac, Some(plugin)) => Unopened::Plugin(PluginError::new(plugin, conversation::Failure::Unlike).refusal()),
            _ => Unopened::Altered,
        })
    }
}

fn of_file(path: &Path, messages: &Arc<Messages>) -> Result<Vec<Named>> {
    let shown = path.display();
    let failed = |what: String| Error::configuration(format!("cannot use the identity {shown}: {what}"), WHAT_TO_NAME);
    let bytes = Zeroizing::new(crate::input::read(path, LARGEST).map_err(|error| failed(plain(&error)))?);
    let text = std::str::from_utf8(&bytes).map_err(|_| failed("it holds no identity".to_owned()))?;
    if text.starts_with("age-encryption.org/") || text.starts_with("-----BEGIN AGE") {
        let what = format!("cannot use the identity {shown}: it is encrypted itself");
        return Err(Error::configuration(what, "decrypt it first, into memory if you can: age -d -o /dev/shm/identity FILE"));
    }
    if text.starts_with("-----BEGIN") {
        let key = ssh::Identity::from_buffer(BufReader::new(text.as_bytes()), None);
        if matches!(key, Ok(ssh::Identity::Encrypted(_))) {
            let what = format!("cannot use the identity {shown}: a passphrase protects it");
            return Err(Error::configuration(
                what,
                "open the key of the session with `age -d`, which asks for it, and name the result here",
            ));
        }
        return key.ok().and_then(of_ssh).map(|named| vec![named]).ok_or_else(|| failed("it is no Ed25519 key of SSH".to_owned()));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let all = lines.map(|line| {
        of_line(line)
            .or_else(|| of_plugin(line, text, messages))
            .ok_or_else(|| failed("it holds no identity that this version knows".to_owned()))
    });
    let all = all.collect::<Result<Vec<_>>>()?;
    if all.is_empty() { Err(failed("it holds no identity".to_owned())) } else { Ok(all) }
}

fn of_ssh(key: ssh::Identity) -> Option<Named> {
    let public = ssh::Recipient::try_from(key.clone()).ok().filter(|public| matches!(public, ssh::Recipient::SshEd25519(..)))?;
    Some(Named { identity: Box::new(key), name: public.to_string(), plugin: None })
}

/// Returns the identity of a line of a file of `age-keygen`.
fn of_line(line: &str) -> Option<Named> {
    let key: x25519::Identity = line.parse().ok()?;
    let name = key.to_public().to_string();
    Some(Named { identity: Box::new(key), name, plugin: None })
}

/// Returns the identity of a plugin. Its recipient is in a comment, which programs of plugins write; without it, the name of the program
/// stands for it.
fn of_plugin(line: &str, text: &str, messages: &Arc<Messages>) -> Option<Named> {
    let plugin = of_identity(line)?;
    let before = text.lines().take_while(|other| other.trim() != line).filter(|other| other.trim_start().starts_with('#'));
    let recipients = before.flat_map(str::split_whitespace).filter(|word| of_recipient(word).as_ref() == Some(&plugin));
    let name = recipients.last().map_or_else(|| conversation::program_of(&plugin), str::to_owned);
    let identity = PluginIdentity { name: plugin.clone(), text: line.to_owned().into(), messages: Arc::clone(messages) };
    Some(Named { identity: Box::new(identity), name, plugin: Some(plugin) })
}

/// Hint for a file that holds no identity.
const WHAT_TO_NAME: &str =
    "name the file that age-keygen or a plugin of age made, a private Ed25519 key of SSH, or the opened key of a session";
