//! The recipients of an archive: public keys, as the `age` program takes them.

use super::plugin::{PluginError, PluginRecipients, of_recipient};
use crate::error::{Error, Result, plain, quote};
use age::{EncryptError, Encryptor, Recipient, ssh, tag, tagpq, x25519};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write;

/// Public keys. What is encrypted to them, the holder of any one of the private keys can open.
pub struct Recipients {
    texts: BTreeSet<String>,
    all: Vec<Box<dyn Recipient + Send + Sync>>,
    /// The names of the plugins that some of them need.
    plugins: BTreeSet<String>,
}

/// Hint for a text that is no recipient.
const FORMS: &str =
    "a recipient is a public key: age1..., as age-keygen or a plugin of age prints it, or ssh-ed25519 ..., as in a .pub file";

impl Recipients {
    /// Parses recipients: of age, of plugins of it, and Ed25519 keys of SSH. One that is given twice counts once. Starts no plugin.
    ///
    /// # Errors
    /// A text is no recipient; the error names it, unless it is a private key.
    pub fn parse(texts: &[String]) -> Result<Self> {
        // The comment behind a key of SSH is no part of it.
        let key = |text: &String| text.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        let texts: BTreeSet<String> = texts.iter().map(key).collect();
        let (mut all, mut of_plugins) = (Vec::new(), BTreeMap::<String, Vec<String>>::new());
        for text in &texts {
            match (parse(text), of_recipient(text)) {
                (Ok(key), _) => all.push(key),
                (Err(_), Some(plugin)) => of_plugins.entry(plugin).or_default().push(text.clone()),
                (Err(error), None) => return Err(error),
            }
        }
        let plugins = of_plugins.keys().cloned().collect();
        let of_plugins = of_plugins.into_iter().map(|(name, texts)| PluginRecipients { name, texts });
        all.extend(of_plugins.map(|recipients| Box::new(recipients) as Box<dyn Recipient + Send + Sync>));
        Ok(Self { texts, all, plugins })
    }

    /// Returns their number.
    pub fn count(&self) -> usize {
        self.texts.len()
    }

    /// Returns the public keys as they are written.
    pub fn texts(&self) -> &BTreeSet<String> {
        &self.texts
    }

    /// Starts the plugins of recipients, and encrypts a key to these that is not used.
    ///
    /// # Errors
    /// A plugin is not installed, or fails.
    pub fn try_plugins(&self) -> Result<()> {
        if self.plugins.is_empty() { Ok(()) } else { self.encrypt(&[]).map(drop) }
    }

    /// Returns true if one of them is a key of this plugin.
    pub(super) fn are_of(&self, plugin: &str) -> bool {
        self.plugins.contains(plugin)
    }

    /// Returns each recipient alone, with its public key.
    pub(crate) fn apart(&self) -> Result<Vec<(&str, Self)>> {
        self.texts.iter().map(|text| Ok((text.as_str(), Self::parse(std::slice::from_ref(text))?))).collect()
    }

    /// Encrypts bytes in memory, as a file of `age`.
    pub(crate) fn encrypt(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let failed = |error: String| Error::unexpected(format!("cannot encrypt the key of a session: {error}"));
        let all = self.all.iter().map(|recipient| recipient.as_ref() as &dyn Recipient);
        let encryptor = Encryptor::with_recipients(all).map_err(|error| match error {
            EncryptError::IncompatibleRecipients { .. } => Error::configuration(
                "these recipients cannot be used together: some are post-quantum keys and others are not",
                "use recipients of one sort: with the others among them, the protection of the first would be lost",
            ),
            EncryptError::Io(error) => PluginError::of(&error).map_or_else(|| failed(plain(&error)), unencrypted),
            error => failed(error.to_string()),
        })?;
        let mut out = encryptor.wrap_output(Vec::new()).map_err(|error| failed(error.to_string()))?;
        out.write_all(bytes).map_err(|error| failed(error.to_string()))?;
        out.finish().map_err(|error| failed(error.to_string()))
    }
}

fn unencrypted(error: &PluginError) -> Error {
    let refusal = error.refusal();
    Error::configuration(format!("cannot encrypt to a recipient: {}", refusal.what), refusal.hint).for_run()
}

fn parse(text: &str) -> Result<Box<dyn Recipient + Send + Sync>> {
    if text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
        return Err(Error::configuration(
            "a recipient is a private key, which is not shown",
            "name its public key; age-keygen -y prints it",
        ));
    }
    let is_rsa = text.starts_with("ssh-rsa ");
    if let Ok(key) = text.parse::<x25519::Recipient>() {
        return Ok(Box::new(key));
    }
    if let Ok(key) = text.parse::<tag::Recipient>() {
        return Ok(Box::new(key));
    }
    if let Ok(key) = text.parse::<tagpq::Recipient>() {
        return Ok(Box::new(key));
    }
    match text.parse::<ssh::Recipient>() {
        Ok(key) if !is_rsa => Ok(Box::new(key)),
        // Private operations of the only RSA library that age has leak through timing (RUSTSEC-2023-0071).
        _ if is_rsa => Err(Error::configuration("an RSA key of SSH is no recipient", format!("use another kind of key; {FORMS}"))),
        _ => Err(Error::configuration(format!("{:?} is no recipient", quote(text)), FORMS)),
    }
}

impl fmt::Debug for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipients({})", self.count())
    }
}
