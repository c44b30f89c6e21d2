//! Signs requests to Yoti: RSA over method, path and query exactly as they are sent, or a bearer token (developers.yoti.com,
//! identity verification API, "authentication").
//!
//! Must not know endpoints.

use crate::clock::Clock;
use crate::http::{Method, Request};
use crate::seal::rsa::RequestKey;
use crate::secret::Secret;
use secrecy::zeroize::Zeroizing;
use std::sync::Arc;
use uuid::Uuid;

/// The credentials of one integration.
pub enum Access {
    /// Requests are signed, each with a nonce and a time of its own.
    Signed {
        /// The id that the key belongs to.
        sdk_id: String,
        /// The private key.
        key: Box<RequestKey>,
        /// The time that requests carry.
        clock: Arc<dyn Clock>,
    },
    /// Requests carry this token and are not signed.
    Bearer(Secret),
    /// No credentials: stored documents can be read, requests fail.
    None,
}

/// Creates the request for a path below the base URL. `sdk_id` is already percent-encoded.
pub(super) fn request(access: &Access, method: Method, target: &str) -> Request {
    match access {
        Access::Signed { sdk_id, key, clock } => {
            let milliseconds = clock.now().as_millisecond();
            let target = format!("{target}?sdkId={sdk_id}&nonce={}&timestamp={milliseconds}", Uuid::new_v4());
            let digest = key.sign(message(&method, &target).as_bytes());
            Request { target, headers: vec![("x-yoti-auth-digest", Zeroizing::new(digest))], method, is_long: false }
        }
        Access::Bearer(token) => {
            let header = Zeroizing::new(["Bearer ", token.expose_text()].concat());
            Request { target: target.to_owned(), headers: vec![("authorization", header)], method, is_long: false }
        }
        Access::None => Request { target: target.to_owned(), headers: Vec::new(), method, is_long: false },
    }
}

/// Returns what is signed. The base URL's own path is no part of it.
fn message(method: &Method, target: &str) -> String {
    format!("{}&{target}", method.name())
}

#[cfg(test)]
mod tests {
    use super::{Access, message, request};
    use crate::clock::SystemClock;
    use crate::http::Method;
    use crate::seal::rsa::RequestKey;
    use crate::secret::Secret;
    use std::path::Path;
    use std::sync::Arc;

    fn key() -> Box<RequestKey> {
        let pem = include_bytes!("../../../tests/fixtures/yoti/published-test-key.pem");
        Box::new(RequestKey::parse(Path::new("key.pem"), pem).expect("a key"))
    }

    #[test]
    fn the_documented_example_is_signed_as_openssl_signs_it() {
        let target = "/sessions/9d539c59-1cd0-4e2c-bed8-eb525248aa84/media/e43815b4-f0ea-4961-9033-2a9b98549c6c/content?sdkId=b3c6bed3-8f17-46b1-a008-3aebc2da0b79&nonce=24487c75-0d20-457f-918a-c0abe5b1473b&timestamp=1540457718692";
        let expected = "UDdPAlmmsmKxZds/rSs4AsRF9SgxUDBDbm8fzkI6pJPzBu1LVg9i4OFnp6EI2PHnxM9RfrTmReReFqLcffoUn4JUPsKf5YivabJ3vl2GfozYDYHjG1VVzNBUSSiNgnh8QskIffh4VEjNVmIdyRKsvq+nd5kkCBrGi7/GXX2bJ0d6O5U2YldBfGnqbBNb/wGZdnCdZNVPMXaSGyxZ5M/0efUJfHeeDDkG+oiJZdAngxEL2bc3AicUNMeOCnGXedRq0gHf9R87O0CW3l0TllYU5bWx4uPaYl+G/8I81DI3FQrFbI7XLWRcmkAdb0ver5Z/yAw1xUHHJFAYKbMRKGDeDw==";
        assert_eq!(key().sign(message(&Method::Get, target).as_bytes()), expected);
    }

    #[test]
    fn every_request_has_a_nonce_and_a_signature_of_its_own() {
        let access = Access::Signed { sdk_id: "sdk".to_owned(), key: key(), clock: Arc::new(SystemClock::start()) };
        let (one, other) = (request(&access, Method::Get, "/sessions/s"), request(&access, Method::Get, "/sessions/s"));
        assert_ne!(one.target, other.target);
        assert_ne!(one.headers, other.headers);
        let query = one.target.strip_prefix("/sessions/s?sdkId=sdk&nonce=").expect("the documented order");
        let (nonce, timestamp) = query.split_once("&timestamp=").expect("a time");
        assert_eq!((nonce.len(), timestamp.len()), (36, 13), "{query}");
        assert_eq!(*one.headers[0].1, key().sign(format!("GET&{}", one.target).as_bytes()));
    }

    #[test]
    fn a_token_stands_instead_of_the_digest() {
        let sent = request(&Access::Bearer(Secret::new("t0ken".to_owned())), Method::Get, "/sessions/s");
        assert_eq!(sent.target, "/sessions/s");
        assert_eq!(sent.headers, [("authorization", "Bearer t0ken".to_owned().into())]);
    }
}
