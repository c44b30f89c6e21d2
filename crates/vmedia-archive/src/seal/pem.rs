//! Keys as text: base64 between two marker lines (RFC 7468).
//!
//! The text may be a private key, so every copy is wiped; `rustls-pki-types`, which reads such files, too, leaves the letters of the
//! key in memory.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::zeroize::Zeroizing;

/// Returns the bytes of a text that is nothing but these marker lines and what stands between them.
pub(super) fn decode_pem(text: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let body = text.trim().strip_prefix(&format!("-----BEGIN {label}-----"))?.strip_suffix(&format!("-----END {label}-----"))?;
    let mut letters = Zeroizing::new(Vec::with_capacity(body.len()));
    letters.extend(body.bytes().filter(|letter| !letter.is_ascii_whitespace()));
    from_base64(&letters)
}

/// Returns the same in a text that holds other things, too, as some programs write before a key.
pub(super) fn find_pem(text: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let end = format!("-----END {label}-----");
    let begun = text.get(text.find(&format!("-----BEGIN {label}-----"))?..)?;
    decode_pem(begun.get(..begun.find(&end)? + end.len())?, label)
}

/// Returns the bytes that base64 stands for, in a buffer that never moved while it was filled.
pub(super) fn from_base64(letters: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(letters.len())]);
    let count = STANDARD.decode_slice(letters, &mut bytes).ok()?;
    bytes.truncate(count);
    Some(bytes)
}
