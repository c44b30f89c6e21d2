//! A text that must not be seen: no `Display`, no serde, a redacted `Debug`, wiped when dropped.
//!
//! Must not know where a secret comes from (`config`) or what it signs (`provider`).

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

/// A shared secret as the provider issued it.
#[derive(Clone, Debug)]
pub struct Secret(SecretString);

impl Secret {
    /// Copies the text and wipes its buffer: a buffer that grew would leave a copy behind when it is cut to its length.
    pub fn new(text: String) -> Self {
        let text = Zeroizing::new(text);
        Self(SecretString::from(text.as_str()))
    }

    /// Returns the bytes that sign, or that are shown to the provider. Callers hand them to a MAC, to a request's headers or to the
    /// system's keyring, and to nothing else.
    pub(crate) fn expose(&self) -> &[u8] {
        self.expose_text().as_bytes()
    }

    /// Returns the same as text.
    pub(crate) fn expose_text(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_output_does_not_hold_the_secret() {
        let secret = Secret::new("abcdef12-abcd".to_owned());
        assert!(!format!("{secret:?}").contains("abcdef12"));
        assert_eq!(secret.expose(), b"abcdef12-abcd");
    }
}
