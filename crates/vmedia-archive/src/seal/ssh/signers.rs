//! The keys that may have signed: an `allowed_signers` file as `ssh-keygen` reads it, or a `.pub` file.
//!
//! Must not know what was signed.

use super::NAMESPACE;
use super::key::{PublicKey, PublicKeyError};
use crate::error::{Error, Result};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::path::Path;

/// A list of signers above this size is a mistake.
const LARGEST: u64 = 1024 * 1024;

/// The signers that a file names.
#[derive(Debug)]
pub struct Signers(Vec<Signer>);

#[derive(Debug)]
struct Signer {
    key: PublicKey,
    principal: String,
    /// True if the line names the signer; false for that of a `.pub` file.
    is_named: bool,
    namespaces: Option<String>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// A person, as a list of signers shows one: the keys and names that its lines connect with a key.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Person {
    /// The fingerprints of the keys.
    keys: BTreeSet<String>,
    /// The names in lower case.
    names: BTreeSet<String>,
}

impl Person {
    /// Returns true if this key is one of the person's.
    pub fn has_key(&self, key: &PublicKey) -> bool {
        self.keys.contains(&key.fingerprint())
    }

    /// Returns true if this name is one of the person's. `anna` and `anna@example.com` are the same name.
    pub fn has_name(&self, name: &str) -> bool {
        let name = name.trim().to_lowercase();
        let account = |name: &str| name.split('@').next().unwrap_or_default().to_owned();
        let is_same = |known: &String| *known == name || known.contains('@') != name.contains('@') && account(known) == account(&name);
        self.names.iter().any(is_same)
    }
}

impl Signers {
    /// Reads a file of signers; one that names no key that could be ours is an error.
    pub fn read(path: &Path) -> Result<Self> {
        Self::read_for(NAMESPACE, path)
    }

    /// Reads a file of signers for this purpose, which the hint of an error names.
    pub fn read_for(namespace: &str, path: &Path) -> Result<Self> {
        let shown = path.display();
        let hint = format!("a line is: NAME namespaces=\"{namespace}\" ssh-ed25519 AAAA...; the key's own .pub file will do too");
        let hint = hint.as_str();
        let failed = |reason: &str| Error::configuration(format!("cannot read the signers in {shown}: {reason}"), hint);
        // Of a larger file, signers that stand further down would be left out in silence.
        let bytes = crate::input::read(path, LARGEST).map_err(|error| failed(&crate::error::plain(&error)))?;
        let text = String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8 text"))?;
        match Self::parse(&text) {
            Ok(signers) if signers.0.is_empty() => Err(Error::configuration(format!("{shown} names no signer with an Ed25519 key"), hint)),
            Ok(signers) => Ok(signers),
            Err((line, reason)) => Err(Error::configuration(format!("{shown} is wrong at line {line}: {reason}"), hint)),
        }
    }

    pub(super) fn parse(text: &str) -> std::result::Result<Self, (usize, &'static str)> {
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let signers = lines.filter_map(|(number, line)| signer(line).map_err(|reason| (number, reason)).transpose());
        signers.collect::<std::result::Result<_, _>>().map(Self)
    }

    /// Returns the name of the signer to whom this key belonged at that time, if it is one of these, and the time until which the
    /// list lets the key count, if it sets one.
    pub fn holder(&self, key: &PublicKey, at: Timestamp) -> Option<(&str, Option<Timestamp>)> {
        self.holder_for(NAMESPACE, key, at)
    }

    /// Does the same for signatures of another purpose.
    pub fn holder_for(&self, namespace: &str, key: &PublicKey, at: Timestamp) -> Option<(&str, Option<Timestamp>)> {
        let permits = |signer: &&Signer| {
            signer.key == *key
                && signer.serves(namespace)
                && signer.from.is_none_or(|from| at >= from)
                && signer.until.is_none_or(|until| at <= until)
        };
        let permitting = || self.0.iter().filter(permits);
        let signer = permitting().find(|signer| signer.until.is_none()).or_else(|| permitting().max_by_key(|signer| signer.until))?;
        Some((&signer.principal, signer.until))
    }

    /// Returns true if a line names a signer for this purpose.
    pub fn names_any_for(&self, namespace: &str) -> bool {
        self.0.iter().any(|signer| signer.is_named && signer.serves(namespace))
    }

    /// Returns the person with this key: keys under one name are one person's, and so are names of one key.
    pub fn person(&self, key: &PublicKey) -> Person {
        let mut person = Person { keys: BTreeSet::from([key.fingerprint()]), names: BTreeSet::new() };
        loop {
            let known = (person.keys.len(), person.names.len());
            for signer in &self.0 {
                let names: Vec<String> = signer.principal.split(',').map(|name| name.trim().to_lowercase()).collect();
                if person.has_key(&signer.key) || names.iter().any(|name| person.names.contains(name)) {
                    person.keys.insert(signer.key.fingerprint());
                    person.names.extend(names);
                }
            }
            if known == (person.keys.len(), person.names.len()) {
                return person;
            }
        }
    }
}

impl Signer {
    fn serves(&self, namespace: &str) -> bool {
        self.namespaces.as_deref().is_none_or(|patterns| matches_list(patterns, namespace))
    }
}

/// Returns one line; `None` for one that no signature of ours can come from.
fn signer(line: &str) -> std::result::Result<Option<Signer>, &'static str> {
    let words = split(line, char::is_whitespace)?;
    let mut words = words.into_iter().filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    // A `.pub` file has no name before the key; its comment is the next best.
    if is_algorithm(first) {
        let Some(key) = key(first, words.next())? else { return Ok(None) };
        let comment = words.collect::<Vec<_>>().join(" ");
        let principal = if comment.is_empty() { key.fingerprint() } else { comment };
        return Ok(Some(Signer { key, principal, is_named: false, namespaces: None, from: None, until: None }));
    }
    let second = words.next().ok_or("it ends before the key")?;
    let (options, algorithm) = if is_algorithm(second) { (None, second) } else { (Some(second), words.next().unwrap_or_default()) };
    if !is_algorithm(algorithm) {
        return Err("a key is missing");
    }
    let Some(key) = key(algorithm, words.next())? else { return Ok(None) };
    let mut signer = Signer { key, principal: unquoted(first), is_named: true, namespaces: None, from: None, until: None };
    for option in options.map_or(Ok(Vec::new()), |options| split(options, |letter| letter == ','))? {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let value = unquoted(value);
        match name.to_ascii_lowercase().as_str() {
            "namespaces" => signer.namespaces = Some(value),
            "valid-after" => signer.from = Some(time(&value).ok_or("valid-after is not a time")?),
            "valid-before" => signer.until = Some(time(&value).ok_or("valid-before is not a time")?),
            // This key vouches for other keys by certificates, which signatures of ours do not carry.
            "cert-authority" => return Ok(None),
            _ => return Err("it has an unknown option"),
        }
    }
    Ok(Some(signer))
}

fn is_algorithm(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-", "rsa-sha2-", "webauthn-sk-"].iter().any(|prefix| word.starts_with(prefix))
}

/// Returns an Ed25519 key, or `None` for a key of another sort: such a line may well stand in a list that serves others too.
fn key(algorithm: &str, base64: Option<&str>) -> std::result::Result<Option<PublicKey>, &'static str> {
    match PublicKey::from_text(algorithm, base64.ok_or("it ends before the key")?) {
        Ok(key) => Ok(Some(key)),
        Err(PublicKeyError::Algorithm(_)) => Ok(None),
        Err(PublicKeyError::Damaged) => Err("the key is damaged"),
    }
}

/// Returns the pieces between separators that are not quoted.
fn split(text: &str, is_separator: impl Fn(char) -> bool) -> std::result::Result<Vec<&str>, &'static str> {
    let mut is_quoted = false;
    let pieces = text.split(|letter| {
        is_quoted ^= letter == '"';
        !is_quoted && is_separator(letter)
    });
    let pieces = pieces.collect();
    if is_quoted { Err("a quote is not closed") } else { Ok(pieces) }
}

fn unquoted(text: &str) -> String {
    text.replace('"', "")
}

/// Parses `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with or without a `Z`. `ssh-keygen` takes a time without `Z` as local;
/// here it is UTC, so that a verification gives the same result everywhere.
fn time(text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 8 | 12 | 14) {
        return None;
    }
    let part = |from: usize| digits.get(from..from + 2).unwrap_or("00");
    format!("{}-{}-{}T{}:{}:{}Z", digits.get(..4)?, part(4), part(6), part(8), part(10), part(12)).parse().ok()
}

/// Returns whether a list of patterns takes this text: some pattern fits, and none that begins with `!` does.
fn matches_list(patterns: &str, text: &str) -> bool {
    let (refused, wanted): (Vec<_>, Vec<_>) = patterns.split(',').map(str::trim).partition(|pattern| pattern.starts_with('!'));
    wanted.iter().any(|pattern| matches(pattern, text))
        && !refused.iter().any(|pattern| matches(pattern.get(1..).unwrap_or_default(), text))
}

/// Returns whether a pattern fits, in which `*` is any text and `?` any letter.
fn matches(pattern: &str, text: &str) -> bool {
    // True at each number of letters that the pattern so far fits.
    let mut fits: Vec<bool> = std::iter::once(true).chain(text.chars().map(|_| false)).collect();
    for wanted in pattern.chars() {
        fits = if wanted == '*' {
            let any = |any: &mut bool, fit: &bool| {
                *any |= fit;
                Some(*any)
            };
            fits.iter().scan(false, any).collect()
        } else {
            let longer = fits.iter().zip(text.chars()).map(|(fit, letter)| *fit && (wanted == '?' || wanted == letter));
            std::iter::once(false).chain(longer).collect()
        };
    }
    fits.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::{matches_list, time};

    #[test]
    fn patterns_fit_as_ssh_says() {
        for (patterns, fits) in [
            ("vmedia", true),
            ("git,vmedia", true),
            ("*", true),
            ("vm?dia", true),
            ("v*a", true),
            ("git", false),
            ("vmedia2", false),
            ("*,!vmedia", false),
            ("!vmedia", false),
            ("!git", false),
            ("", false),
            ("vmedi", false),
        ] {
            assert_eq!(matches_list(patterns, "vmedia"), fits, "{patterns}");
        }
    }

    #[test]
    fn times_are_read_in_their_three_lengths() {
        let shown = |text: &str| time(text).map(|time| time.to_string());
        for (text, expected) in [
            ("20261121", Some("2026-11-21T00:00:00Z")),
            ("202611210930Z", Some("2026-11-21T09:30:00Z")),
            ("20261121093015", Some("2026-11-21T09:30:15Z")),
            ("2026112109", None),
            ("20261321", None),
            ("2026-11-21", None),
            ("", None),
        ] {
            assert_eq!(shown(text).as_deref(), expected, "{text}");
        }
    }
}
