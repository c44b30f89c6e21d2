//! Resolves Yoti's SDK id and private key, or a bearer token.
//!
//! Must not sign and must not send anything.

use super::{ProviderAccess, Resolver, is_one_word};
use crate::config::credentials::{bytes, text};
use crate::config::environment::names;
use crate::config::reference::{self, Reference};
use crate::config::sourced::Sourced;
use crate::error::{Error, Result};
use crate::provider::yoti::Yoti;
use crate::seal::rsa::RequestKey;
use crate::secret::Secret;

pub(crate) enum YotiAccess {
    /// Requests are signed.
    Signed {
        /// The client SDK id, as it stands in a query.
        sdk_id: String,
        /// The key that signs.
        key: Box<RequestKey>,
    },
    /// Requests carry a token.
    Bearer(Secret),
}

/// Hint for missing credentials.
const WHERE: &str = "the Hub shows the SDK id of your application under Keys and hands out its key file once; to look around without an account: vmedia demo --provider yoti";

/// Hint for a missing key file.
pub(in crate::config) const NO_KEY_FILE: &str = "name the PEM file that the Hub gave you with the SDK id";

impl Resolver<'_> {
    /// Returns the credentials. A token has priority over the key: it was made for this run, a key stays configured.
    pub(super) fn yoti_access(&self) -> Result<(ProviderAccess, String)> {
        let (access, source) = match self.bearer()? {
            Some((token, source)) => (YotiAccess::Bearer(token), format!("the bearer token from {source}")),
            None => self.signed()?,
        };
        Ok((ProviderAccess::Yoti(access), format!("{source} ({})", self.profile_description())))
    }

    fn bearer(&self) -> Result<Option<(Secret, String)>> {
        let Some(found) = reference::bearer(self.sources())? else { return Ok(None) };
        let what = match found.value.reference {
            Reference::File(_) => "the bearer token in",
            _ => found.value.key,
        };
        let source = found.description();
        Ok(Some((token(&text(what, &found, self.environment, &self.limits())?, &source)?, source)))
    }

    pub(super) fn sdk_id(&self) -> Option<Sourced<String>> {
        self.sources().no_flag().or_environment(names::YOTI_SDK_ID).or_profile(|profile| profile.sdk_id.clone()).found()
    }

    fn signed(&self) -> Result<(YotiAccess, String)> {
        let Some(sdk_id) = self.sdk_id() else {
            return Err(Error::configuration("there is no SDK id", format!("set {}, or sdk_id in a profile; {WHERE}", names::YOTI_SDK_ID)));
        };
        let sdk_id = sdk_id.value;
        check_sdk_id(&sdk_id)?;
        let Some(found) = reference::key(self.sources())? else {
            return Err(Error::configuration(
                "there is no key file",
                format!("set {}, or key_file or key_credential in a profile; {WHERE}", names::YOTI_KEY_FILE),
            ));
        };
        let (path, file) = bytes("the key file", &found, NO_KEY_FILE, self.environment)?;
        let key = Box::new(RequestKey::parse(&path, &file)?);
        let source = format!("the SDK id and the key file {}", path.display());
        Ok((YotiAccess::Signed { sdk_id: Yoti::normalise_sdk_id(&sdk_id), key }, source))
    }
}

/// Refuses an SDK id that cannot stand in a query.
pub(in crate::config) fn check_sdk_id(sdk_id: &str) -> Result<()> {
    if is_one_word(sdk_id) {
        return Ok(());
    }
    Err(Error::configuration("the SDK id holds characters that no id has", "copy it again, without quotes or spaces"))
}

/// Parses a token. It goes into a header, so that it is visible ASCII.
fn token(text: &str, source: &str) -> Result<Secret> {
    let text = text.trim();
    if !is_one_word(text) {
        return Err(Error::configuration(
            format!("{source} gives no valid bearer token"),
            "it is one word of visible ASCII, without the word Bearer",
        ));
    }
    Ok(Secret::new(text.to_owned()))
}
