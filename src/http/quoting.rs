//! Returns the part of an answer that may be shown: terms of gateways, object stores and web servers, and no personal data.
//!
//! Must not decide which answers are shown.

use crate::error::quote;

/// Bytes of an answer that are examined.
const EXCERPT: usize = 200;

/// Terms of error pages and error bodies, in lower case. No name and no part of one may be added.
const TERMS: &str = "
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

/// Returns the beginning of an answer up to the first term that is not in the list; `None` if it begins with one. A byte that is not
/// ASCII text ends it too, so that nothing is shown of UTF-16.
pub(crate) fn quotable(answer: &[u8]) -> Option<String> {
    let answer = answer.strip_prefix(b"\xef\xbb\xbf").unwrap_or(answer);
    let is_text = |byte: &&u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let text = answer.get(..answer.iter().take(EXCERPT).take_while(is_text).count()).unwrap_or_default();
    let (mut at, mut end) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        // A term that is cut off may be another one.
        if length > 0 && (at + length == text.len() && text.len() < answer.len() || !is_listed(rest.get(..length).unwrap_or_default())) {
            break;
        }
        let stops = rest.get(length..).unwrap_or_default().iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
        at += length + stops;
        end = if length > 0 { at } else { end };
    }
    let said = String::from_utf8_lossy(text.get(..end).unwrap_or_default());
    (end > 0).then(|| quote(said.trim()))
}

/// Returns whether it is one of the terms, or an HTTP status.
fn is_listed(word: &[u8]) -> bool {
    let is_status = matches!(word, [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9']);
    is_status || TERMS.split_ascii_whitespace().any(|term| term.as_bytes().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::quotable;

    #[test]
    fn what_gateways_say_is_shown() {
        for said in [
            "Internal Server Error",
            "upstream connect error or disconnect/reset before headers. reset reason: connection timeout",
            "<html><head><title>502 Bad Gateway</title></head>",
            r#"{"message":"Forbidden"}"#,
            r#"<?xml version="1.0" encoding="UTF-8"?> <Error><Code>AccessDenied</Code>"#.split("1.0").next().expect("a part"),
        ] {
            assert_eq!(quotable(said.as_bytes()).as_deref(), Some(said.trim()));
        }
        assert_eq!(quotable(b"<!DOCTYPE html>\n<title>Welcome ANNA").as_deref(), Some("<!DOCTYPE html> <title>"));
        assert_eq!(quotable(b"\xef\xbb\xbf  Forbidden\r\n").as_deref(), Some("Forbidden"));
    }

    #[test]
    fn nothing_else_is() {
        let wide = |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            for text in ["\u{feff}<html>ANNA", "<html>ANNA", "Error ANNA", "{\"name\":\"ANNA\"}", "a"] {
                assert_eq!(quotable(&wide(text, order)), None, "{text}");
            }
        }
        for none in ["", "   ", "{", "ANNA", "19900101", "errorANNA", "nameANNA: error", "\u{7f}error", "é error", "error\u{e9}"] {
            assert_eq!(quotable(none.as_bytes()), None, "{none}");
        }
        assert_eq!(quotable(b"error for ANNA").as_deref(), Some("error for"));
        assert_eq!(quotable(r#"{"name":"ÄNNE"}"#.as_bytes()).as_deref(), Some(r#"{"name":""#));
        let cut = format!("{} errorANNA", "error ".repeat(32)).into_bytes();
        assert!(!quotable(&cut).expect("a part").contains("ANNA"));
        assert!(quotable(&[b"error ".repeat(40), b"ANNA".to_vec()].concat()).expect("a part").chars().count() <= 121);
    }
}
