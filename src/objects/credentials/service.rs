//! Asks the services of a machine, a container or AWS for temporary credentials: instance metadata (`IMDSv2`), the endpoint of ECS and of
//! EKS Pod Identity, and STS for the token of a Kubernetes service account (IRSA).

use super::{CredentialSource, Credentials};
use crate::error::{Error, ErrorKind, Result, plain};
use crate::http::{Body, Cause, Content, Failure, Method, Request, RetryClient, Upload};
use crate::objects::failure::Refusal;
use crate::objects::xml::Element;
use crate::secret::Secret;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::zeroize::Zeroizing;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Creates the client of a service, by its base URL.
pub type ConnectService = Arc<dyn Fn(String) -> Result<RetryClient> + Send + Sync>;

/// Most bytes of an answer.
const LARGEST: u64 = 64 * 1024;
/// Bytes of the largest token in a file.
const LARGEST_TOKEN: u64 = 1024 * 1024;

/// The time for which a token of instance metadata is valid, in seconds: long enough for two requests.
const TOKEN_SECONDS: &str = "60";

/// A service, by its base URL.
struct Service<'a> {
    wire: RetryClient,
    /// Its name in errors.
    name: &'a str,
}

impl Service<'_> {
    /// Sends a request; any status but 200 is an error.
    fn ask(&self, target: &str, method: &dyn Fn() -> Method, headers: &[(&'static str, &str)]) -> Result<Zeroizing<Vec<u8>>> {
        let outcome = self.wire.exchange(&|_| (), &mut |exchange| {
            let headers = headers.iter().map(|(name, value)| (*name, Zeroizing::new((*value).to_owned()))).collect();
            let request = Request { target: target.to_owned(), headers, method: method(), is_long: false };
            let response = exchange.send_for_any(&request)?;
            let mut body = exchange.read_document(response.body);
            if response.status != 200 {
                return Err(Refusal::of(response.status, &response.headers, &mut body, exchange.now()).failure);
            }
            let mut bytes = Zeroizing::new(Vec::new());
            body.take(LARGEST).read_to_end(&mut bytes).map_err(crate::http::BodyReader::failure)?;
            Ok(bytes)
        });
        outcome.map_err(|failure| self.error(failure))
    }

    fn error(&self, failure: Failure) -> Error {
        let what = format!("{} gives no credentials: {}", self.name, failure.detail);
        match failure {
            Failure { local: Some(local), .. } => *local,
            Failure { cause: Cause::Refused | Cause::Rejected | Cause::NotFound, .. } => {
                Error::new(ErrorKind::Refused, what, "check the role that it is set up with, and who may take it")
            }
            _ => Error::new(
                ErrorKind::Unavailable,
                what,
                "run the same command again later, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            ),
        }
    }
}

/// The metadata service of an instance of EC2.
pub struct Instance {
    /// The base URL.
    pub endpoint: String,
    /// Creates the client.
    pub connect: ConnectService,
}

impl CredentialSource for Instance {
    fn fetch(&self) -> Result<Credentials> {
        let name = self.description();
        let service = Service { wire: (self.connect)(self.endpoint.clone())?, name: &name };
        let empty = || Method::Put(Upload { bytes: 0, content: Content::Bytes(Vec::new()), limit: Duration::from_secs(5) });
        let token = service.ask("/latest/api/token", &empty, &[("x-aws-ec2-metadata-token-ttl-seconds", TOKEN_SECONDS)]);
        // It is the last source that is asked, also on machines that are no instance.
        let token = token.map_err(|error| {
            let what = format!("the environment and the shared files hold no credentials for the bucket, and {}", error.what());
            let hint =
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile with AWS_PROFILE; docs/object-storage.md lists all sources";
            let kind = if error.kind() == ErrorKind::Refused { ErrorKind::Configuration } else { error.kind() };
            if error.kind().is_interruption() { error } else { Error::new(kind, what, hint) }
        })?;
        let token = Zeroizing::new(String::from_utf8_lossy(&token).trim().to_owned());
        let headers = [("x-aws-ec2-metadata-token", token.as_str())];
        let roles = service.ask("/latest/meta-data/iam/security-credentials/", &|| Method::Get, &headers)?;
        let roles = String::from_utf8_lossy(&roles).into_owned();
        let role = utf8_percent_encode(roles.lines().next().unwrap_or_default().trim(), NON_ALPHANUMERIC);
        Credentials::parse(&service.ask(&format!("/latest/meta-data/iam/security-credentials/{role}"), &|| Method::Get, &headers)?, &name)
    }

    fn description(&self) -> String {
        "the instance's metadata service".to_owned()
    }
}

/// The token that a request carries.
pub enum Token {
    /// The text.
    Text(Secret),
    /// A file that holds it, and that the platform replaces before it ends.
    File(PathBuf),
}

/// The endpoint of ECS, or of EKS Pod Identity.
pub struct Container {
    /// The base URL.
    pub endpoint: String,
    /// The path and query.
    pub target: String,
    /// The token to send, if any.
    pub token: Option<Token>,
    /// Creates the client.
    pub connect: ConnectService,
}

impl CredentialSource for Container {
    fn fetch(&self) -> Result<Credentials> {
        let name = self.description();
        let service = Service { wire: (self.connect)(self.endpoint.clone())?, name: &name };
        let token = match &self.token {
            Some(Token::Text(text)) => Some(Zeroizing::new(text.expose_text().to_owned())),
            Some(Token::File(path)) => Some(read_token(path)?),
            None => None,
        };
        let headers: Vec<(&'static str, &str)> = token.iter().map(|token| ("authorization", token.as_str())).collect();
        Credentials::parse(&service.ask(&self.target, &|| Method::Get, &headers)?, &name)
    }

    fn description(&self) -> String {
        "the container's credentials endpoint".to_owned()
    }
}

/// A role that the token of a service account stands for.
pub struct WebIdentity {
    /// The base URL of STS.
    pub endpoint: String,
    /// The role.
    pub role: String,
    /// The name of the session, which logs of AWS show.
    pub session: String,
    /// The file with the token, which Kubernetes replaces before it ends.
    pub token_file: PathBuf,
    /// Creates the client.
    pub connect: ConnectService,
}

impl CredentialSource for WebIdentity {
    fn fetch(&self) -> Result<Credentials> {
        let name = self.description();
        let service = Service { wire: (self.connect)(self.endpoint.clone())?, name: &name };
        let token = read_token(&self.token_file)?;
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let form = Zeroizing::new(format!(
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn={}&RoleSessionName={}&WebIdentityToken={}",
            encoded(&self.role),
            encoded(&self.session),
            *Zeroizing::new(encoded(&token))
        ));
        let post = || Method::Post(Body { content_type: "application/x-www-form-urlencoded", bytes: form.as_bytes().to_vec() });
        let answer = service.ask("/", &post, &[])?;
        role_credentials(&answer).ok_or_else(|| {
            Error::new(
                ErrorKind::Unavailable,
                format!("{name} gives no credentials: the answer is not the expected XML"),
                "check AWS_ENDPOINT_URL_STS",
            )
        })
    }

    fn description(&self) -> String {
        format!("the role {} (STS)", crate::error::quote(&self.role))
    }
}

/// Returns the credentials in an answer of STS.
fn role_credentials(answer: &[u8]) -> Option<Credentials> {
    let answer = Element::parse(answer)?;
    let found = answer.element("AssumeRoleWithWebIdentityResult")?.element("Credentials")?;
    let secret = |name: &str| found.text_of(name).map(|text| Secret::new(text.to_owned()));
    let expires = found.text_of("Expiration").and_then(|text| text.parse().ok());
    Some(Credentials { access_key: secret("AccessKeyId")?, secret_key: secret("SecretAccessKey")?, token: secret("SessionToken"), expires })
}

fn read_token(path: &std::path::Path) -> Result<Zeroizing<String>> {
    let failed = |why: String| {
        let what = format!("cannot read the token in {}: {why}", path.display());
        Error::new(ErrorKind::Configuration, what, "check the volume of the service account's token")
    };
    let bytes = Zeroizing::new(crate::input::read(path, LARGEST_TOKEN).map_err(|error| failed(plain(&error)))?);
    let text = std::str::from_utf8(&bytes).map_err(|_| failed("it is not text".to_owned()))?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}
