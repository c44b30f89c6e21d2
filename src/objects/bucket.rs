//! A place in a bucket, and what can be done there.

use super::connection::Connect;
use super::connection::{Connection, plain};
use super::credentials::CredentialSource;
use super::download::Reading;
use super::failure::{Meaning, Purpose, meaning};
use super::listing::Ended;
use super::place::Place;
use super::site::Unsigned;
use super::upload::{Creating, SHORT};
use super::{headers, listing};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Cause, Method};
use crate::store::{Digest, StorePath};
use jiff::{SignedDuration, Timestamp};
use std::io::Read;
use std::sync::Arc;
use vmedia_archive::objects::{Creation, Head, LARGEST_OBJECT, ListedObject, ListedVersion, LockMode, ObjectStore, Removal, Source};

/// Settings of objects that are created.
#[derive(Debug, Clone, Default)]
pub struct WriteOptions {
    /// The lock, and the days for which it holds.
    pub lock: Option<(LockMode, u32)>,
    /// The storage class, such as `GLACIER_IR`.
    pub storage_class: Option<String>,
    /// The key of AWS KMS that encrypts.
    pub kms_key: Option<String>,
}

/// Settings of a bucket.
#[derive(Debug, Clone)]
pub struct BucketOptions {
    /// The bucket, and the folder in it.
    pub place: Place,
    /// The base URL of the store; `None` for AWS.
    pub endpoint: Option<String>,
    /// The region; `None` to take the one that the store names.
    pub region: Option<String>,
    /// Settings of objects that are created.
    pub write: WriteOptions,
}

/// A place in a bucket.
pub struct Bucket {
    pub(super) connection: Arc<Connection>,
    pub(super) options: BucketOptions,
}

impl Bucket {
    /// Creates the way to a bucket; connects to nothing.
    ///
    /// # Errors
    /// The endpoint is no URL, or the client cannot be created.
    pub fn new(options: BucketOptions, source: Arc<dyn CredentialSource>, connect: Connect) -> Result<Self> {
        let BucketOptions { place, endpoint, region, .. } = &options;
        let connection = Connection::new(place.clone(), endpoint.clone(), region.as_deref(), source, connect)?;
        Ok(Self { connection: Arc::new(connection), options })
    }

    /// Returns the same place with the bucket's own storage class for objects that are created.
    #[must_use]
    pub fn without_storage_class(&self) -> Self {
        let (mut options, connection) = (self.options.clone(), Arc::clone(&self.connection));
        options.write.storage_class = None;
        Self { connection, options }
    }

    fn error(&self, failure: crate::http::Failure, purpose: Purpose, key: Option<&StorePath>) -> Error {
        self.connection.error(failure, purpose, &self.location(key))
    }

    /// Returns the headers of an object that is created, sorted.
    fn headers(&self, digest: &Digest) -> Result<Vec<(&'static str, String)>> {
        let WriteOptions { lock, storage_class, kms_key } = &self.options.write;
        let checksum = headers::checksum(&digest.sha256).ok_or_else(|| Error::unexpected("a digest is not hexadecimal"))?;
        let mut headers = vec![("if-none-match", "*".to_owned()), ("x-amz-checksum-sha256", checksum)];
        if let Some((mode, days)) = lock {
            let mode = if *mode == LockMode::Governance { "GOVERNANCE" } else { "COMPLIANCE" };
            headers.push(("x-amz-object-lock-mode", mode.to_owned()));
            headers.push(("x-amz-object-lock-retain-until-date", until(self.connection.now(), *days)?));
        }
        if let Some(key) = kms_key {
            headers.push(("x-amz-server-side-encryption", "aws:kms".to_owned()));
            headers.push(("x-amz-server-side-encryption-aws-kms-key-id", key.clone()));
        }
        headers.extend(storage_class.iter().map(|class| ("x-amz-storage-class", class.clone())));
        Ok(headers)
    }

    /// Returns the request that creates an object with this digest.
    pub(super) fn creating(&self, key: &StorePath, digest: &Digest) -> Result<Unsigned<'static>> {
        let (key, headers) = (self.options.place.key(Some(key)), self.headers(digest)?);
        Ok(Unsigned { method: rusty_s3::Method::Put, key, query: Vec::new(), headers })
    }

    pub(super) fn ended(&self, ended: Ended, folder: Option<&StorePath>) -> Error {
        match ended {
            Ended::Failed(failure) => self.error(failure, Purpose::List, folder),
            Ended::Stopped(error) => error,
        }
    }
}

/// Returns the end of a lock that holds for so many days, in whole seconds.
fn until(now: Timestamp, days: u32) -> Result<String> {
    let end = now.checked_add(SignedDuration::from_hours(24 * i64::from(days)));
    let end = end.map_err(|_| Error::usage("a lock ends after the last date that there is", "give fewer days"))?;
    Ok(end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Returns the parameter of a version.
fn version_query(version: Option<&str>) -> Vec<(&'static str, &str)> {
    version.map(|version| ("versionId", version)).into_iter().collect()
}

impl ObjectStore for Bucket {
    fn location(&self, key: Option<&StorePath>) -> String {
        self.options.place.url(key)
    }

    fn create(&self, key: &StorePath, source: &Source<'_>, digest: &Digest, sent: &(dyn Fn(i64) + Sync)) -> Result<Creation> {
        let url = self.location(Some(key));
        if digest.bytes > LARGEST_OBJECT {
            let what = format!("cannot store {url}: it has more than 5 GiB");
            return Err(Error::new(
                ErrorKind::Rejected,
                what,
                "S3 keeps one SHA-256 of an object up to 5 GiB alone; keep this session on a disk",
            ));
        }
        // A refusal may come before the last byte of a long body, and is lost then.
        if digest.bytes > SHORT && self.head(key, None)?.is_some() {
            return Ok(Creation::Taken);
        }
        let unsigned = self.creating(key, digest)?;
        Creating { connection: &self.connection, unsigned, url, source, digest, sent }.run()
    }

    fn head(&self, key: &StorePath, version: Option<&str>) -> Result<Option<Head>> {
        let headers = vec![("x-amz-checksum-mode", "ENABLED".to_owned())];
        let key_in_bucket = self.options.place.key(Some(key));
        let unsigned = Unsigned { method: rusty_s3::Method::Head, key: key_in_bucket, query: version_query(version), headers };
        match self.connection.send(&unsigned, &plain(|| Method::Head), &mut |response, _| headers::head(&response.headers)) {
            Ok(head) => Ok(Some(head)),
            Err(failure) if meaning(&failure) == Meaning::Absent => Ok(None),
            Err(failure) => Err(self.error(failure, Purpose::Read, Some(key))),
        }
    }

    fn open(&self, key: &StorePath, version: Option<&str>, range: Option<(u64, u64)>) -> Result<Option<Box<dyn Read + Send>>> {
        let (at, end) = range.map_or((0, None), |(offset, length)| (offset, Some(offset.saturating_add(length))));
        if range.is_some_and(|(_, length)| length == 0) {
            return Ok(self.head(key, version)?.map(|_| Box::new(std::io::empty()) as Box<dyn Read + Send>));
        }
        let reading = Reading {
            connection: Arc::clone(&self.connection),
            key: self.options.place.key(Some(key)),
            url: self.location(Some(key)),
            version: version.map(ToOwned::to_owned),
            at,
            end,
            etag: None,
        };
        Ok(reading.open()?.map(|body| Box::new(body) as Box<dyn Read + Send>))
    }

    fn list(&self, folder: Option<&StorePath>, each: &mut dyn FnMut(ListedObject) -> Result<()>) -> Result<()> {
        let place = &self.options.place;
        listing::objects(&self.connection, place, &place.start(folder), each).map_err(|ended| self.ended(ended, folder))
    }

    fn folders(&self, folder: Option<&StorePath>) -> Result<Vec<String>> {
        let start = self.options.place.start(folder);
        listing::folders(&self.connection, &start).map_err(|ended| self.ended(ended, folder))
    }

    fn versions(&self, folder: Option<&StorePath>, each: &mut dyn FnMut(ListedVersion) -> Result<()>) -> Result<()> {
        let place = &self.options.place;
        listing::versions(&self.connection, place, &place.start(folder), each).map_err(|ended| self.ended(ended, folder))
    }

    fn remove(&self, key: &StorePath, version: &str) -> Result<Removal> {
        let (key_in_bucket, query) = (self.options.place.key(Some(key)), version_query(Some(version)));
        let unsigned = Unsigned { method: rusty_s3::Method::Delete, key: key_in_bucket, query, headers: Vec::new() };
        let failure = match self.connection.send(&unsigned, &plain(|| Method::Delete), &mut |_, _| Ok(())) {
            Ok(()) => return Ok(Removal::Removed),
            Err(failure) if meaning(&failure) == Meaning::Absent => return Ok(Removal::Removed),
            Err(failure) => failure,
        };
        // Stores refuse to remove what is locked as they refuse an account that may not; the object tells which it is.
        let is_refusal = meaning(&failure) == Meaning::Other && matches!(failure.cause, Cause::Refused | Cause::Rejected);
        let head = if is_refusal { self.head(key, Some(version)).ok().flatten() } else { None };
        let until = head.as_ref().and_then(|head| head.locked).map(|locked| locked.until).filter(|until| *until > self.connection.now());
        match head {
            Some(head) if head.is_held => Ok(Removal::Kept { until: None }),
            Some(_) if until.is_some() => Ok(Removal::Kept { until }),
            _ => Err(self.error(failure, Purpose::Remove, Some(key))),
        }
    }
}
