//! The provider's side of Yoti's request signatures: the key pair of the sandbox's one application, and the check of a signature.
//! Written from the description, without a line in common with the client.

use std::sync::OnceLock;

use anyhow::Context as _;
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The key pair, generated on first use.
#[derive(Default)]
pub(crate) struct Keys(OnceLock<Option<KeyPair>>);

impl Keys {
    fn pair(&self) -> Option<&KeyPair> {
        self.0.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).ok()).as_ref()
    }

    /// Returns the private key as a PEM file, for the client.
    pub(crate) fn pem(&self) -> anyhow::Result<String> {
        let pair = self.pair().context("the sandbox cannot make a key")?;
        let der: Pkcs8V1Der<'_> = pair.as_der().ok().context("the sandbox cannot write its key")?;
        let text = STANDARD.encode(der.as_ref());
        let mut lines = vec!["-----BEGIN PRIVATE KEY-----"];
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (line, further) = rest.split_at(rest.len().min(64));
            lines.push(line);
            rest = further;
        }
        lines.push("-----END PRIVATE KEY-----\n");
        Ok(lines.join("\n"))
    }

    /// Returns whether the private key made this signature (base64) over the message.
    pub(crate) fn made(&self, signature: &[u8], message: &[u8]) -> bool {
        let (Some(pair), Ok(signature)) = (self.pair(), STANDARD.decode(signature)) else { return false };
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref()).verify(message, &signature).is_ok()
    }
}
