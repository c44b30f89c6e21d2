//! The keys of one session in one run, and encryption with them.

use super::reading::SessionIdentities;
use super::recipients::Recipients;
use crate::error::{Error, Result};
use crate::model::SessionId;
use age::secrecy::ExposeSecret;
use age::stream::StreamWriter;
use age::{Encryptor, x25519};
use secrecy::zeroize::Zeroizing;
use std::io::{self, Write};

/// The public key to which a run encrypts what it adds to a session.
#[derive(Debug)]
pub struct SessionKey(x25519::Recipient);

/// Returns a fresh public key for a session, and the private key, encrypted to these recipients: a file of identities for `age`.
pub(crate) fn fresh_key(session: &SessionId, recipients: &Recipients) -> Result<(SessionKey, Vec<u8>)> {
    fresh_pair(session, recipients).map(|(key, wrapped, _)| (key, wrapped))
}

/// Returns the same, and the private key itself, to compare what is encrypted to it. It is never written.
pub(crate) fn fresh_pair(session: &SessionId, recipients: &Recipients) -> Result<(SessionKey, Vec<u8>, SessionIdentities)> {
    let identity = x25519::Identity::generate();
    let public = identity.to_public();
    let secret = identity.to_string();
    let text = ["# session: ", session.as_str(), "\n# public key: ", &public.to_string(), "\n", secret.expose_secret(), "\n"].concat();
    let text = Zeroizing::new(text);
    let wrapped = recipients.encrypt(text.as_bytes())?;
    Ok((SessionKey(public), wrapped, SessionIdentities::of(identity)))
}

impl SessionKey {
    /// Returns the public key as `age` writes it.
    pub fn name(&self) -> String {
        self.0.to_string()
    }

    /// Encrypts bytes in memory.
    pub(crate) fn encrypt(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let encrypted = self.encryptor(Vec::with_capacity(bytes.len() + 512)).and_then(|mut out| {
            out.write_all(bytes)?;
            out.finish()
        });
        encrypted.map_err(|error| Error::unexpected("cannot encrypt an answer").caused_by(error))
    }

    /// Encrypts what is written, into `out`.
    pub(crate) fn encryptor<W: Write>(&self, out: W) -> io::Result<Encrypting<W>> {
        let encryptor = Encryptor::with_recipients(std::iter::once(&self.0 as &dyn age::Recipient)).map_err(io::Error::other)?;
        encryptor.wrap_output(out).map(Encrypting)
    }
}

/// Encrypts what is written into it.
pub(crate) struct Encrypting<W: Write>(StreamWriter<W>);

impl<W: Write> Encrypting<W> {
    /// Writes the end, without which nothing can be decrypted.
    pub(crate) fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl<W: Write> Write for Encrypting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
