//! Finds the credentials for buckets where AWS's own programs look: the environment, the token of a service account, the shared files, the
//! endpoint of the container, and the instance's metadata, in this order.
//!
//! Must not connect to anything; the sources do, once credentials are needed.

mod files;
mod names;
mod process;

use super::environment::Environment;
use crate::clock::{Cancel, Clock};
use crate::error::{Error, Result, quote};
use crate::objects::{ConnectService, Container, CredentialSource, Credentials, Fixed, Instance, Token, WebIdentity};
use crate::secret::Secret;
use files::Profiles;
use process::Process;
use std::path::PathBuf;
use std::sync::Arc;
use url::{Host, Url};

/// The metadata service of an instance.
const METADATA: &str = "http://169.254.169.254";
/// The endpoint of ECS.
const CONTAINER: &str = "http://169.254.170.2";
/// The hosts besides this machine that a container's endpoint may have over plain http: ECS and EKS.
const CONTAINER_HOSTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];
/// The region of STS where none is set.
const STS_REGION: &str = "us-east-1";

/// The credentials of buckets, and what the shared files say besides.
pub struct BucketAccess {
    /// The source of the credentials.
    pub source: Arc<dyn CredentialSource>,
    /// The region that the profile of the shared files names.
    pub region: Option<String>,
    /// The endpoint that it names.
    pub endpoint: Option<String>,
}

/// What sources need to work.
pub struct Surroundings {
    /// Creates the clients of services.
    pub connect: ConnectService,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The request to stop.
    pub cancel: Cancel,
    /// Variables that programs do not get.
    pub hidden: Vec<String>,
}

/// Finds the source that comes first.
///
/// # Errors
/// There is none, or what is set of it is incomplete.
pub fn bucket_access(environment: &Environment, surroundings: Surroundings) -> Result<BucketAccess> {
    let profiles = Profiles::read(environment)?;
    let (region, endpoint) = (profiles.value("region"), profiles.value("endpoint_url"));
    let source = source(environment, &profiles, surroundings)?;
    Ok(BucketAccess { source, region, endpoint })
}

fn source(environment: &Environment, profiles: &Profiles, surroundings: Surroundings) -> Result<Arc<dyn CredentialSource>> {
    let value = |name: &str| environment.value(name).map(ToOwned::to_owned);
    let (key, secret) = (value(names::ACCESS_KEY_ID), value(names::SECRET_ACCESS_KEY));
    if key.is_some() || secret.is_some() {
        let token = value(names::SESSION_TOKEN);
        return fixed(key, secret, token, "the environment", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }
    let region = || value(names::REGION).or_else(|| value(names::DEFAULT_REGION)).or_else(|| profiles.value("region"));
    let web_identity =
        |role: String, token_file: PathBuf, session: Option<String>, connect: ConnectService| -> Result<Arc<dyn CredentialSource>> {
            let endpoint = value(names::ENDPOINT_URL_STS).or_else(|| value(names::ENDPOINT_URL));
            let endpoint = match endpoint {
                Some(endpoint) => crate::http::parse_base_url(&endpoint, false).map_err(|why| {
                    Error::configuration(format!("AWS_ENDPOINT_URL_STS cannot be used: {why}"), "write it as https://host")
                })?,
                None => sts(&region().unwrap_or_else(|| STS_REGION.to_owned()))?,
            };
            Ok(Arc::new(WebIdentity { endpoint, role, session: session.unwrap_or_else(|| "vmedia".to_owned()), token_file, connect }))
        };
    if let Some((role, token_file)) = value(names::ROLE_ARN).zip(environment.path(names::WEB_IDENTITY_TOKEN_FILE)) {
        return web_identity(role, token_file, value(names::ROLE_SESSION_NAME), surroundings.connect);
    }
    if profiles.value("aws_access_key_id").is_some() || profiles.value("aws_secret_access_key").is_some() {
        let [key, secret, token] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"].map(|key| profiles.value(key));
        return fixed(key, secret, token, &profiles.description(), "write aws_access_key_id and aws_secret_access_key there");
    }
    if let Some(line) = profiles.value("credential_process") {
        let Surroundings { clock, cancel, hidden, .. } = surroundings;
        return Ok(Arc::new(Process { words: process::words(&line), from: profiles.description(), hidden, clock, cancel }));
    }
    if let Some((role, token_file)) = profiles.value("role_arn").zip(profiles.value("web_identity_token_file")) {
        return web_identity(role, token_file.into(), profiles.value("role_session_name"), surroundings.connect);
    }
    if let Some(unsupported) = ["role_arn", "sso_session", "sso_start_url"].into_iter().find(|key| profiles.value(key).is_some()) {
        let what = format!("{} takes its credentials from {unsupported}, which vmedia does not read itself", profiles.description());
        let hint = format!(
            "add a profile with: credential_process = aws configure export-credentials --format process --profile {}",
            profiles.name
        );
        return Err(Error::configuration(what, hint));
    }
    if profiles.is_chosen {
        return Err(Error::configuration(format!("{} holds no credentials", profiles.description()), "check AWS_PROFILE and the file"));
    }
    services(environment, surroundings.connect)
}

/// Returns the endpoint of the container, or the metadata of the instance.
fn services(environment: &Environment, connect: ConnectService) -> Result<Arc<dyn CredentialSource>> {
    let full = environment.value(names::CONTAINER_CREDENTIALS_FULL_URI);
    let relative = environment.value(names::CONTAINER_CREDENTIALS_RELATIVE_URI).map(|target| format!("{CONTAINER}{target}"));
    if let Some(url) = relative.or_else(|| full.map(ToOwned::to_owned)) {
        let file = environment.path(names::CONTAINER_AUTHORIZATION_TOKEN_FILE).map(Token::File);
        let text = || environment.value(names::CONTAINER_AUTHORIZATION_TOKEN).map(|text| Token::Text(Secret::new(text.to_owned())));
        let token = file.or_else(text);
        let url = Url::parse(&url).ok().filter(is_container_endpoint).ok_or_else(|| {
            let what = "the container's credentials endpoint is neither https, nor on this machine, nor that of ECS or EKS";
            Error::configuration(what, "check AWS_CONTAINER_CREDENTIALS_FULL_URI")
        })?;
        let target = url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
        return Ok(Arc::new(Container { endpoint: url.origin().ascii_serialization(), target, token, connect }));
    }
    if environment.value(names::EC2_METADATA_DISABLED).is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        let hint =
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile with AWS_PROFILE; docs/object-storage.md lists all sources";
        return Err(Error::configuration("there are no credentials for the bucket", hint));
    }
    let endpoint = environment.value(names::EC2_METADATA_SERVICE_ENDPOINT).unwrap_or(METADATA).trim_end_matches('/');
    Ok(Arc::new(Instance { endpoint: endpoint.to_owned(), connect }))
}

fn fixed(key: Option<String>, secret: Option<String>, token: Option<String>, from: &str, hint: &str) -> Result<Arc<dyn CredentialSource>> {
    let (Some(key), Some(secret)) = (key, secret) else {
        return Err(Error::configuration(format!("{from} holds half of an access key"), hint));
    };
    let credentials =
        Credentials { access_key: Secret::new(key), secret_key: Secret::new(secret), token: token.map(Secret::new), expires: None };
    Ok(Arc::new(Fixed { credentials, from: from.to_owned() }))
}

/// Returns the base URL of STS in a region.
fn sts(region: &str) -> Result<String> {
    if !crate::objects::is_region(region) {
        return Err(Error::configuration(format!("{} is not a region of AWS", quote(region)), "check AWS_REGION"));
    }
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    Ok(format!("https://sts.{region}.{suffix}"))
}

/// Returns whether the endpoint may receive the token of a container, as AWS's own programs decide.
fn is_container_endpoint(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Domain(name))) => name == "localhost",
        ("http", Some(Host::Ipv4(address))) => address.is_loopback() || CONTAINER_HOSTS.contains(&address.to_string().as_str()),
        ("http", Some(Host::Ipv6(address))) => address.is_loopback() || CONTAINER_HOSTS.contains(&address.to_string().as_str()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_container_endpoint;
    use url::Url;

    #[test]
    fn a_container_token_is_sent_to_the_container_alone() {
        for (url, may) in [
            ("https://anywhere.example/x", true),
            ("http://127.0.0.1:1/x", true),
            ("http://[::1]/x", true),
            ("http://localhost/x", true),
            ("http://169.254.170.23/v1/credentials", true),
            ("http://[fd00:ec2::23]/v1/credentials", true),
            ("http://169.254.169.254/x", false),
            ("http://anywhere.example/x", false),
            ("file:///x", false),
        ] {
            assert_eq!(is_container_endpoint(&Url::parse(url).expect(url)), may, "{url}");
        }
    }
}
