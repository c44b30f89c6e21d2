//! Resolves the recipients of an encrypted archive.
//!
//! Must not encrypt anything.

use super::Resolver;
use crate::archive::Recipients;
use crate::cli::EncryptionArguments;
use crate::config::sourced::Sourced;
use crate::error::{Error, Result};

impl Resolver<'_> {
    /// Parses the recipients; none if the archive is not encrypted.
    pub(crate) fn recipients(&self, arguments: &EncryptionArguments) -> Result<Option<Recipients>> {
        let Some(written) = self.written_recipients(&arguments.recipient) else { return Ok(None) };
        parse(&written, self.single_recipient(arguments.single_recipient).value).map(Some)
    }

    /// Returns the recipients of a command that needs them; `purpose` says what for.
    pub(crate) fn needed_recipients(&self, arguments: &EncryptionArguments, purpose: &str) -> Result<Recipients> {
        let hint = "name them with --recipient, or in the profile (recipients)";
        self.recipients(arguments)?.ok_or_else(|| Error::usage(format!("there are no recipients {purpose}"), hint))
    }

    /// Returns the recipients as they are written; `flag` is the command's own, and replaces the profile's.
    pub(super) fn written_recipients(&self, flag: &[String]) -> Option<Sourced<Vec<String>>> {
        let flag = (!flag.is_empty()).then(|| flag.to_vec());
        let written = self.sources().flag("--recipient", flag).or_profile(|profile| profile.recipients.clone()).found();
        written.filter(|written| !written.value.is_empty())
    }

    /// Returns whether one recipient alone is allowed.
    pub(super) fn single_recipient(&self, flag: bool) -> Sourced<bool> {
        let search = self.sources().flag("--single-recipient", flag.then_some(true));
        search.or_profile(|profile| profile.single_recipient).or_default(false)
    }
}

/// Parses recipients. A lost key would lose the archive, so there are two of them at least, unless one is allowed.
pub(super) fn parse(written: &Sourced<Vec<String>>, is_single: bool) -> Result<Recipients> {
    let recipients = Recipients::parse(&written.value).map_err(|error| written.source.error(error.what(), error.hint()))?;
    if recipients.count() < 2 && !is_single {
        let what = "there is one recipient: when its private key is lost, so is the archive";
        let hint = "name a second one, whose key is kept elsewhere; or allow it: --single-recipient, in a profile single_recipient = true";
        return Err(written.source.error(what, hint));
    }
    Ok(recipients)
}
