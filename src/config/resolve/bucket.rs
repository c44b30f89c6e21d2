//! Resolves the place in a bucket, and the store that has it.
//!
//! Must not connect to anything.

use super::Resolver;
use crate::archive::objects::LockMode;
use crate::cli::{LayoutChoice, LockChoice};
use crate::config::environment::names;
use crate::config::sourced::{Source, Sourced};
use crate::error::{Error, Result};
use crate::objects::{BucketOptions, Place, WriteOptions};
use jiff::Span;
use jiff::civil::Date;

/// The protection of objects and its days, as flags name them.
pub(crate) type LockFlags = (Option<LockChoice>, Option<u32>);

/// Returns the name of a layout in a profile.
pub(super) fn layout_name(layout: LayoutChoice) -> &'static str {
    if layout == LayoutChoice::Bag { "bag" } else { "zip" }
}

/// Returns the name of a protection in a profile.
pub(super) fn lock_name(lock: LockChoice) -> &'static str {
    if lock == LockChoice::Governance { "governance" } else { "compliance" }
}

impl Resolver<'_> {
    /// Returns the place that sessions are shipped to, if one is named; `flag` is the command's own, of that name.
    pub(crate) fn ship(&self, name: &'static str, flag: Option<String>) -> Option<Sourced<String>> {
        self.sources().flag(name, flag).or_profile(|profile| profile.ship.clone()).found()
    }

    /// Returns the settings of a place in a bucket that is written to, with the flags of the command.
    pub(crate) fn bucket(&self, place: &Sourced<String>, flags: LockFlags, today: Date) -> Result<BucketOptions> {
        let place = Place::parse(&place.value).map_err(|error| place.source.error(error.what(), error.hint()))?;
        let value = |found: Option<Sourced<String>>| found.map(|found| found.value);
        let (endpoint, region) = (value(self.s3_endpoint()), value(self.region()));
        Ok(BucketOptions { place, endpoint, region, write: self.write_options(flags, today)? })
    }

    fn write_options(&self, (lock, days): LockFlags, today: Date) -> Result<WriteOptions> {
        let value = |found: Option<Sourced<String>>| found.map(|found| found.value);
        let lock = match (self.lock(lock), self.lock_days(days)) {
            (None, None) => None,
            (Some(lock), Some(days)) => {
                self.must_end_in_time(days.value, today)?;
                let mode = if lock.value == LockChoice::Governance { LockMode::Governance } else { LockMode::Compliance };
                Some((mode, days.value))
            }
            _ => {
                return Err(Error::configuration(
                    "a lock needs a mode and days",
                    "set both: lock and lock_days, or --lock and --lock-days",
                ));
            }
        };
        Ok(WriteOptions { lock, storage_class: value(self.storage_class()), kms_key: value(self.kms_key()) })
    }

    /// Fails if a lock would outlast a period after which something must, or may, be erased: nothing could be erased in time then.
    fn must_end_in_time(&self, days: u32, today: Date) -> Result<()> {
        let end = today.checked_add(Span::new().days(i64::from(days))).unwrap_or(Date::MAX);
        for schedule in self.schedules()? {
            let rules = std::iter::once(&schedule.rule).chain(&schedule.biometric);
            if let Some(rule) = rules.into_iter().find(|rule| rule.keep.last_day(today) < end) {
                let what =
                    format!("a lock of {days} days outlasts the {} for which [retention.{}] keeps sessions", rule.keep, schedule.name);
                return Err(Error::configuration(what, "lock for fewer days; what is locked cannot be erased"));
            }
        }
        Ok(())
    }

    /// Returns the layout of what is shipped; `flag` is the command's own.
    pub(crate) fn layout(&self, flag: Option<LayoutChoice>) -> Sourced<LayoutChoice> {
        let found = self.sources().flag("--layout", flag).or_profile(|profile| profile.layout).found();
        found.unwrap_or_else(|| Sourced::new(LayoutChoice::default(), Source::Default))
    }

    /// Returns the protection of objects; `flag` is the command's own.
    pub(super) fn lock(&self, flag: Option<LockChoice>) -> Option<Sourced<LockChoice>> {
        self.sources().flag("--lock", flag).or_profile(|profile| profile.lock).found()
    }

    /// Returns the days for which objects are locked; `flag` is the command's own.
    pub(super) fn lock_days(&self, flag: Option<u32>) -> Option<Sourced<u32>> {
        self.sources().flag("--lock-days", flag).or_profile(|profile| profile.lock_days).found()
    }

    /// Returns the storage class of objects.
    pub(super) fn storage_class(&self) -> Option<Sourced<String>> {
        self.sources().no_flag().or_profile(|profile| profile.storage_class.clone()).found()
    }

    /// Returns the key that encrypts objects.
    pub(super) fn kms_key(&self) -> Option<Sourced<String>> {
        self.sources().no_flag().or_profile(|profile| profile.kms_key.clone()).found()
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
pub(crate) fn no_place(flag: &str) -> Error {
    Error::usage("there is no place to ship to", format!("name it with {flag} s3://bucket/prefix, or in the profile (ship)"))
}
