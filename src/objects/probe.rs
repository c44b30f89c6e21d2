//! Probes a bucket: whether it keeps the promises that an archive relies on. Leaves one small object behind, which later probes use, too.
//!
//! A store that ignores a condition or a checksum says nothing of it, so both are tried.

use super::bucket::Bucket;
use super::failure::{Meaning, Purpose, meaning};
use super::listing::Ended;
use super::{headers, listing};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Content, Method, Upload};
use crate::store::{Digest, StorePath};
use std::io::{Cursor, Read};
use std::time::Duration;
use vmedia_archive::objects::{Creation, LockMode, Locked, ObjectStore, PROBE_FOLDER};

/// The bytes of such an object.
const TEXT: &[u8] = b"vmedia created this object to see whether the bucket refuses to create it again.\n";

/// The longest wait for an answer.
const LIMIT: Duration = Duration::from_secs(60);

/// The state of a bucket's versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versioning {
    /// Each object that is replaced or hidden keeps its versions.
    Enabled,
    /// No longer for new objects.
    Suspended,
    /// Never enabled.
    Off,
    /// The account may not ask.
    Unknown,
}

/// What a bucket was found to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeReport {
    /// The state of its versions.
    pub versioning: Versioning,
    /// The lock of the probe's object, where objects are created with one.
    pub locked: Option<Locked>,
}

impl Bucket {
    /// Probes the bucket.
    ///
    /// # Errors
    /// The bucket ignores conditions, checksums or locks, or cannot be reached.
    pub fn probe(&self) -> Result<ProbeReport> {
        let lock = self.options.write.lock.map(|(mode, _)| mode);
        let folder = StorePath::name(PROBE_FOLDER);
        let key = folder.join(match lock {
            None => "created-once.txt",
            Some(LockMode::Governance) => "created-once-governance.txt",
            Some(LockMode::Compliance) => "created-once-compliance.txt",
        });
        let digest = Digest::of(TEXT);
        let source = || Ok(Box::new(Cursor::new(TEXT)) as Box<dyn Read + Send>);
        self.create(&key, &source, &digest, &|_| ())?;
        if self.create(&key, &source, &digest, &|_| ())? != Creation::Taken {
            return Err(self.unfit(
                "it creates an object again that is there (If-None-Match is ignored)",
                "two workers would replace each other's files; use a store that supports conditional writes",
            ));
        }
        self.refuses_wrong_checksum(&folder.join("wrong-checksum.txt"))?;
        let head = self.head(&key, None)?.ok_or_else(|| self.unfit("an object that was created is not there", "check the endpoint"))?;
        if head.sha256.as_deref() != Some(&digest.sha256) {
            return Err(self.unfit(
                "it does not return the SHA-256 of an object",
                "use a store that keeps x-amz-checksum-sha256, and allow s3:GetObject",
            ));
        }
        match (lock, head.locked) {
            (Some(wanted), Some(locked)) if locked.mode == wanted => {}
            (None, _) => {}
            _ => {
                return Err(self.unfit(
                    "it does not return the lock of an object",
                    "enable Object Lock for the bucket, and allow s3:GetObjectRetention",
                ));
            }
        }
        Ok(ProbeReport { versioning: self.versioning()?, locked: head.locked })
    }

    /// Tries to create an object with a SHA-256 that is not its own.
    fn refuses_wrong_checksum(&self, key: &StorePath) -> Result<()> {
        let unsigned = self.creating(key, &Digest::of(b"other bytes"))?;
        let upload = || Ok(Method::Put(Upload { bytes: TEXT.len() as u64, content: Content::Bytes(TEXT.to_vec()), limit: LIMIT }));
        match self.connection.send(&unsigned, &upload, &mut |response, _| headers::version(&response.headers)) {
            Err(failure) if meaning(&failure) == Meaning::Checksum || failure.status == Some(400) => Ok(()),
            Err(failure) if meaning(&failure) != Meaning::Taken => {
                Err(self.connection.error(failure, Purpose::Create, &self.location(Some(key))))
            }
            _ => Err(self.unfit(
                "it accepts bytes that are not those of their SHA-256",
                "damage on the way would not be noticed; use a store that checks x-amz-checksum-sha256",
            )),
        }
    }

    fn unfit(&self, why: &str, hint: &str) -> Error {
        Error::new(ErrorKind::Rejected, format!("{} cannot hold an archive: {why}", self.location(None)), hint)
    }

    fn versioning(&self) -> Result<Versioning> {
        let page = match listing::document(&self.connection, "versioning") {
            Ok(page) => page,
            Err(Ended::Failed(failure)) if failure.cause == crate::http::Cause::Refused => return Ok(Versioning::Unknown),
            Err(ended) => return Err(self.ended(ended, None)),
        };
        Ok(match page.text_of("Status") {
            Some("Enabled") => Versioning::Enabled,
            Some("Suspended") => Versioning::Suspended,
            _ => Versioning::Off,
        })
    }
}
