//! File names out of texts from outside: safe on every file system, and never the same for two ids.
//!
//! Names hold only `a-z 0-9 - _ ~`. An id becomes a name without loss: a byte outside `a-z 0-9 -` is written `~xx`
//! in lower-case hex, so two ids that differ in case stay apart where the file system folds case. The escape is `~`
//! and not `%`, because RFC 8493 wants `%` escaped again in manifests, where `sha256sum -c` and `bagit.py` would no
//! longer find the file. Must not know folders; that is the archive's layout.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The longest name of an id, in bytes; a longer one is cut and closed with its digest.
const LONGEST_ID: usize = 110;
/// The longest name of a context, in bytes. With the longest id, a counter and an extension it stays below 200.
const LONGEST_CONTEXT: usize = 60;

/// Names that Windows keeps for devices, whatever their extension.
const RESERVED: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Returns the name of an id: lossless (up to a SHA-256 for over-long ids), and the same on every machine.
pub(crate) fn id_name(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for byte in id.bytes() {
        escape_unless(&mut name, byte, matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    }
    // A file name that begins with `-` would be taken for an option where a shell expands `*`.
    if is_reserved(&name) || name.starts_with('-') {
        let first = name.remove(0);
        name = format!("~{:02x}{name}", u32::from(first));
    }
    if name.len() > LONGEST_ID {
        let digest = hex::encode(Sha256::digest(id.as_bytes()));
        // `~~` cannot come out of the escaping above, so a cut name never meets a whole one.
        name = format!("{}~~{}", name.get(..40).unwrap_or_default(), digest.get(..40).unwrap_or_default());
    }
    name
}

/// Returns the id of a name; none if the name does not hold all of it.
pub(crate) fn id_of_name(name: &str) -> Option<String> {
    let mut parts = name.split('~');
    let mut id = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (byte, rest) = part.split_at_checked(2)?;
        id.push(u8::from_str_radix(byte, 16).ok()?);
        id.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(id).ok().filter(|id| id_name(id) == name)
}

/// Returns the name of a media file's content. It may lose letters: the id beside it keeps names apart.
pub fn context_name(context: Option<&str>) -> String {
    let mut name = String::new();
    for letter in context.unwrap_or_default().chars() {
        let letter = letter.to_ascii_lowercase();
        if letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_' {
            name.push(letter);
        } else if !name.ends_with('-') {
            name.push('-');
        }
        if name.len() >= LONGEST_CONTEXT {
            break;
        }
    }
    let name = name.trim_matches(['-', '_']);
    if name.is_empty() { "media".to_owned() } else { name.to_owned() }
}

/// Returns the name of a folder for media that belong together.
pub(crate) fn group_name(group: &str) -> String {
    let name = context_name(Some(group));
    if is_reserved(&name) { format!("{name}-group") } else { name }
}

fn escape_unless(name: &mut String, byte: u8, plain: bool) {
    if plain {
        name.push(char::from(byte));
    } else {
        // Writing to a string cannot fail.
        let _ = write!(name, "~{byte:02x}");
    }
}

/// Returns whether Windows keeps a file name for a device: in any case, whatever its extension.
pub(crate) fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    is_reserved(&stem.to_ascii_lowercase())
}

fn is_reserved(name: &str) -> bool {
    let numbered =
        |device: &str| name.strip_prefix(device).is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit()));
    RESERVED.contains(&name) || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::{context_name, group_name, id_name, id_of_name, is_device};
    use proptest::prelude::*;

    #[test]
    fn names_are_what_a_person_expects() {
        assert_eq!(id_name("d69a07cf-4434-4d36-be6c-d22af7dc01fb"), "d69a07cf-4434-4d36-be6c-d22af7dc01fb");
        assert_eq!(id_name("Ab"), "~41b");
        assert_eq!(id_name("a_b.c"), "a~5fb~2ec");
        assert_eq!(id_name("con"), "~63on");
        assert_eq!(id_name("-rf"), "~2drf");
        assert_eq!(id_name("COM1"), "~43~4f~4d1");
        assert_eq!(id_name("lpt9"), "~6cpt9");
        assert_eq!(context_name(Some("document-front")), "document-front");
        assert_eq!(context_name(Some("selfid_video")), "selfid_video");
        assert_eq!(context_name(Some("../../etc/passwd")), "etc-passwd");
        assert_eq!(context_name(Some("\u{202e}gpj.exe")), "gpj-exe");
        assert_eq!(context_name(None), "media");
        assert_eq!(context_name(Some("__")), "media");
        assert_eq!(group_name("id_document-1"), "id_document-1");
        assert_eq!(group_name("../CON"), "con-group");
        assert!(["Con", "nul.txt", "LPT1 .d", "conin$"].into_iter().all(is_device));
        assert!(!["", ".", "con1", "com", "lpt10", "console"].into_iter().any(is_device));
    }

    proptest! {
        #[test]
        fn two_ids_never_share_a_name(one in ".{1,60}", other in ".{1,60}") {
            prop_assume!(one != other);
            let name = id_name(&one);
            prop_assert!(id_of_name(&name).map_or(name.contains("~~"), |id| id == one), "{}", name);
            prop_assert_ne!(name, id_name(&other));
        }

        #[test]
        fn every_name_is_safe_everywhere(text in "\\PC{0,300}|.{0,300}") {
            for name in [id_name(&format!("x{text}")), context_name(Some(&text)), group_name(&text)] {
                prop_assert!(!name.is_empty() && name.len() <= 110, "{}", name);
                prop_assert!(name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~')), "{}", name);
                prop_assert!(!super::is_reserved(&name));
            }
        }
    }
}
