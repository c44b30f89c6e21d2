//! Reads and writes SSH's layouts: fields with a length before them, and the PEM encoding of signatures.
//!
//! Must not know what a field means.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Line length of `ssh-keygen`.
const LINE: usize = 70;

/// Reads fields off the front; `None` where a message ends too early.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    /// Returns the next so many bytes.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// Returns a number of four bytes.
    pub(super) fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// Returns a field that begins with its length.
    pub(super) fn field(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    /// Returns whether these bytes stand here; they are read if so.
    pub(super) fn begins_with(&mut self, magic: &[u8]) -> bool {
        let rest = self.0.strip_prefix(magic);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }
}

/// Adds a field. Ours are some hundred bytes at most.
pub(super) fn put(message: &mut Vec<u8>, field: &[u8]) {
    message.extend(u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
    message.extend(field);
}

/// Returns the bytes as base64 between the marker lines of this label.
pub(super) fn encode_pem(label: &str, bytes: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for (index, letter) in STANDARD.encode(bytes).chars().enumerate() {
        if index > 0 && index % LINE == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text.push_str(&format!("\n-----END {label}-----\n"));
    text
}
