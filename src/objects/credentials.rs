//! The keys that sign requests, and the interface of their sources. Must not know where they come from.

mod document;
mod service;

pub use service::{ConnectService, Container, Instance, Token, WebIdentity};

use crate::archive::schedule::locked;
use crate::error::{Error, ErrorKind};
use crate::secret::Secret;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex};

/// The time before their end at which credentials are renewed.
const EARLY: SignedDuration = SignedDuration::from_mins(5);

/// An access key, its secret, and the token of temporary ones.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The id of the key. Kept out of logs, too.
    pub access_key: Secret,
    /// The key that signs.
    pub secret_key: Secret,
    /// The token of temporary credentials.
    pub token: Option<Secret>,
    /// The time at which temporary credentials end.
    pub expires: Option<Timestamp>,
}

/// A source of credentials.
pub trait CredentialSource: Send + Sync {
    /// Returns credentials, new ones where they are temporary.
    ///
    /// # Errors
    /// The source cannot be read, or holds none.
    fn fetch(&self) -> Result<Credentials, Error>;

    /// Returns the description of the source for errors, such as `the environment`.
    fn description(&self) -> String;
}

/// Credentials of one source, renewed before they end.
pub(super) struct Renewed {
    source: Arc<dyn CredentialSource>,
    current: Mutex<Option<Arc<Credentials>>>,
}

impl Renewed {
    pub(super) fn new(source: Arc<dyn CredentialSource>) -> Self {
        Self { source, current: Mutex::new(None) }
    }

    /// Returns credentials that are valid at `now`. One thread renews them while others wait.
    ///
    /// # Errors
    /// The source fails, and those at hand have ended.
    pub(super) fn get(&self, now: Timestamp) -> Result<Arc<Credentials>, Error> {
        let mut current = locked(&self.current);
        let left = |credentials: &Credentials| credentials.expires.map(|expires| expires.duration_since(now));
        if let Some(credentials) = current.as_ref().filter(|credentials| left(credentials).is_none_or(|left| left > EARLY)) {
            return Ok(Arc::clone(credentials));
        }
        match self.source.fetch() {
            Ok(fetched) => {
                let fetched = Arc::new(fetched);
                *current = Some(Arc::clone(&fetched));
                Ok(fetched)
            }
            // The old ones may outlast a short outage of the source.
            Err(error) => match current.as_ref().filter(|old| left(old).is_some_and(|left| left.is_positive())) {
                Some(old) => Ok(Arc::clone(old)),
                None => Err(error),
            },
        }
    }

    /// Forgets credentials that the store refused, if they are temporary; returns whether others may be had.
    pub(super) fn forget(&self, refused: &Arc<Credentials>) -> bool {
        let mut current = locked(&self.current);
        if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, refused)) {
            *current = None;
        }
        refused.token.is_some()
    }

    pub(super) fn description(&self) -> String {
        self.source.description()
    }
}

/// Credentials that do not change.
pub struct Fixed {
    /// The credentials.
    pub credentials: Credentials,
    /// The description of where they come from.
    pub from: String,
}

impl CredentialSource for Fixed {
    fn fetch(&self) -> Result<Credentials, Error> {
        let has_text = |secret: &Secret| !secret.expose_text().is_empty();
        if has_text(&self.credentials.access_key) && has_text(&self.credentials.secret_key) {
            return Ok(self.credentials.clone());
        }
        Err(Error::new(
            ErrorKind::Configuration,
            format!("{} holds no access key", self.from),
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ))
    }

    fn description(&self) -> String {
        self.from.clone()
    }
}
