//! Recipients and identities whose keys a plugin of `age` holds, such as a program for hardware tokens.

use super::Refusal;
use super::conversation::{Answer, Failure, Talk, converse, program_of};
use crate::error::quote;
use age::{DecryptError, EncryptError};
use age_core::format::{FileKey, Stanza};
use age_core::primitives::bech32_decode;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashSet;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// Shows the operator a message of a plugin, such as the request to touch a token.
pub type ShowMessage = Arc<dyn Fn(&str) + Send + Sync>;

/// A plugin that did not do what it was asked to.
#[derive(Debug, Clone)]
pub(super) struct PluginError {
    program: String,
    failure: Failure,
}

impl PluginError {
    pub(super) fn new(name: &str, failure: Failure) -> Self {
        Self { program: program_of(name), failure }
    }

    /// Returns that of an error of the crate `age`.
    pub(super) fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref())
    }

    pub(super) fn refusal(&self) -> Refusal {
        let program = &self.program;
        let hint = match self.failure {
            Failure::Missing => format!("install {program} in a folder of PATH"),
            Failure::Asked(_) => "use a key without PIN; or open the key of the session with `age -d`, and name the result".to_owned(),
            _ => format!("try the same with `age`; AGEDEBUG=plugin shows there what {program} says"),
        };
        Refusal { what: self.to_string(), hint }
    }
}

impl fmt::Display for PluginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = &self.program;
        match &self.failure {
            Failure::Missing => write!(f, "the plugin {program} is not installed"),
            Failure::NotStarted(why) => write!(f, "the plugin {program} cannot be started: {why}"),
            Failure::Asked(what) => write!(f, "the plugin {program} asks a question, and is never given an answer: {:?}", quote(what)),
            Failure::Refused(why) => write!(f, "the plugin {program} reports an error: {:?}", quote(why)),
            Failure::Ended => write!(f, "the plugin {program} ended without an answer"),
            Failure::Invalid => write!(f, "the plugin {program} gave an invalid answer"),
            Failure::Unlike => write!(f, "the plugin {program} opened another key, or the file was altered"),
        }
    }
}

impl std::error::Error for PluginError {}

/// Returns the name of the plugin of a recipient, `age1NAME1...`; `None` if it is none of a plugin.
pub(super) fn of_recipient(text: &str) -> Option<String> {
    name_in(text, |prefix| prefix.strip_prefix("age1").map(str::to_owned))
}

/// Returns the name of the plugin of an identity, `AGE-PLUGIN-NAME-1...`; `None` if it is none of a plugin.
pub(super) fn of_identity(text: &str) -> Option<String> {
    name_in(text, |prefix| prefix.strip_prefix("AGE-PLUGIN-")?.strip_suffix('-').map(str::to_lowercase))
}

/// Returns the name in the readable part of a Bech32 text whose checksum holds. It becomes part of a file name.
fn name_in(text: &str, name_of: impl Fn(&str) -> Option<String>) -> Option<String> {
    let is_name = |name: &String| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-._".contains(&byte))
    };
    bech32_decode(
        text,
        |_| (),
        |prefix| name_of(prefix.as_str()).filter(is_name).map(drop).ok_or(()),
        |prefix, _| name_of(prefix.as_str()).ok_or(()),
    )
    .ok()
}

/// The recipients of one plugin.
pub(super) struct PluginRecipients {
    pub(super) name: String,
    pub(super) texts: Vec<String>,
}

impl PluginRecipients {
    fn wrap(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), Failure> {
        let mut orders: Talk<'_> = self.texts.iter().map(|text| (vec!["add-recipient", text.as_str()], &[][..])).collect();
        orders.push((vec!["extension-labels"], &[]));
        orders.push((vec!["wrap-file-key"], key.expose_secret()));
        let (mut stanzas, mut labels, mut is_invalid) = (Vec::new(), None, false);
        converse(&self.name, "recipient-v1", &orders, &|_| {}, &mut |answer| {
            match (answer.command.as_str(), answer.arguments.as_slice()) {
                ("recipient-stanza", [file, tag, arguments @ ..]) if file == "0" => {
                    stanzas.push(Stanza { tag: tag.clone(), args: arguments.to_vec(), body: answer.body.to_vec() });
                }
                ("labels", all) if labels.is_none() => labels = Some(all.iter().cloned().collect()),
                ("recipient-stanza" | "labels", _) => is_invalid = true,
                _ => return false,
            }
            true
        })?;
        // One that is left out could never open the file.
        if is_invalid || stanzas.len() < self.texts.len() { Err(Failure::Invalid) } else { Ok((stanzas, labels.unwrap_or_default())) }
    }
}

impl age::Recipient for PluginRecipients {
    fn wrap_file_key(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        self.wrap(key).map_err(|failure| EncryptError::Io(io::Error::other(PluginError::new(&self.name, failure))))
    }
}

/// Shows each message of plugins once.
pub(super) struct Messages {
    shown: Mutex<HashSet<String>>,
    show: ShowMessage,
}

/// The largest number of messages that are shown.
const MOST_MESSAGES: usize = 100;

impl Messages {
    pub(super) fn new(show: ShowMessage) -> Self {
        Self { shown: Mutex::default(), show }
    }

    fn show(&self, name: &str, message: &str) {
        let text = format!("{} says: {:?}", program_of(name), quote(message));
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.len() < MOST_MESSAGES && shown.insert(text.clone()) {
            (self.show)(&text);
        }
    }
}

/// An identity of a plugin. Its text can be a private key.
pub(super) struct PluginIdentity {
    pub(super) name: String,
    pub(super) text: SecretString,
    pub(super) messages: Arc<Messages>,
}

impl PluginIdentity {
    fn unwrap(&self, stanzas: &[Stanza]) -> Result<Option<FileKey>, Failure> {
        let mut orders: Talk<'_> = vec![(vec!["add-identity", self.text.expose_secret()], &[])];
        orders.extend(stanzas.iter().map(|stanza| {
            let arguments = stanza.args.iter().map(String::as_str);
            (["recipient-stanza", "0", stanza.tag.as_str()].into_iter().chain(arguments).collect(), stanza.body.as_slice())
        }));
        let (mut key, mut is_invalid) = (None, false);
        let show = |message: &str| self.messages.show(&self.name, message);
        let ended = converse(&self.name, "identity-v1", &orders, &show, &mut |answer: &Answer| {
            if answer.command != "file-key" {
                return false;
            }
            match <[u8; 16]>::try_from(answer.body.as_slice()) {
                Ok(bytes) if key.is_none() && answer.arguments == ["0"] => key = Some(FileKey::init_with_mut(|key| *key = bytes)),
                _ => is_invalid = true,
            }
            true
        });
        match (ended, key) {
            // It may have failed with one stanza, and opened another.
            (Ok(()) | Err(Failure::Refused(_)), Some(key)) if !is_invalid => Ok(Some(key)),
            (Err(failure), _) => Err(failure),
            (Ok(()), _) if is_invalid => Err(Failure::Invalid),
            (Ok(()), key) => Ok(key),
        }
    }
}

impl age::Identity for PluginIdentity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.unwrap_stanzas(std::slice::from_ref(stanza))
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        let failed = |failure| DecryptError::Io(io::Error::other(PluginError::new(&self.name, failure)));
        self.unwrap(stanzas).map_err(failed).transpose()
    }
}
