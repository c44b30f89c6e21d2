//! Identifiers of sessions, attempts and media: opaque texts that are safe to put in a request.
//!
//! The provider's own examples are not all UUIDs and it reserves the right to change the form, so nothing here
//! expects one. A session id is typed, or comes from a list beside names and addresses, so it holds only characters that
//! no URL reserves (RFC 3986, 2.3); ids that a provider sends may hold others. Must not know what a file name may hold;
//! that is [`super::name`].

use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest identifier that is taken, in bytes. UUIDs have 36.
const LONGEST: usize = 128;

/// Refuses an id that would change the path of a URL, because the signature covers the id. The error is the reason.
fn check(text: &str) -> Result<(), &'static str> {
    let fault = if text.is_empty() {
        "it is empty"
    } else if text.len() > LONGEST {
        "it is longer than 128 bytes"
    } else if text == "." || text == ".." {
        "it would climb out of its path"
    } else if text.contains(['/', '\\', '?', '#']) {
        "it holds one of / \\ ? #"
    } else if text.contains(char::is_whitespace) {
        "it holds white space"
    } else if text.contains(char::is_control) {
        "it holds a control character"
    } else if text.contains(char::REPLACEMENT_CHARACTER) {
        "it holds a character that could not be read"
    } else {
        return Ok(());
    };
    Err(fault)
}

/// Checks an id that was typed or listed: only ASCII letters, digits and `-`, `.`, `_`, `~`.
fn check_typed(text: &str) -> Result<(), &'static str> {
    check(text)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    if text.bytes().all(is_plain) { Ok(()) } else { Err("it holds a character other than A-Z a-z 0-9 - . _ ~") }
}

macro_rules! identifier {
    ($(#[$documentation:meta])* $name:ident, $check:path) => {
        $(#[$documentation])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is: nothing is trimmed, no case is changed, because the signature covers it.
            pub fn parse(text: &str) -> Result<Self, &'static str> {
                $check(text).map(|()| Self(text.to_owned()))
            }

            /// Returns the text as the provider wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, &'static str> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

identifier!(
    /// One verification of one person, with all its attempts.
    SessionId,
    check_typed
);
identifier!(
    /// One try within a session.
    AttemptId,
    check
);
identifier!(
    /// One file.
    MediaId,
    check
);

#[cfg(test)]
mod tests {
    use super::{MediaId, SessionId};

    #[test]
    fn opaque_texts_pass_and_whatever_could_change_a_path_does_not() {
        for good in ["f04bdb47-d3be-4b28-b028-a652feb060b5", "e7ab18d1-5545-5e47-af7b-e23gb6247f80", "A", "..a", "a_b~c"] {
            assert_eq!(SessionId::parse(good).expect(good).as_str(), good);
        }
        for sent in ["a%2F", "é", "a@b", "a,b", "\"a\""] {
            assert_eq!(MediaId::parse(sent).expect(sent).as_str(), sent);
            assert!(SessionId::parse(sent).is_err(), "{sent:?}");
        }
        let long = "x".repeat(129);
        for bad in ["", ".", "..", "a/b", "../x", "a\\b", "a?b", "a#b", "a b", "a\n", "a\0", "\u{85}", "a\u{fffd}", &long] {
            assert!(SessionId::parse(bad).is_err(), "{bad:?}");
        }
    }
}
