//! A text that must not be seen: no `Display`, no serde, a redacted `Debug`, wiped when dropped.
//!
//! Must not know where a secret comes from (`config`) or what it signs (`provider`).

use secrecy::{ExposeSecret, SecretString};

/// A shared secret as the provider issued it.
#[derive(Clone, Debug)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes over the text; the buffer is wiped with the secret.
    pub fn new(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// The bytes that sign, or that are shown to the provider. Callers hand them to a MAC, or to a request's headers, and to
    /// nothing else.
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
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
