//! Recognizes text in any encoding by its bytes: error pages come in the alphabets of all countries, and no picture and no
//! recording is free of control characters.
//!
//! Must not decide what a text means.

/// Fewer letters than this are not called text for their being letters of some alphabet.
const FEWEST: usize = 4;

/// Returns whether the beginning of a file may be text: in an encoding of one or several bytes (ASCII, UTF-8, ISO 8859,
/// Windows, KOI8, Shift JIS, ISO 2022, GB 18030, Big5, EUC, EBCDIC), or in UTF-16 or UTF-32 of either order, with or without a
/// byte order mark. Of a hundred random bytes 1 in 10⁴ are taken for text, of 256 none that will be seen.
pub(super) fn is_text(head: &[u8]) -> bool {
    !head.is_empty() && (is_narrow(head) || is_wide(head))
}

/// Returns whether the only control characters are those that separate lines and pages or switch alphabets.
fn is_narrow(head: &[u8]) -> bool {
    // Tab and new line of EBCDIC, those of ASCII, shifts of ISO 2022.
    let is_allowed = |byte: &u8| matches!(byte, 0x05 | b'\t'..=0x0f | 0x15 | 0x1b);
    head.iter().all(|byte| is_allowed(byte) || !byte.is_ascii_control())
}

fn is_wide(head: &[u8]) -> bool {
    let (pairs, quads) = (head.as_chunks::<2>().0, head.as_chunks::<4>().0);
    is_utf16(pairs, u16::from_le_bytes)
        || is_utf16(pairs, u16::from_be_bytes)
        || is_utf32(quads, u32::from_le_bytes)
        || is_utf32(quads, u32::from_be_bytes)
}

fn is_utf16(pairs: &[[u8; 2]], order: fn([u8; 2]) -> u16) -> bool {
    // A letter of two units may be cut off at the end of what is looked at.
    let whole = match pairs.split_last() {
        Some((last, before)) if (0xd800..0xdc00).contains(&order(*last)) => before,
        _ => pairs,
    };
    whole.len() >= FEWEST && char::decode_utf16(whole.iter().map(|pair| order(*pair))).all(|letter| letter.is_ok_and(is_readable))
}

fn is_utf32(quads: &[[u8; 4]], order: fn([u8; 4]) -> u32) -> bool {
    quads.len() >= FEWEST && quads.iter().all(|quad| char::from_u32(order(*quad)).is_some_and(is_readable))
}

/// Returns whether it is a letter, a sign or a space of a living script, or a byte order mark.
fn is_readable(letter: char) -> bool {
    let is_script = matches!(letter,
        '\u{20}'..='\u{6ff}' | '\u{900}'..='\u{e7f}' | '\u{10a0}'..='\u{11ff}' | '\u{1e00}'..='\u{22ff}' | '\u{2500}'..='\u{27bf}'
        | '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{fe30}'..='\u{ffef}'
        | '\u{1f000}'..='\u{1faff}' | '\u{20000}'..='\u{323af}');
    is_script && !letter.is_control() || letter.is_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::is_text;

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    fn utf32(text: &str, order: fn(u32) -> [u8; 4]) -> Vec<u8> {
        text.chars().flat_map(|letter| order(letter.into())).collect()
    }

    #[test]
    fn text_is_known_in_every_encoding() {
        let page = "<html><title>Dienst gest\u{f6}rt</title>\r\n \u{c1}\u{431}\u{4e2d}\u{6587}\u{3042} \u{1f6ab}</html>\n";
        for text in [page.to_owned(), format!("\u{feff}{page}"), "Bad Gateway".to_owned(), " ".repeat(4096), "\u{4f60}\u{597d}".repeat(300)]
        {
            for order in [u16::to_le_bytes, u16::to_be_bytes] {
                assert!(is_text(&utf16(&text, order)), "{text}");
                // The last of the bytes that are looked at may end a letter or not.
                let mut long = utf16(&text.repeat(60), order);
                long.truncate(4096);
                assert!(is_text(&long), "{text}");
            }
            for order in [u32::to_le_bytes, u32::to_be_bytes] {
                assert!(is_text(&utf32(&text, order)), "{text}");
            }
        }
        let others: [&[u8]; 8] = [
            b"Ger\xe4t nicht gefunden",                          // ISO 8859-1
            b"\x93Zugriff verweigert\x94 \x96 \x80",             // Windows 1252
            b"\xef\xdb\xc9\xc2\xcb\xc1 404\n",                   // KOI8-R
            b"\x83G\x83\x89\x81[\r\n",                           // Shift JIS
            b"\x1b$B%(%i!<\x1b(B",                               // ISO 2022-JP
            b"\xb4\xed\xce\xf3 \x81\x30\x84\x36",                // GB 18030
            b"\xbf\xf9\xbb~",                                    // Big5
            b"\x4c\x88\xa3\x94\x93\x6e\x05\x15\x25\xc2\x81\x84", // EBCDIC
        ];
        for text in others {
            assert!(is_text(text), "{text:x?}");
        }
    }

    #[test]
    fn what_is_no_text_is_not_called_one() {
        let mut numbers = 7_u32;
        let mut noise = |length: usize| -> Vec<u8> {
            let mut next = || {
                numbers = numbers.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                numbers.to_be_bytes()[0]
            };
            (0..length).map(|_| next()).collect()
        };
        for _ in 0..200 {
            assert!(!is_text(&noise(512)));
        }
        let binary: [&[u8]; 5] = [b"", b"\0", b"\x01\x02\x03\x04", b"\0\0\x02\xfe words", b"\0\0\0\x18ftypisom"];
        for bytes in binary {
            assert!(!is_text(bytes), "{bytes:x?}");
        }
    }
}
