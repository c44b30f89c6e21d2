//! Who may ask: the API key and the signature of a request, judged as the vendor's tables of codes say.

use axum::http::HeaderMap;

use crate::answer::{Answer, Seal};
use crate::route::Route;
use crate::sign::{Judgement, judge};
use crate::wire;

/// A request as far as the gate is concerned.
pub(crate) struct Visitor<'a> {
    pub(crate) route: &'a Route,
    pub(crate) method: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// Lets a request in, saying whether its signature held, or answers it.
pub(crate) fn check(visitor: &Visitor<'_>, key: &str, secret: &str) -> Result<bool, Box<Answer>> {
    let Some(given) = visitor.headers.get("x-auth-client") else {
        let message = "Mandatory X-AUTH-CLIENT header containing the API key is missing from the request.";
        return Err(refused("1801", message, Seal::Nothing));
    };
    if given.as_bytes() != key.as_bytes() {
        let given = String::from_utf8_lossy(given.as_bytes()).into_owned();
        let refusal = if is_uuid(&given) {
            ("1803", "Integration for the API key of the X-AUTH-CLIENT header was not found.")
        } else {
            ("1802", "X-AUTH-CLIENT header must be a valid UUID.")
        };
        return Err(refused(refusal.0, refusal.1, Seal::Key(given)));
    }
    let has_body = matches!(visitor.method, "POST" | "PATCH" | "PUT");
    let message = match visitor.route.id() {
        _ if has_body => visitor.body,
        Some(id) => id.as_bytes(),
        None => return Ok(false),
    };
    let signature = match visitor.headers.get("x-hmac-signature") {
        Some(signature) => signature.as_bytes(),
        None if *visitor.route == Route::Create => return Ok(false),
        None => b"",
    };
    match judge(secret, message, signature) {
        Judgement::Holds => Ok(true),
        Judgement::NotHex => Err(refused("1812", "X-HMAC-SIGNATURE is not a SHA-256 hash.", Seal::Signed)),
        Judgement::Differs if has_body => Err(refused("1819", "HMAC of X-HMAC-SIGNATURE does not match the request body.", Seal::Signed)),
        Judgement::Differs => Err(refused("1818", "HMAC of X-HMAC-SIGNATURE does not match the query ID.", Seal::Signed)),
    }
}

fn refused(code: &str, message: &str, seal: Seal) -> Box<Answer> {
    let mut answer = Answer::json(401, wire::failure(code, message));
    answer.seal = seal;
    Box::new(answer)
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
