//! Resolves the settings of downloads: what is fetched, by how many workers, and the files that report it.
//!
//! Must not know what a provider has.

use super::Resolver;
use crate::cli::KindChoice;
use crate::config::sourced::Sourced;
use std::path::PathBuf;

/// Default number of files in transfer: more make a long line faster, and beyond this a provider is likely to throttle.
pub(crate) const DEFAULT_JOBS: u16 = 16;

/// Returns the values of a flag, if it was given.
fn unless_empty<T: Clone>(values: &[T]) -> Option<Vec<T>> {
    (!values.is_empty()).then(|| values.to_vec())
}

impl Resolver<'_> {
    /// Returns the companion documents; `flag` is the command's own, and replaces the profile's.
    pub(crate) fn companions(&self, flag: &[String]) -> Sourced<Vec<String>> {
        self.sources().flag("--with", unless_empty(flag)).or_profile(|profile| profile.with.clone()).or_default(Vec::new())
    }

    /// Returns the kinds of media; none is all of them.
    pub(crate) fn kinds(&self, flag: &[KindChoice]) -> Sourced<Vec<KindChoice>> {
        self.sources().flag("--only", unless_empty(flag)).or_profile(|profile| profile.only.clone()).or_default(Vec::new())
    }

    /// Returns the number of files to transfer in parallel; `flag` is the command's own.
    pub(crate) fn jobs(&self, flag: Option<u16>) -> Sourced<u16> {
        self.sources().flag("--jobs", flag).or_profile(|profile| profile.jobs).or_default(DEFAULT_JOBS)
    }

    /// Returns whether sessions that are complete in the archive are skipped; `flag` is the command's own.
    pub(crate) fn skip_complete(&self, flag: Option<bool>) -> Sourced<bool> {
        self.sources().flag("--skip-complete", flag).or_profile(|profile| profile.skip_complete).or_default(false)
    }

    /// Returns the file that gets the events of a download.
    pub(crate) fn log_file(&self) -> Option<Sourced<PathBuf>> {
        self.sources().flag("--log-file", self.flags.log.log_file.clone()).or_profile(|profile| profile.log_file.clone()).found()
    }

    /// Returns the file that gets the metrics of a download; `flag` is the command's own.
    pub(crate) fn metrics_file(&self, flag: Option<PathBuf>) -> Option<Sourced<PathBuf>> {
        self.sources().flag("--metrics-file", flag).or_profile(|profile| profile.metrics_file.clone()).found()
    }
}
