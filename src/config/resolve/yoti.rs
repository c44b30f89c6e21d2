//! What Yoti wants to see: the client SDK id with its private key, or a bearer token instead of both.
//!
//! Must not sign and must not send anything.

use super::{ProviderAccess, ProviderSettings, Resolver};
use crate::cli::ProviderChoice;
use crate::config::credentials::{read_private, read_secret, run};
use crate::config::environment::names;
use crate::error::{Error, Result};
use crate::provider::yoti::Yoti;
use crate::seal::rsa::RequestKey;
use crate::secret::Secret;
use std::path::Path;

/// The credentials of one integration at Yoti.
pub enum YotiAccess {
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

/// What to do about credentials that are missing.
const WHERE: &str = "the Hub shows the SDK id of your application under Keys and hands out its key file once; to look around without an account: vmedia demo --provider yoti";

impl Resolver<'_> {
    /// A token goes before the key: it was made for this run, a key stays configured.
    pub(super) fn yoti_settings(&self) -> Result<ProviderSettings> {
        let base_url = self.base_url(ProviderChoice::Yoti)?;
        let (access, source) = match self.bearer()? {
            Some((token, source)) => (YotiAccess::Bearer(token), format!("the bearer token from {source}")),
            None => self.signed()?,
        };
        let credentials = format!("{source} ({})", self.profile_words());
        Ok(ProviderSettings { base_url, access: ProviderAccess::Yoti(access), credentials })
    }

    fn bearer(&self) -> Result<Option<(Secret, String)>> {
        let from_file = |path: &Path, of: &str| -> Result<_> {
            let source = format!("{of} {}", path.display());
            Ok(Some((token(&read_secret("the bearer token in", path)?, &source)?, source)))
        };
        if let Some(path) = self.environment.path(names::YOTI_BEARER_FILE) {
            return from_file(&path, names::YOTI_BEARER_FILE);
        }
        // A key in the environment goes before anything in the profile.
        let Some((name, profile)) = self.profile().filter(|_| self.environment.path(names::YOTI_KEY_FILE).is_none()) else {
            return Ok(None);
        };
        match (&profile.bearer_file, &profile.bearer_command) {
            (Some(path), None) => from_file(path, &format!("bearer_file of profile {name},")),
            (None, Some(command)) => {
                let source = format!("bearer_command of profile {name}");
                Ok(Some((token(&run("bearer_command", command)?, &source)?, source)))
            }
            (None, None) => Ok(None),
            (Some(_), Some(_)) => {
                Err(Error::configuration(format!("profile {name} has both bearer_file and bearer_command"), "keep the one that is meant"))
            }
        }
    }

    fn signed(&self) -> Result<(YotiAccess, String)> {
        let sdk_id = self.environment.value(names::YOTI_SDK_ID).map(str::to_owned);
        let Some(sdk_id) = sdk_id.or_else(|| self.of_profile(|profile| profile.sdk_id.clone())) else {
            return Err(Error::configuration("there is no SDK id", format!("set {}, or sdk_id in a profile; {WHERE}", names::YOTI_SDK_ID)));
        };
        if !sdk_id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::configuration("the SDK id holds characters that no id has", "copy it again, without quotes or spaces"));
        }
        let path = self.environment.path(names::YOTI_KEY_FILE);
        let Some(path) = path.or_else(|| self.of_profile(|profile| profile.key_file.clone())) else {
            return Err(Error::configuration(
                "there is no key file",
                format!("set {}, or key_file in a profile; {WHERE}", names::YOTI_KEY_FILE),
            ));
        };
        let file = read_private("the key file", &path, "name the PEM file that the Hub gave you with the SDK id")?;
        let key = Box::new(RequestKey::parse(&path, &file)?);
        let source = format!("the SDK id and the key file {}", path.display());
        Ok((YotiAccess::Signed { sdk_id: Yoti::normalise_sdk_id(&sdk_id), key }, source))
    }
}

/// A token goes into a header: nothing but visible ASCII may stand in it.
fn token(text: &str, source: &str) -> Result<Secret> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::configuration(
            format!("what {source} gives is no bearer token"),
            "it is one word of visible ASCII, without the word Bearer",
        ));
    }
    Ok(Secret::new(text.to_owned()))
}
