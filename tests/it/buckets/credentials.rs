//! Each source of credentials against a stand-in of its service. The object store judges the keys that come from it.

use super::{create, open_with};
use crate::harness::{ADMIN, Keeps, ObjectServer};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use vmedia::archive::objects::Creation;
use vmedia::clock::{Cancel, SystemClock};
use vmedia::config::{BucketAccess, Environment, Surroundings, bucket_access};
use vmedia::error::{Error, ErrorKind, Result};
use vmedia::http::{Client, ClientOptions, Policy, RetryClient};
use vmedia::objects::WriteOptions;

/// A service that answers from a function of the request's line, headers and body.
struct StandIn {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    fn start(answer: impl Fn(&str) -> Option<String> + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(std::result::Result::ok) {
                let mut reader = BufReader::new(&stream);
                let (mut request, mut length) = (String::new(), 0);
                while reader.read_line(&mut request).is_ok_and(|count| count > 2) {
                    let last = request.lines().next_back().unwrap_or_default().to_ascii_lowercase();
                    length = last.strip_prefix("content-length: ").and_then(|text| text.parse().ok()).unwrap_or(length);
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).expect("a body");
                request.push_str(&String::from_utf8_lossy(&body));
                let answer = answer(&request);
                seen.lock().expect("a lock").push(request);
                let (status, body) = answer.map_or(("403 Forbidden", String::new()), |body| ("200 OK", body));
                let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                _ = (&stream).write_all((head + &body).as_bytes());
            }
        });
        Self { url, requests }
    }

    fn count(&self) -> usize {
        self.requests.lock().expect("a lock").len()
    }
}

/// Credentials of the administrator, which end after so many seconds.
fn document(seconds: i64) -> String {
    let expiration = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    serde_json::json!({ "Code": "Success", "AccessKeyId": ADMIN.0, "SecretAccessKey": ADMIN.1, "Expiration": expiration.to_string() })
        .to_string()
}

fn access(variables: &[(&str, &str)]) -> Result<BucketAccess> {
    // Files of this machine do not count, nor does a machine in a cloud.
    let nothing = [("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")];
    let environment = Environment::from_pairs(nothing.into_iter().chain(variables.iter().copied()));
    let connect = |base_url| {
        let wait = Duration::from_secs(10);
        let client =
            Client::new(ClientOptions { base_url, connect_timeout: wait, idle_timeout: wait, ca_cert: None, connections: 1, proxy: None })?;
        let policy = Policy { retries: 1, delay: Duration::from_millis(1) };
        Ok(RetryClient::new(Box::new(client), policy, Arc::new(SystemClock::start()), Cancel::default()))
    };
    let clock = Arc::new(SystemClock::start());
    bucket_access(&environment, Surroundings { connect: Arc::new(connect), clock, cancel: Cancel::default(), hidden: Vec::new() })
}

/// Writes a file, and returns its path.
fn file(folder: &Path, name: &str, text: &str) -> String {
    std::fs::write(folder.join(name), text).expect(name);
    folder.join(name).display().to_string()
}

#[test]
fn each_source_gives_keys_that_the_store_accepts_and_renews_them_before_they_end() {
    let Some(server) = ObjectServer::shared() else { return };
    let url = format!("s3://{}", server.bucket(Keeps::Newest));
    let folder = tempfile::tempdir().expect("a folder");
    let (key, secret) = ADMIN;
    let pair = format!("aws_access_key_id = {key}\naws_secret_access_key = {secret}\n");
    let credentials = file(folder.path(), "credentials", &format!("[other]\naws_access_key_id = x\n[ops]\n{pair}"));
    let printed = file(folder.path(), "printed.json", &document(3600));
    let config = file(folder.path(), "config", &format!("[profile tool]\nregion = eu-west-1\ncredential_process = cat '{printed}'\n"));
    let token = file(folder.path(), "token", "t0ken\n");

    let container = StandIn::start(|request| {
        let is_asked = request.starts_with("GET /v2/credentials?id=7 ") && request.contains("authorization: t0ken\r\n");
        is_asked.then(|| document(3600))
    });
    let container_url = format!("{}/v2/credentials?id=7", container.url);
    let instance = StandIn::start(|request| match request.split(" HTTP").next().unwrap_or_default() {
        "PUT /latest/api/token" if request.contains("x-aws-ec2-metadata-token-ttl-seconds: ") => Some("m3tadata".to_owned()),
        _ if !request.contains("x-aws-ec2-metadata-token: m3tadata\r\n") => None,
        "GET /latest/meta-data/iam/security-credentials/" => Some("a-role".to_owned()),
        // They end too soon to be kept.
        "GET /latest/meta-data/iam/security-credentials/a%2Drole" => Some(document(60)),
        _ => None,
    });
    let sts = StandIn::start(|request| {
        let form = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=vmedia&WebIdentityToken=t0ken";
        let (key, secret) = ADMIN;
        let keys = format!(
            "<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey><Expiration>2099-01-01T00:00:00Z</Expiration>"
        );
        let result = format!("<AssumeRoleWithWebIdentityResult><Credentials>{keys}</Credentials></AssumeRoleWithWebIdentityResult>");
        request
            .ends_with(form)
            .then(|| format!("<AssumeRoleWithWebIdentityResponse xmlns='x'>{result}</AssumeRoleWithWebIdentityResponse>"))
    });
    let cases: [(&str, &[(&str, &str)]); 6] = [
        (
            "the environment",
            &[("AWS_ACCESS_KEY_ID", key), ("AWS_SECRET_ACCESS_KEY", secret), ("AWS_PROFILE", "tool"), ("AWS_CONFIG_FILE", &config)],
        ),
        ("the profile ops", &[("AWS_PROFILE", "ops"), ("AWS_SHARED_CREDENTIALS_FILE", &credentials)]),
        ("credential_process of the profile tool", &[("AWS_PROFILE", "tool"), ("AWS_CONFIG_FILE", &config)]),
        ("container", &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &container_url), ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &token)]),
        (
            "the role arn:aws:iam::1:role/r",
            &[("AWS_ROLE_ARN", "arn:aws:iam::1:role/r"), ("AWS_WEB_IDENTITY_TOKEN_FILE", &token), ("AWS_ENDPOINT_URL_STS", &sts.url)],
        ),
        ("metadata", &[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &instance.url)]),
    ];
    for (number, (name, variables)) in cases.into_iter().enumerate() {
        let access = access(variables).expect(name);
        assert!(access.source.description().contains(name), "{name}: {}", access.source.description());
        assert_eq!(access.region.as_deref(), variables.contains(&("AWS_PROFILE", "tool")).then_some("eu-west-1"), "{name}");
        let bucket = open_with(&url, server.endpoint(), access.source, WriteOptions::default());
        for name in ["one", "two"] {
            assert_eq!(create(&bucket, &format!("{number}/{name}"), b"x").0, Creation::Created { version: None });
        }
    }
    assert_eq!((container.count(), sts.count(), instance.count()), (1, 1, 6), "what lasts is kept");
}

#[test]
fn credentials_that_cannot_be_had_are_explained_and_not_quoted() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = file(
        folder.path(),
        "config",
        "[profile sso]\nsso_session = x\n[profile empty]\nregion = x\n[profile tool]\ncredential_process = false\n",
    );
    let refusing = StandIn::start(|_| None);
    let fails = |variables: &[(&str, &str)]| -> Error {
        match access(variables) {
            Ok(access) => access.source.fetch().expect_err("no credentials"),
            Err(error) => error,
        }
    };
    let of = |profile: &'static str| [("AWS_PROFILE", profile), ("AWS_CONFIG_FILE", config.as_str())];
    let token = file(folder.path(), "token", "t0ken");
    let sts = [("AWS_ROLE_ARN", "r"), ("AWS_WEB_IDENTITY_TOKEN_FILE", token.as_str()), ("AWS_ENDPOINT_URL_STS", refusing.url.as_str())];
    for (error, kind, what, hint) in [
        (fails(&[("AWS_SECRET_ACCESS_KEY", "s3cr3t")]), ErrorKind::Configuration, "half of an access key", "AWS_ACCESS_KEY_ID"),
        (fails(&of("none")), ErrorKind::Configuration, "the profile none in", "AWS_PROFILE"),
        (fails(&of("empty")), ErrorKind::Configuration, "holds no credentials", "AWS_PROFILE"),
        (fails(&of("sso")), ErrorKind::Configuration, "sso_session", "aws configure export-credentials --format process --profile sso"),
        (fails(&of("tool")), ErrorKind::Configuration, "credential_process failed", "run it by hand"),
        (fails(&[("AWS_EC2_METADATA_DISABLED", "true")]), ErrorKind::Configuration, "no credentials", "docs/object-storage.md"),
        (fails(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &refusing.url)]), ErrorKind::Configuration, "HTTP 403", "docs/object-storage.md"),
        (fails(&sts), ErrorKind::Refused, "HTTP 403", "check the role"),
        (fails(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://evil.example/x")]), ErrorKind::Configuration, "neither https", "FULL_URI"),
    ] {
        let lines = format!("{error}\n{}", error.hint());
        assert!(error.kind() == kind && error.what().contains(what) && error.hint().contains(hint), "{lines}");
        assert!(!lines.contains("s3cr3t") && !lines.contains("t0ken"), "{lines}");
    }
}
