//! RSA keys that sign requests, from PEM files: PKCS#1, as Yoti's Hub hands them out, and PKCS#8, as other tools do.
//!
//! Key material is wiped, and stands in no `Debug` and no error. Must not know what is signed, or who may read a key's
//! file.

use super::pem::find_pem;
use crate::error::{Error, Result};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::path::Path;

/// A private key that signs requests. The library that keeps it wipes its memory when it is freed.
pub struct RequestKey(RsaKeyPair);

impl fmt::Debug for RequestKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RequestKey({} bits)", self.0.public_modulus_len() * 8)
    }
}

/// A reason why a file has no key that can sign requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyProblem {
    /// It is encrypted.
    Passphrase,
    /// It is a public key.
    Public,
    /// It is a private key of another algorithm.
    Algorithm,
    /// It has less than 2048 bits, which the library refuses.
    Small,
    /// It says that it is a private key, and cannot be read.
    Encoding,
    /// It is nothing of the kind.
    Nothing,
}

impl RequestKey {
    /// Reads the key from the bytes of a PEM file, 2048 to 8192 bits; `path` is named in errors.
    pub fn parse(path: &Path, file: &[u8]) -> Result<Self> {
        read(file).map_err(|problem| error_of(path, problem))
    }

    /// Signs with RSASSA-PKCS1-v1_5 and SHA-256 (RFC 8017), in base64 with padding. Deterministic.
    pub fn sign(&self, message: &[u8]) -> String {
        let mut signature = vec![0; self.0.public_modulus_len()];
        match self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature) {
            Ok(()) => STANDARD.encode(signature),
            // It signed once when it was read; a provider refuses what is not signed.
            Err(_) => String::new(),
        }
    }
}

fn read(file: &[u8]) -> std::result::Result<RequestKey, KeyProblem> {
    let text = std::str::from_utf8(file).map_err(|_| KeyProblem::Nothing)?.trim();
    if text.contains("ENCRYPTED") {
        return Err(KeyProblem::Passphrase);
    }
    let has = |words: &str| text.contains(words);
    let pair = if let Some(der) = find_pem(text, "RSA PRIVATE KEY") {
        RsaKeyPair::from_der(&der)
    } else if let Some(der) = find_pem(text, "PRIVATE KEY") {
        RsaKeyPair::from_pkcs8(&der)
    } else {
        return Err(match () {
            () if has("EC PRIVATE KEY-----") => KeyProblem::Algorithm,
            () if has("PRIVATE KEY-----") => KeyProblem::Encoding,
            () if has("PUBLIC KEY-----") || text.starts_with("ssh-") => KeyProblem::Public,
            () => KeyProblem::Nothing,
        });
    };
    // The library gives its reasons as texts alone.
    let key = RequestKey(pair.map_err(|reason| match reason.to_string().as_str() {
        "WrongAlgorithm" => KeyProblem::Algorithm,
        "TooSmall" => KeyProblem::Small,
        _ => KeyProblem::Encoding,
    })?);
    if key.sign(b"a first message").is_empty() { Err(KeyProblem::Encoding) } else { Ok(key) }
}

fn error_of(path: &Path, problem: KeyProblem) -> Error {
    let path = path.display();
    let (what, hint) = match problem {
        KeyProblem::Passphrase => (
            format!("the key {path} is encrypted with a passphrase"),
            format!("a scheduled run needs it without one: openssl rsa -in {path} -out FILE, then chmod 600 FILE"),
        ),
        KeyProblem::Public => {
            (format!("{path} is a public key, which cannot sign"), "name the private one that the Hub gave you".to_owned())
        }
        KeyProblem::Algorithm => {
            (format!("the key {path} is not an RSA key"), "name the key that the Hub gave you with the SDK id".to_owned())
        }
        KeyProblem::Small => {
            (format!("the key {path} has less than 2048 bits"), "make a new pair in the Hub; the old one can be broken".to_owned())
        }
        KeyProblem::Encoding => (
            format!("the key {path} cannot be read"),
            format!(
                "older keys of the Hub are encoded wrongly; openssl rsa -in {path} -out FILE writes it anew, then chmod 600 FILE and name that"
            ),
        ),
        KeyProblem::Nothing => {
            (format!("{path} holds no private key"), "name the PEM file that the Hub gave you with the SDK id".to_owned())
        }
    };
    Error::configuration(what, hint)
}

#[cfg(test)]
mod tests {
    use super::{KeyProblem, RequestKey, read};
    use std::path::Path;

    /// The key that the vendor's own SDKs publish with their tests (`sdk-test.pem` of yoti-python-sdk, and others).
    const PUBLISHED: &str = include_str!("published-test-key.pem");

    fn published() -> RequestKey {
        RequestKey::parse(Path::new("key.pem"), PUBLISHED.as_bytes()).expect("a key")
    }

    #[test]
    fn published_vectors_hold() {
        let cases = [
            // spec/yoti/ssl_spec.rb of yoti-ruby-sdk.
            (
                "message",
                "Dvk2DCW/5/pNwkhDoHG/qaf/vl1RR/lFIldw6ms3yVOe7TStnX9EJupfewprehHQ6XhkxfoCCb+VTWGtQHRkuZB/CotJ5sSsc28HYokMvq2Mz7mD47gx5pEXqtb9s22v0eOUELTcbCmaQg8HPk3kBcvRWbyMjY7cJhI44METHxOjhN/9AEdlNU+96K7nJe7QxgQNX5Q/dKsIawD0UabT/qGBFLtic3j9+XACnM+ZTcJIYs6OXpPfXhHkekKvLVpT/EBx1KTK6XXr5NYI7f5pawIHtwx2B0oy2uqxu/trKEw6opJ3yUoN1JqbCRMIHUdIHzi0Mdz6LY05689+224/ww==",
            ),
            // spec/yoti/http/signed_request_spec.rb of yoti-ruby-sdk.
            (
                "GET&path&e30=",
                "X4iPrpUNUXDFbdRWiWjh87P7TOq5sPmPYCaNGsbqsB5EDnsuFi+kG2yeYFBJiUpcvm5QogseXMlBY6pxUD6d1AZv1ftllAp5nA2RcpUBbCvvYneJC8f+MYMxw01pl2i3Xz7FlbEB633PnMaJLOnaXtMTzZgdP1GPzbsjjOLiUxMyeCUonkz700PuKCdHQfI339OmUZUrPKZe3WrKLlqcYEbJFdSIxGo8vnzi7sFoUkWV6gmp5vlfreMfm6mpQbJcomgoyCUQInF3MgeMKetj7V+wifZW0nLI5evZSffUcXvX/0pbJUR9gl41NU8VpXGSVru+7iilT8ytJd0WGNlWjw==",
            ),
            // yoti_python_sdk/tests/fixtures/auth_digest_get.txt of yoti-python-sdk.
            (
                "GET&/profile/i79CctmY-22ad195c-d166-49a2-af16-8f356788c9dd-be094d26-19b5-450d-afce-070101760f0b?nonce=35351ced-96a4-4fc8-994e-98f98045ff7e&timestamp=1476441361239&appId=737204aa-d54e-49a4-8bde-26ddbe6d880c",
                "AuMNqWmOu8eSmMlI81sKqpAUJhdE7Jkj1GT+G+RSjQE5SftcgNEPduZQihKYoSORtGVpm2dFT2OgndAGWYOdumDPnm2XIpqpG1Ye9X7nVzegxL31l7tFfzkjweHOYkhedTcY9FSfx2j3w+8vc9xRTLHybiJoFGouFPuu5e9y9T1uwYYhjbu/Mj9bgbKBbOo0qeOqJt47Z6YqKaTeYMMqw9KiLCFibNHow7IOzwoxcgegK+P3CcyFCATVA384mr3SlLpCNC67aK0IpXdzdcBK+cegAEu2L0PPDCMe3qmur0aknvPjLPkQwI7SPOWcikmAUDkc01AjWbMOiz8jKKs/yA==",
            ),
        ];
        for (message, signature) in cases {
            assert_eq!(published().sign(message.as_bytes()), signature, "{message}");
        }
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", published()), "RequestKey(2048 bits)");
    }

    #[test]
    fn what_is_no_key_says_why() {
        let cut = PUBLISHED.replacen("MIIEpAIBAAKCAQEAs9zA", "MIIEpAIBAAKCAQEAs9z", 1);
        let torn = PUBLISHED.lines().take(5).collect::<Vec<_>>().join("\n");
        let named = PUBLISHED.replace("RSA PRIVATE KEY", "EC PRIVATE KEY");
        let encrypted = PUBLISHED.replace("RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        let public = PUBLISHED.replace("RSA PRIVATE KEY", "PUBLIC KEY");
        let cases = [
            (cut.as_str(), KeyProblem::Encoding),
            (torn.as_str(), KeyProblem::Encoding),
            (named.as_str(), KeyProblem::Algorithm),
            (encrypted.as_str(), KeyProblem::Passphrase),
            (public.as_str(), KeyProblem::Public),
            ("ssh-ed25519 AAAA me", KeyProblem::Public),
            ("", KeyProblem::Nothing),
            ("\u{0}", KeyProblem::Nothing),
        ];
        for (text, why) in cases {
            assert_eq!(read(text.as_bytes()).err(), Some(why), "{text:.60}");
        }
        assert!(read(&[0xff, 0xfe]).is_err());
        let error = RequestKey::parse(Path::new("old.pem"), cut.as_bytes()).expect_err("a broken key");
        assert!(error.hint().contains("openssl rsa -in old.pem"), "{}", error.hint());
    }

    #[test]
    fn blanks_around_a_key_do_not_matter() {
        assert!(read(format!("\n  {}\r\n\n", PUBLISHED.replace('\n', "\r\n")).as_bytes()).is_ok());
    }
}
