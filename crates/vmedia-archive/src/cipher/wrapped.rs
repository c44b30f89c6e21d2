//! Opens the wrapped keys of sessions with private keys of recipients, to wrap them again. The opened key stays in memory.

use super::conversation::program_of;
use super::reading::{Identities, Named};
use super::{Recipients, Unopened};
use crate::error::Result;
use crate::model::SessionId;
use age::x25519;
use secrecy::zeroize::Zeroizing;
use std::io::Read;

/// The largest text of an opened key, in bytes.
const LARGEST_TEXT: u64 = 64 * 1024;

/// The private key of a session: a text of identities for `age`.
pub(crate) struct OpenedKey {
    text: Zeroizing<String>,
    /// The name of the identity that opened it.
    by: String,
}

impl Identities {
    /// Returns the names of the identities: the public keys.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.named().iter().map(|named| named.name.as_str())
    }

    /// Opens the wrapped private key of a session, whose public key is `key`.
    pub(crate) fn open_key(&self, wrapped: &[u8], key: &str) -> std::result::Result<OpenedKey, Unopened> {
        self.open_key_with(wrapped, key, |_| true)
    }

    /// Opens it with those of the identities that are of these recipients.
    pub(crate) fn open_key_as(&self, recipients: &Recipients, wrapped: &[u8], key: &str) -> std::result::Result<OpenedKey, Unopened> {
        self.open_key_with(wrapped, key, |named| {
            // The recipient of an identity of a plugin may be unknown.
            let may_be_of = |plugin: &String| named.name == program_of(plugin) && recipients.are_of(plugin);
            recipients.texts().contains(&named.name) || named.plugin.as_ref().is_some_and(may_be_of)
        })
    }

    fn open_key_with(&self, wrapped: &[u8], key: &str, is_wanted: impl Fn(&Named) -> bool) -> std::result::Result<OpenedKey, Unopened> {
        let (text, by) = self.open_text(wrapped, is_wanted)?;
        let holds = text.lines().filter_map(|line| line.trim().parse::<x25519::Identity>().ok());
        let is_of = holds.map(|identity| identity.to_public().to_string()).any(|public| public == key);
        if is_of { Ok(OpenedKey { text, by: by.to_owned() }) } else { Err(Unopened::Altered) }
    }

    /// Opens a wrapped key, and returns its text and the name of the identity that opened it.
    pub(super) fn open_text(
        &self,
        wrapped: &[u8],
        is_wanted: impl Fn(&Named) -> bool,
    ) -> std::result::Result<(Zeroizing<String>, &str), Unopened> {
        let mut failed = None;
        for named in self.named().iter().filter(|named| is_wanted(named)) {
            let mut text = Zeroizing::new(String::new());
            let stream = match named.open(wrapped) {
                Ok(stream) => stream,
                Err(Unopened::NoIdentity) => continue,
                Err(Unopened::Plugin(why)) => {
                    failed.get_or_insert(why);
                    continue;
                }
                Err(why) => return Err(why),
            };
            stream.take(LARGEST_TEXT).read_to_string(&mut text).map_err(|_| Unopened::Altered)?;
            return Ok((text, named.name.as_str()));
        }
        Err(failed.map_or(Unopened::NoIdentity, Unopened::Plugin))
    }
}

impl OpenedKey {
    /// Returns the name of the identity that opened it.
    pub(crate) fn by(&self) -> &str {
        &self.by
    }

    /// Returns the session that its text names.
    pub(crate) fn session(&self) -> Option<SessionId> {
        SessionId::parse(self.text.lines().find_map(|line| line.strip_prefix("# session: "))?).ok()
    }

    /// Returns the text. It must not reach a disk in clear.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Encrypts it to recipients.
    pub(crate) fn wrap(&self, recipients: &Recipients) -> Result<Vec<u8>> {
        recipients.encrypt(self.text.as_bytes())
    }
}
