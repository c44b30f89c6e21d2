//! Checks the API key and the signature of a request, with the vendor's error codes.

use axum::http::HeaderMap;

use crate::answer::{Answer, AuthHeaders};
use crate::route::Route;
use crate::sign::{SignatureStatus, check_signature};
use crate::{Options, response_json};

/// Returns whether a request is signed, or the refusal.
pub(crate) fn check(route: &Route, method: &str, headers: &HeaderMap, body: &[u8], options: &Options) -> Result<bool, Box<Answer>> {
    let Some(given) = headers.get("x-auth-client") else {
        let message = "Mandatory X-AUTH-CLIENT header containing the API key is missing from the request.";
        return Err(refused("1801", message, AuthHeaders::Neither));
    };
    if given.as_bytes() != options.api_key.as_bytes() {
        let given = String::from_utf8_lossy(given.as_bytes()).into_owned();
        let (code, message) = if is_uuid(&given) {
            ("1803", "Integration for the API key of the X-AUTH-CLIENT header was not found.")
        } else {
            ("1802", "X-AUTH-CLIENT header must be a valid UUID.")
        };
        return Err(refused(code, message, AuthHeaders::Key(given)));
    }
    let has_body = matches!(method, "POST" | "PATCH" | "PUT");
    let message = match route.id() {
        _ if has_body => body,
        Some(id) => id.as_bytes(),
        None => return Ok(false),
    };
    let signature = match headers.get("x-hmac-signature") {
        Some(signature) => signature.as_bytes(),
        None if *route == Route::Create => return Ok(false),
        None => b"",
    };
    match check_signature(&options.api_secret, message, signature) {
        SignatureStatus::Valid => Ok(true),
        SignatureStatus::NotHex => Err(refused("1812", "X-HMAC-SIGNATURE is not a SHA-256 hash.", AuthHeaders::Signed)),
        SignatureStatus::Mismatch if has_body => {
            Err(refused("1819", "HMAC of X-HMAC-SIGNATURE does not match the request body.", AuthHeaders::Signed))
        }
        SignatureStatus::Mismatch => Err(refused("1818", "HMAC of X-HMAC-SIGNATURE does not match the query ID.", AuthHeaders::Signed)),
    }
}

fn refused(code: &str, message: &str, auth: AuthHeaders) -> Box<Answer> {
    Box::new(Answer { auth, ..Answer::json(401, response_json::failure(code, message)) })
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
