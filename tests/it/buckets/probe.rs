//! A bucket is probed before it is trusted: `SeaweedFS` passes, and `s3rver`, which ignores conditions, is refused.

use super::open;
use crate::harness::{ADMIN, Keeps, ObjectServer, READER, World, lacks, until};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use vmedia::archive::objects::LockMode;
use vmedia::error::ErrorKind;
use vmedia::objects::{Versioning, WriteOptions};

#[test]
fn a_bucket_is_probed_for_conditions_checksums_versions_and_locks() {
    let Some(server) = ObjectServer::shared() else { return };
    let compliance = Some((LockMode::Compliance, 1));
    for (keeps, lock, versioning) in [
        (Keeps::Newest, None, Versioning::Off),
        (Keeps::Versions, None, Versioning::Enabled),
        (Keeps::Locks, None, Versioning::Enabled),
        (Keeps::Locks, compliance, Versioning::Enabled),
    ] {
        let url = format!("s3://{}/p", server.bucket(keeps));
        // The second finds what the first left behind.
        for _ in 0..2 {
            let bucket = open(&url, server.environment(ADMIN), WriteOptions { lock, ..WriteOptions::default() });
            let report = bucket.probe().expect("a bucket that is fit");
            assert_eq!((report.versioning, report.locked.map(|locked| locked.mode)), (versioning, lock.map(|(mode, _)| mode)), "{keeps:?}");
        }
    }
    // So does `config check`, where a profile names a place.
    let world = World::new();
    let url = format!("s3://{}/p", server.bucket(Keeps::Versions));
    std::fs::write(world.folder().join("c.toml"), format!("[profiles.p]\nship = \"{url}\"\n")).expect("written");
    let check = |environment: [(&str, String); 3]| {
        let further = environment.each_ref().map(|(name, value)| (*name, value.as_str()));
        world.run_with(&["config", "check", "--config", "c.toml", "--profile", "p"], &further)
    };
    check(server.environment(ADMIN))
        .ends_with(0)
        .shows(&format!("{url} creates nothing twice, and compares and keeps SHA-256; it keeps versions"));
    check(server.environment(READER)).shows("AccessDenied").shows("allow s3:PutObject");
    let without_locks = format!("s3://{}", server.bucket(Keeps::Newest));
    let bucket = open(&without_locks, server.environment(ADMIN), WriteOptions { lock: compliance, ..WriteOptions::default() });
    let error = bucket.probe().expect_err("no lock");
    assert_eq!(error.kind(), ErrorKind::Rejected, "{error}");
}

/// A store that ends with the test process, or before.
struct Careless(Child);

impl Drop for Careless {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        _ = self.0.wait();
    }
}

#[test]
fn a_store_that_ignores_conditions_is_refused() {
    let modules = std::env::var_os("NODE_PATH").map(PathBuf::from).unwrap_or_default();
    let program = modules.join(".bin/s3rver");
    if !program.exists() {
        return lacks("s3rver (npm)");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let address = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("an address");
    let mut command = Command::new("sh");
    command.args(["-c", r#""$@" > s3rver.log 2>&1 & read -r line; kill $!; wait"#, "sh"]).arg(program).args([
        "-d",
        ".",
        "-a",
        "127.0.0.1",
        "-p",
    ]);
    command.args([&address.port().to_string(), "--no-vhost-buckets", "--configure-bucket", "careless"]);
    let _careless = Careless(command.current_dir(folder.path()).stdin(Stdio::piped()).spawn().expect("sh"));
    until("s3rver listens", || TcpStream::connect(address).is_ok());
    let endpoint = format!("http://{address}");
    let variables =
        [("AWS_ACCESS_KEY_ID", "S3RVER".to_owned()), ("AWS_SECRET_ACCESS_KEY", "S3RVER".to_owned()), ("AWS_ENDPOINT_URL_S3", endpoint)];
    let error = open("s3://careless/p", variables, WriteOptions::default()).probe().expect_err("a bucket that is unfit");
    assert_eq!(error.what(), "s3://careless/p cannot hold an archive: it creates an object again that is there (If-None-Match is ignored)");
    assert_eq!(error.kind(), ErrorKind::Rejected);
}
