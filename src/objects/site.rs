//! The address of a bucket, and the signing of requests to it. Must not send.

use super::credentials::Credentials;
use super::place::Place;
use crate::http::{Method, Request};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::zeroize::Zeroizing;
use url::{Position, Url};

/// The region where none is set: that of stores that have no regions, and the one that AWS answers from for all others.
pub(super) const FIRST_REGION: &str = "us-east-1";

/// The time for which a signature is valid, in seconds.
const VALID: u64 = 900;

/// Bytes of a key that stand for themselves in a URL.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The address of a bucket in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    /// Scheme, host and port.
    pub(super) base_url: String,
    /// The path of the bucket: empty where its name is part of the host.
    path: String,
    /// The region.
    pub(super) region: String,
}

/// A request, before it is signed.
pub(super) struct Unsigned<'a> {
    /// The method, as signing calls it.
    pub(super) method: rusty_s3::Method,
    /// The key in the bucket; empty for the bucket itself.
    pub(super) key: String,
    /// The parameters, sorted.
    pub(super) query: Vec<(&'static str, &'a str)>,
    /// The headers, with lower-case names, sorted.
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Site {
    /// Returns the address of a bucket: at an endpoint, or at AWS.
    pub(super) fn new(place: &Place, endpoint: Option<&str>, region: &str) -> Option<Self> {
        let bucket = &place.bucket;
        let region = region.to_owned();
        if let Some(endpoint) = endpoint {
            let url = Url::parse(endpoint).ok()?;
            let path = format!("{}/{bucket}", url.path().trim_end_matches('/'));
            return Some(Self { base_url: url.origin().ascii_serialization(), path, region });
        }
        let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        // A certificate for `*.s3.…` holds for one name alone.
        let (host, path) = if bucket.contains('.') { (String::new(), format!("/{bucket}")) } else { (format!("{bucket}."), String::new()) };
        Some(Self { base_url: format!("https://{host}s3.{region}.{suffix}"), path, region })
    }

    /// Signs a request.
    pub(super) fn sign(&self, unsigned: &Unsigned<'_>, method: Method, credentials: &Credentials, now: Timestamp) -> Option<Request> {
        let url = Url::parse(&format!("{}{}/{}", self.base_url, self.path, utf8_percent_encode(&unsigned.key, PATH))).ok()?;
        let signed = rusty_s3::signing::sign(
            &now,
            unsigned.method,
            url,
            credentials.access_key.expose_text(),
            credentials.secret_key.expose_text(),
            credentials.token.as_ref().map(crate::secret::Secret::expose_text),
            &self.region,
            VALID,
            unsigned.query.iter().copied(),
            unsigned.headers.iter().map(|(name, value)| (*name, value.as_str())),
        );
        let headers = unsigned.headers.iter().map(|(name, value)| (*name, Zeroizing::new(value.clone()))).collect();
        // Objects may be long; listings and headers are short.
        let is_long = unsigned.method != rusty_s3::Method::Head && !unsigned.key.is_empty();
        Some(Request { target: signed[Position::BeforePath..].to_owned(), headers, method, is_long })
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Site};

    #[test]
    fn addresses_follow_from_endpoint_and_region() {
        let site = |bucket: &str, endpoint, region| {
            let place = Place::parse(&format!("s3://{bucket}/p")).expect("a place");
            Site::new(&place, endpoint, region).map(|site| site.base_url + &site.path)
        };
        let expected = |url: &str| Some(url.to_owned());
        assert_eq!(site("kyc", None, "eu-west-1"), expected("https://kyc.s3.eu-west-1.amazonaws.com"));
        assert_eq!(site("kyc.x", None, "eu-west-1"), expected("https://s3.eu-west-1.amazonaws.com/kyc.x"));
        assert_eq!(site("kyc", None, "cn-north-1"), expected("https://kyc.s3.cn-north-1.amazonaws.com.cn"));
        assert_eq!(site("kyc", Some("http://127.0.0.1:8333"), "x"), expected("http://127.0.0.1:8333/kyc"));
        assert_eq!(site("kyc", Some("https://store.example/s3/"), "x"), expected("https://store.example/s3/kyc"));
    }
}
