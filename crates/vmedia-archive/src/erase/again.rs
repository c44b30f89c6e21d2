//! Permits that what was erased is archived again, by an order that the journal and the certificate keep.

use super::{publish, texts};
use crate::erasure::{Again, Certificate};
use crate::error::Result;
use crate::journal::{AgainEntry, ErasureFacts, Journal};
use crate::store::{Digest, Store};
use jiff::Timestamp;

/// Records the order, then writes the certificate with it, which keeps no run from archiving the session from then on. The caller has the
/// session's lock.
///
/// # Errors
/// The archive cannot be written.
pub fn archive_again(store: &dyn Store, journal: &Journal, certificate: Certificate, reason: &str, now: Timestamp) -> Result<()> {
    let (segment, _) = journal.position(now)?;
    let again = Some(Again { at: now, reason: reason.to_owned() });
    let certificate = Certificate { again, journal: segment, ..certificate };
    let texts = texts(&certificate)?;
    let [json, page] = texts.each_ref().map(|bytes| Digest::of(bytes).sha256);
    let ErasureFacts { session, folder, class, .. } = certificate.facts.clone();
    journal.again(AgainEntry { session, folder, class, reason: reason.to_owned(), certificate: json, page }, now)?;
    publish(store, &certificate, &texts)
}
