//! Sends signed requests to a bucket: retries, renews credentials once they end, and follows the bucket to its region.
//!
//! Must not know what an answer holds.

use super::credentials::{CredentialSource, Renewed};
use super::failure::{self, Meaning, Purpose, Refusal};
use super::place::Place;
use super::site::{FIRST_REGION, Site, Unsigned};
use crate::clock::Cancel;
use crate::error::{Error, Result};
use crate::http::{Cause, Exchange, Failure, Method, Response, RetryClient};
use std::sync::{Arc, PoisonError, RwLock};

/// Creates the client of a host, by its base URL.
pub type Connect = Box<dyn Fn(String) -> Result<RetryClient> + Send + Sync>;

/// The most changes in the course of one request: to another region, to other credentials.
const MOST_CHANGES: u32 = 3;

/// A host, and the client that reaches it.
struct Link {
    site: Site,
    wire: RetryClient,
}

/// The way to a bucket.
pub(super) struct Connection {
    place: Place,
    endpoint: Option<String>,
    credentials: Renewed,
    connect: Connect,
    link: RwLock<Arc<Link>>,
    pub(super) cancel: Cancel,
}

/// A change after which a request may succeed.
enum Change {
    Region(String),
    Credentials,
}

impl Connection {
    pub(super) fn new(
        place: Place,
        endpoint: Option<String>,
        region: Option<&str>,
        source: Arc<dyn CredentialSource>,
        connect: Connect,
    ) -> Result<Self> {
        let link = Self::link(&place, endpoint.as_deref(), region.unwrap_or(FIRST_REGION), &connect)?;
        let cancel = link.wire.cancel().clone();
        Ok(Self { place, endpoint, credentials: Renewed::new(source), connect, link: RwLock::new(Arc::new(link)), cancel })
    }

    fn link(place: &Place, endpoint: Option<&str>, region: &str, connect: &Connect) -> Result<Link> {
        let hint = "write it as https://host or https://host:port";
        let site = Site::new(place, endpoint, region).ok_or_else(|| Error::configuration("the endpoint is not a URL", hint))?;
        Ok(Link { wire: connect(site.base_url.clone())?, site })
    }

    fn current(&self) -> Arc<Link> {
        Arc::clone(&self.link.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the time.
    pub(super) fn now(&self) -> jiff::Timestamp {
        self.current().wire.clock().now()
    }

    /// Sends a request until it succeeds, fails for good, or the retries are used up. `method` returns the method with a fresh body for
    /// each attempt, and `read` takes what it needs of an answer with status 200, 204 or 206.
    pub(super) fn send<T>(
        &self,
        unsigned: &Unsigned<'_>,
        method: &dyn Fn() -> std::result::Result<Method, Failure>,
        read: &mut dyn FnMut(Response, &Exchange<'_>) -> std::result::Result<T, Failure>,
    ) -> std::result::Result<T, Failure> {
        let mut changes = 0;
        loop {
            let link = self.current();
            let mut change = None;
            let outcome = link.wire.exchange(&|_| (), &mut |exchange| {
                let (now, method) = (exchange.now(), method()?);
                let credentials = self.credentials.get(now).map_err(Failure::local)?;
                let invalid = || Failure::new(Cause::Rejected, "the request cannot be sent: its address is no URL");
                let request = link.site.sign(unsigned, method, &credentials, now).ok_or_else(invalid)?;
                let response = exchange.send_for_any(&request)?;
                if matches!(response.status, 200 | 204 | 206) {
                    return read(response, exchange);
                }
                let mut body = exchange.read_document(response.body);
                let Refusal { failure, region } = Refusal::of(response.status, &response.headers, &mut body, exchange.now());
                let elsewhere = region.filter(|region| matches!(response.status, 301 | 307 | 400 | 403) && *region != link.site.region);
                let expired = || failure::meaning(&failure) == Meaning::Expired && self.credentials.forget(&credentials);
                change = elsewhere.map(Change::Region).or_else(|| expired().then_some(Change::Credentials));
                Err(failure)
            });
            changes += 1;
            match (outcome, change) {
                (Err(_), Some(change)) if changes < MOST_CHANGES => {
                    if let Change::Region(region) = change {
                        let moved = Self::link(&self.place, self.endpoint.as_deref(), &region, &self.connect).map_err(Failure::local)?;
                        *self.link.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(moved);
                    }
                }
                (outcome, _) => return outcome,
            }
        }
    }

    /// Returns the error of a failure.
    pub(super) fn error(&self, failure: Failure, purpose: Purpose, object: &str) -> Error {
        failure::error(failure, purpose, object, &self.current().site.base_url, &self.credentials.description())
    }
}

/// Returns a method without a body.
pub(super) fn plain(method: fn() -> Method) -> impl Fn() -> std::result::Result<Method, Failure> {
    move || Ok(method())
}
