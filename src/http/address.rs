//! Parses base URLs and addresses of services: what may be reached over plain http, and what a URL must not hold.
//!
//! Must not connect.

use url::Url;

/// Returns whether a URL points at this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Returns whether a URL points at this machine or its own link, where services of a cloud are.
pub(super) fn is_on_link(url: &Url) -> bool {
    let is_link = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_link_local(),
        // The unique local addresses that AWS uses are the same for every machine.
        Some(url::Host::Ipv6(address)) => address.segments().starts_with(&[0xfd00, 0xec2]),
        _ => false,
    };
    is_link || is_loopback(url)
}

/// Parses a URL without user name and password. Plain http to other machines is an error if it would expose something. The errors
/// name no part of the URL.
fn parse_url(text: &str, exposed: Option<&str>) -> std::result::Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|error| format!("it is not a URL ({error})"))?;
    match (url.scheme(), exposed) {
        ("http", Some(exposed)) if !is_loopback(&url) => return Err(format!("plain http would expose {exposed} on the network")),
        ("http" | "https", _) => {}
        _ => return Err("it is neither http nor https".to_owned()),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or password".to_owned());
    }
    Ok(url)
}

/// Parses a base URL as people paste it: with or without a trailing `/`. Plain http is for this machine only, unless
/// `insecure_http` is set. The result has no trailing `/`, no query and no credentials.
pub fn parse_base_url(text: &str, insecure_http: bool) -> std::result::Result<String, String> {
    let url = parse_url(text, (!insecure_http).then_some("the evidence and the signatures"))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it holds a query or a fragment".to_owned());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// A whole URL, in the two parts that a client and a request want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Scheme, host and port.
    pub base_url: String,
    /// Path and query, beginning with `/`.
    pub target: String,
}

impl Address {
    /// Parses the URL of a service that may be reached over plain http: it receives nothing private, and its answer proves its
    /// origin. The caller ensures that.
    pub fn parse_public(text: &str) -> std::result::Result<Self, String> {
        parse_url(text, None).map(|url| Self::of(&url))
    }

    /// Parses the URL of a service that knows by the URL alone who sends. Plain http is for this machine only, unless `insecure_http`
    /// is set.
    pub(crate) fn parse_private(text: &str, insecure_http: bool) -> std::result::Result<Self, String> {
        parse_url(text, (!insecure_http).then_some("it")).map(|url| Self::of(&url))
    }

    fn of(url: &Url) -> Self {
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Self { base_url: url.origin().ascii_serialization(), target: format!("{}{query}", url.path()) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, parse_base_url};

    #[test]
    fn an_address_is_taken_apart() {
        for (text, base_url, target) in [
            ("http://tsa.example", "http://tsa.example", "/"),
            (" https://tsa.example:8443/a/b?c=d&e#f ", "https://tsa.example:8443", "/a/b?c=d&e"),
            ("http://[::1]:3161/tsr", "http://[::1]:3161", "/tsr"),
            ("HTTP://TSA.example:80/a b", "http://tsa.example", "/a%20b"),
        ] {
            let expected = Address { base_url: base_url.to_owned(), target: target.to_owned() };
            assert_eq!(Address::parse_public(text), Ok(expected), "{text}");
        }
        for bad in ["tsa.example", "ftp://tsa.example", "file:///etc/passwd", "https://u:p@tsa.example", "http://", ""] {
            assert!(Address::parse_public(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_that_is_a_secret_goes_over_tls_or_to_this_machine_and_is_not_repeated() {
        for good in ["https://hc.example/t0ken?a=b", "http://127.0.0.1:8080/t0ken", "http://localhost/t0ken"] {
            assert!(Address::parse_private(good, false).is_ok(), "{good}");
        }
        assert!(Address::parse_private("http://hc.example/t0ken", true).is_ok());
        for bad in ["http://hc.example/t0ken", "ftp://hc.example/t0ken", "t0ken", "https://t0ken@hc.example", "https://hc.example:t0ken/"] {
            let reason = Address::parse_private(bad, false).expect_err(bad);
            assert!(!reason.contains("t0ken"), "{reason}");
        }
    }

    #[test]
    fn base_urls_are_read_as_people_paste_them() {
        assert_eq!(parse_base_url(" https://api.example.com/ ", false).as_deref(), Ok("https://api.example.com"));
        assert_eq!(parse_base_url("https://api.example.com/v1/", false).as_deref(), Ok("https://api.example.com/v1"));
        for local in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:2"] {
            assert_eq!(parse_base_url(local, false).as_deref(), Ok(local));
        }
        for bad in
            ["api.example.com", "http://api.example.com", "ftp://x", "https://u:p@x", "https://x/?a=b", "", "http://127.0.0.1.example.com"]
        {
            assert!(parse_base_url(bad, false).is_err(), "{bad}");
        }
        assert!(parse_base_url("http://10.0.0.1", true).is_ok());
    }
}
