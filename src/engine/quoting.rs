//! Says which part of an answer may be shown to a person: words that gateways, object stores and web servers use, and
//! nothing that an answer may say of a person.
//!
//! Must not decide which answers are shown.

use crate::error::quote;

/// How much of an answer is looked at.
const LOOKED_AT: usize = 200;

/// Words of error pages and error bodies, in lower case. No name and no part of one may be added.
const WORDS: &str = "
    a access accessdenied already an and api apigateway application are at authentication authorization authorized
    backend bad balancer be before been body bucket busy but by cache cannot certificate charset client closed cloudflare
    cloudfront code configured connect connection content contenttype could denied detail disconnect dns does doctype down
    due empty en encoding endpoint error errors exceeded exist expired fail failed failure fault file for forbidden found
    from gateway gone gzip haproxy has head header headers host html http https in internal internalservererror invalid is
    it json key large length limit link load log login maintenance media message meta method missing moment name nginx no
    nosuchkey not object of off offline on or origin our page path permission permitted please policy proxy public rate
    reached reason refused remote request requests required reset resource response retry root route script server service
    session sign signature site slow ssl status stream success system temporarily temporary terminated than the this
    throttled time timed timeout title tls to token too try unable unauthenticated unauthorized unavailable unexpected
    unknown unreachable upstream url utf utf8 valid version via w3c was we web while with xml xmlns";

/// Returns the beginning of an answer up to the first word that is not among those of gateways; `None` if that is the first.
/// Whatever is no ASCII text ends it as well, so that nothing is shown of UTF-16.
pub(super) fn known_words(answer: &[u8]) -> Option<String> {
    let answer = answer.strip_prefix(b"\xef\xbb\xbf").unwrap_or(answer);
    let is_text = |byte: &&u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let text = answer.get(..answer.iter().take(LOOKED_AT).take_while(is_text).count()).unwrap_or_default();
    let (mut at, mut end) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        // A word that is cut off is not known.
        if length > 0 && (at + length == text.len() && text.len() < answer.len() || !is_known(rest.get(..length).unwrap_or_default())) {
            break;
        }
        let stops = rest.get(length..).unwrap_or_default().iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
        at += length + stops;
        end = if length > 0 { at } else { end };
    }
    let said = String::from_utf8_lossy(text.get(..end).unwrap_or_default());
    (end > 0).then(|| quote(said.trim()))
}

/// Whether it is one of the words, or an HTTP status.
fn is_known(word: &[u8]) -> bool {
    let is_status = matches!(word, [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9']);
    is_status || WORDS.split_ascii_whitespace().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::known_words;

    #[test]
    fn what_gateways_say_is_shown() {
        for said in [
            "Internal Server Error",
            "upstream connect error or disconnect/reset before headers. reset reason: connection timeout",
            "<html><head><title>502 Bad Gateway</title></head>",
            r#"{"message":"Forbidden"}"#,
            r#"<?xml version="1.0" encoding="UTF-8"?> <Error><Code>AccessDenied</Code>"#.split("1.0").next().expect("a part"),
        ] {
            assert_eq!(known_words(said.as_bytes()).as_deref(), Some(said.trim()));
        }
        assert_eq!(known_words(b"<!DOCTYPE html>\n<title>Welcome ANNA").as_deref(), Some("<!DOCTYPE html> <title>"));
        assert_eq!(known_words(b"\xef\xbb\xbf  Forbidden\r\n").as_deref(), Some("Forbidden"));
    }

    #[test]
    fn nothing_else_is() {
        let wide = |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            for text in ["\u{feff}<html>ANNA", "<html>ANNA", "Error ANNA", "{\"name\":\"ANNA\"}", "a"] {
                assert_eq!(known_words(&wide(text, order)), None, "{text}");
            }
        }
        for none in ["", "   ", "{", "ANNA", "19900101", "errorANNA", "nameANNA: error", "\u{7f}error", "é error", "error\u{e9}"] {
            assert_eq!(known_words(none.as_bytes()), None, "{none}");
        }
        assert_eq!(known_words(b"error for ANNA").as_deref(), Some("error for"));
        assert_eq!(known_words(r#"{"name":"ÄNNE"}"#.as_bytes()).as_deref(), Some(r#"{"name":""#));
        let cut = format!("{} errorANNA", "error ".repeat(32)).into_bytes();
        assert!(!known_words(&cut).expect("a part").contains("ANNA"));
        assert!(known_words(&[b"error ".repeat(40), b"ANNA".to_vec()].concat()).expect("a part").chars().count() <= 121);
    }
}
