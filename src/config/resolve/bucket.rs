//! Resolves the place in a bucket, and the store that has it.
//!
//! Must not connect to anything.

use super::Resolver;
use crate::config::environment::names;
use crate::config::sourced::Sourced;
use crate::error::{Error, Result};
use crate::objects::{BucketOptions, Place, WriteOptions};

impl Resolver<'_> {
    /// Returns the place that sessions are shipped to, if one is named; `flag` is the command's own, of that name.
    pub(crate) fn ship(&self, name: &'static str, flag: Option<String>) -> Option<Sourced<String>> {
        self.sources().flag(name, flag).or_profile(|profile| profile.ship.clone()).found()
    }

    /// Returns the settings of a place in a bucket.
    pub(crate) fn bucket(&self, place: &Sourced<String>) -> Result<BucketOptions> {
        let place = Place::parse(&place.value).map_err(|error| place.source.error(error.what(), error.hint()))?;
        let value = |found: Option<Sourced<String>>| found.map(|found| found.value);
        let (endpoint, region) = (value(self.s3_endpoint()), value(self.region()));
        Ok(BucketOptions { place, endpoint, region, owner: None, write: WriteOptions::default() })
    }

    /// Returns the base URL of the object store; without one, it is AWS.
    pub(super) fn s3_endpoint(&self) -> Option<Sourced<String>> {
        let search = self.sources().no_flag().or_environment(names::AWS_ENDPOINT_URL_S3).or_environment(names::AWS_ENDPOINT_URL);
        search.or_profile(|profile| profile.s3_endpoint.clone()).found()
    }

    /// Returns the region of the bucket, if one is named.
    fn region(&self) -> Option<Sourced<String>> {
        self.sources().no_flag().or_environment(names::AWS_REGION).or_environment(names::AWS_DEFAULT_REGION).found()
    }
}

/// Returns the error for a command that ships without a place.
pub(crate) fn no_place() -> Error {
    let hint = "name it with --to s3://bucket/prefix, or in the profile (ship)";
    Error::usage("there is no place to ship to", hint)
}
