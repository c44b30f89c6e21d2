//! Reads facts from a session's document, in terms that fit every provider. The document holds no personal data; the media do.
//!
//! Must not decide what is shown, or where.

use crate::model::readable;
use crate::provider::Fact;
use serde_json::Value;

/// A text above this length is no state, country or date.
const LONGEST: usize = 200;

/// The word for it and where the document has it.
const FACTS: [(&str, &str); 7] = [
    ("session-state", "/state"),
    ("reference", "/user_tracking_id"),
    ("consented", "/biometric_consent"),
    ("document-type", "/resources/id_documents/0/document_type"),
    ("document-country", "/resources/id_documents/0/issuing_country"),
    ("identity-profile", "/identity_profile/result"),
    ("advanced-identity-profile", "/advanced_identity_profile/result"),
];

/// Returns what a stored session says.
pub(super) fn facts(bytes: &[u8]) -> Vec<Fact> {
    let Ok(value) = serde_json::from_slice::<Value>(&readable(bytes)) else { return Vec::new() };
    let text = |pointer: &str| Some(value.pointer(pointer)?.as_str()?.trim().to_owned());
    let fits = |text: &String| !text.is_empty() && text.len() <= LONGEST;
    FACTS.iter().filter_map(|(name, pointer)| Some(Fact { name, value: text(pointer).filter(fits)? })).collect()
}
