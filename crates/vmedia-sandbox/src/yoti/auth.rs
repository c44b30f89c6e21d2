//! Checks a request to Yoti: a signature over method, path and query as they came, a new nonce and a current time; or the token.
//! Stricter than the vendor, so that a careless client is noticed.

use axum::http::HeaderMap;

use super::{Keys, ROOT, YotiStore, refusal};
use crate::answer::Answer;
use crate::{Options, now};

/// Largest difference between the clocks, in milliseconds.
const SKEW: i64 = 600_000;

/// Returns true for a signed request, or the refusal. `path` and `query` are as they came.
pub(crate) fn check(
    (method, path, query): (&str, &str, &str),
    headers: &HeaderMap,
    options: &Options,
    keys: &Keys,
    yoti_store: &mut YotiStore,
) -> Result<bool, Box<Answer>> {
    let refuse = |status, code, message: &str| Err(Box::new(refusal(status, code, message)));
    if let Some(token) = headers.get("authorization") {
        return if token.as_bytes() == format!("Bearer {}", options.yoti_token).as_bytes() {
            Ok(true)
        } else {
            refuse(401, "BAD_TOKEN", "The token is not known")
        };
    }
    let Some(digest) = headers.get("x-yoti-auth-digest") else {
        return refuse(400, "MALFORMED_REQUEST", "header.X-Yoti-Auth-Digest must not be null or empty");
    };
    let value = |name: &str| query.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value));
    let (Some(sdk_id), Some(nonce), Some(timestamp)) = (value("sdkId"), value("nonce"), value("timestamp")) else {
        return refuse(400, "MALFORMED_REQUEST", "sdkId, nonce and timestamp must not be null or empty");
    };
    if sdk_id != options.yoti_sdk_id {
        return refuse(404, "APP_NOT_FOUND", "The SDK id is not known");
    }
    let endpoint = path.strip_prefix(ROOT).unwrap_or(path);
    if !keys.made(digest.as_bytes(), format!("{method}&{endpoint}?{query}").as_bytes()) {
        return refuse(401, "MESSAGE_SIGNING", "The signature of the request does not hold");
    }
    if timestamp.parse::<i64>().map_or(true, |sent| (now().as_millisecond() - sent).abs() > SKEW) {
        return refuse(400, "MALFORMED_REQUEST", "timestamp is not now, in milliseconds");
    }
    if nonce.len() < 16 || !yoti_store.is_new(nonce) {
        return refuse(400, "MALFORMED_REQUEST", "nonce must be new with every request");
    }
    Ok(true)
}
