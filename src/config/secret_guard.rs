//! Keeps secrets out of errors. A name of a variable or credential, a path or a program may be the secret itself, written there by
//! mistake, so text that looks random is not repeated.
//!
//! Must not know the meaning of the text.

/// Shortest text that may be a secret, in bytes.
const SHORTEST: usize = 16;

/// Returns the text, or a placeholder if it may be a secret.
pub(super) fn redacted(text: &str) -> &str {
    if may_be_secret(text) { "(not shown, it may be a secret)" } else { text }
}

/// Returns whether this may be a secret: digits and letters like those of a UUID, of hex or of Base64.
pub(super) fn may_be_secret(text: &str) -> bool {
    let has = |is_kind: fn(&u8) -> bool| text.as_bytes().iter().any(&is_kind);
    let all = |further: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric() || further.contains(letter));
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    text.len() >= SHORTEST
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && (is_hex || all("=") || is_mixed && all("+/=-_") && !text.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{may_be_secret, redacted};

    #[test]
    fn chance_is_not_repeated_and_names_are() {
        for secret in [
            "5a4db0c5-0000-4000-8000-0000005ec2e7",
            "a4db0c500004000800000000005ec2e7",
            "A4DB0C500004000800000000005EC2E7",
            "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ",
            "3q2+7wABAgMEBQYH/CAkKCwwNDg8Q==",
            "mZ2_x-B7kQ9vT1cR8yLwN4sH",
        ] {
            assert!(may_be_secret(secret), "{secret}");
            assert!(!redacted(secret).contains(secret), "{secret}");
        }
        for name in [
            "",
            "OUR_SECRET",
            "VERIFF_SECRET_2026_PRODUCTION",
            "veriff-secret-2026-production",
            "/etc/vmedia/EU2026/veriffSecret",
            "/run/secrets/a4db0c500004000800000000005ec2e7",
            r"C:\vmedia\EU2026\veriffSecret",
            "secrets/eu-2026/veriff.secret",
            "/usr/bin/pass",
            "PRODUCTIONSECRET",
        ] {
            assert_eq!(redacted(name), name);
        }
    }
}
