//! Stands in where the library is built without encryption: there are no keys, so nothing can be done with them.

use super::Unopened;
use crate::error::{Error, Result};
use crate::model::SessionId;
use std::collections::BTreeSet;
use std::io::{self, Empty, Read, Write};
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;

/// Public keys; there are none.
#[derive(Debug)]
pub enum Recipients {}

/// Shows a message of a plugin; there are none.
pub type ShowMessage = Arc<dyn Fn(&str) + Send + Sync>;

/// Private keys of recipients; there are none.
#[derive(Debug)]
pub enum Identities {}

/// The public key of a session; there is none.
#[derive(Debug)]
pub enum SessionKey {}

pub(crate) enum SessionIdentities {}

pub(crate) enum OpenedKey {}

impl OpenedKey {
    pub(crate) fn by(&self) -> &str {
        match *self {}
    }

    pub(crate) fn session(&self) -> Option<SessionId> {
        match *self {}
    }

    pub(crate) fn text(&self) -> &str {
        match *self {}
    }

    pub(crate) fn wrap(&self, _: &Recipients) -> Result<Vec<u8>> {
        match *self {}
    }
}

pub(crate) struct Encrypting<W> {
    none: SessionKey,
    _out: PhantomData<W>,
}

fn absent() -> Error {
    Error::configuration("this vmedia was built without encryption", "use one that was built with it, as released programs are")
}

impl Recipients {
    /// Fails.
    ///
    /// # Errors
    /// Always.
    pub fn parse(_: &[String]) -> Result<Self> {
        Err(absent())
    }

    /// Returns their number.
    pub fn count(&self) -> usize {
        match *self {}
    }

    /// Returns the public keys as they are written.
    pub fn texts(&self) -> &BTreeSet<String> {
        match *self {}
    }

    /// Tries the plugins of recipients.
    ///
    /// # Errors
    /// Never.
    pub fn try_plugins(&self) -> Result<()> {
        match *self {}
    }

    pub(crate) fn apart(&self) -> Result<Vec<(&str, Self)>> {
        match *self {}
    }

    pub(crate) fn encrypt(&self, _: &[u8]) -> Result<Vec<u8>> {
        match *self {}
    }
}

impl Identities {
    /// Returns the names of the identities.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        match *self {}
        #[expect(unreachable_code, reason = "names the type of the iterator")]
        std::iter::empty()
    }

    pub(crate) fn open_key_as(&self, _: &Recipients, _: &[u8], _: &str) -> std::result::Result<OpenedKey, Unopened> {
        match *self {}
    }

    pub(crate) fn open_key(&self, _: &[u8], _: &str) -> std::result::Result<OpenedKey, Unopened> {
        match *self {}
    }

    /// Fails.
    ///
    /// # Errors
    /// Always.
    pub fn read(_: &[PathBuf], _: ShowMessage) -> Result<Self> {
        Err(absent())
    }
}

pub(crate) fn fresh_key(_: &SessionId, recipients: &Recipients) -> Result<(SessionKey, Vec<u8>)> {
    match *recipients {}
}

pub(crate) fn fresh_pair(_: &SessionId, recipients: &Recipients) -> Result<(SessionKey, Vec<u8>, SessionIdentities)> {
    match *recipients {}
}

impl SessionKey {
    /// Returns the public key as `age` writes it.
    pub fn name(&self) -> String {
        match *self {}
    }

    pub(crate) fn encrypt(&self, _: &[u8]) -> Result<Vec<u8>> {
        match *self {}
    }

    pub(crate) fn encryptor<W: Write>(&self, _: W) -> io::Result<Encrypting<W>> {
        match *self {}
    }
}

impl<W: Write> Encrypting<W> {
    pub(crate) fn finish(self) -> io::Result<W> {
        match self.none {}
    }
}

impl<W: Write> Write for Encrypting<W> {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        match self.none {}
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.none {}
    }
}

impl SessionIdentities {
    #[expect(clippy::needless_pass_by_value, reason = "as with encryption")]
    pub(crate) fn new(identities: Arc<Identities>) -> Self {
        match *identities {}
    }

    pub(crate) fn add(&mut self, _: &[u8]) -> std::result::Result<(), Unopened> {
        match *self {}
    }

    pub(crate) fn by(&self) -> &BTreeSet<String> {
        match *self {}
    }

    pub(crate) fn open<R: Read>(&self, _: R) -> std::result::Result<Empty, Unopened> {
        match *self {}
    }

    pub(crate) fn decrypt(&self, _: &[u8]) -> std::result::Result<Vec<u8>, Unopened> {
        match *self {}
    }
}
