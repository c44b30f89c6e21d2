//! Finds an id in pasted text: with quotes, brackets or a full stop around it, or as part of a URL.
//!
//! Ids are opaque and never trimmed, so this serves hints alone. Must not decide what an id is; that is [`super::id`].

/// Punctuation that comes along when an id is copied from a mail, a spreadsheet or a shell example.
const AROUND: [char; 20] = [
    '"', '\'', '`', '<', '>', '(', ')', '[', ']', '{', '}', '.', ',', ';', ':', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '\u{201e}',
];

/// The reason for which an id with punctuation around it is rejected.
pub const WRAPPED: &str = "punctuation stands around it";

/// The lengths of a UUID's groups.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// Returns the one id in a text that is more than an id, if it has the form of a UUID.
pub fn id_within(text: &str) -> Option<&str> {
    let mut words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').filter(|word| is_uuid(word));
    match (words.next(), words.next()) {
        (Some(word), None) if word != text => Some(word),
        _ => None,
    }
}

/// Returns whether a text is an id in the form of a UUID with nothing but punctuation around it. No provider hands out such an id.
pub fn is_wrapped_id(text: &str) -> bool {
    id_within(text).is_some_and(|id| text.trim_matches(AROUND) == id)
}

/// Returns whether a text has the form of a UUID. Takes every letter: the providers' own examples hold some that are not hexadecimal.
pub fn is_uuid(word: &str) -> bool {
    let groups = word.split('-').map(str::len);
    groups.eq(GROUPS) && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::{id_within, is_wrapped_id};

    const ID: &str = "f04bdb47-d3be-4b28-b028-a652feb060b5";

    #[test]
    fn what_stands_around_an_id_is_seen_and_other_ids_are_left_alone() {
        for around in ["\"{}\"", "<{}>", "'{}'", "{}.", "{},", "({})", "\u{201c}{}\u{201d}", "{}:"] {
            let text = around.replace("{}", ID);
            assert_eq!((id_within(&text), is_wrapped_id(&text)), (Some(ID), true), "{text}");
        }
        for part in ["https://station.example/verifications/{}", "https://station.example/{}?tab=media", "/{}/", "id={}", "{}.jpg"] {
            let text = part.replace("{}", ID);
            assert_eq!((id_within(&text), is_wrapped_id(&text)), (Some(ID), false), "{text}");
        }
        for other in [ID, "", ".", "A", "session.", "\"a\"", "f04bdb47-d3be-4b28-b028", &format!("{ID}/{ID}x"), &format!("{ID}-1")] {
            assert!(!is_wrapped_id(other), "{other}");
        }
        assert_eq!(id_within(ID), None, "it is the id itself");
        assert_eq!(id_within(&format!("{ID},{}", ID.replace('f', "e"))), None, "the id is ambiguous");
    }
}
