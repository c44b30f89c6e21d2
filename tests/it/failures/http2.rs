//! A provider behind a gateway that offers HTTP/2: everything arrives as it does over HTTP/1.1, short answers over a few
//! connections, long ones over their own. The gateway speaks TLS and asks the sandbox.

use super::tls::certificates;
use crate::harness::{ALL, NEWEST, Run, SESSION, World, is_sound, jpeg, mp4};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Version;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use vmedia::sandbox::fixture::{Attempt, Media, Session};

/// What was asked: connection, version, path.
type Asked = Arc<Mutex<Vec<(usize, Version, String)>>>;

struct Gateway {
    folder: TempDir,
    port: u16,
    asked: Asked,
}

/// Asks the sandbox what the gateway was asked.
async fn forward(sandbox: String, request: Request) -> axum::response::Response {
    let asked = tokio::task::spawn_blocking(move || {
        let client = reqwest::blocking::Client::builder().no_proxy().build().expect("a client");
        let mut forwarded = client.get(format!("{sandbox}{}", request.uri().path_and_query().expect("a path")));
        for (name, value) in request.headers().iter().filter(|(name, _)| *name != "host") {
            forwarded = forwarded.header(name, value);
        }
        let answer = forwarded.send().expect("an answer");
        let mut response = axum::response::Response::builder().status(answer.status());
        for (name, value) in answer.headers().iter().filter(|(name, _)| *name != "connection" && *name != "transfer-encoding") {
            response = response.header(name, value);
        }
        response.body(Body::from(answer.bytes().expect("a body"))).expect("a response")
    });
    asked.await.expect("a thread")
}

impl Gateway {
    /// Speaks these protocols. `None` where there is no openssl to make certificates.
    fn start(world: &World, protocols: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        certificates(folder.path(), "IP:127.0.0.1", "20200101000000Z", "20491231000000Z")?;
        let certificate = CertificateDer::from_pem_file(folder.path().join("cert.pem")).expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(folder.path().join("key.pem")).expect("a key");
        let mut tls = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).expect("TLS");
        tls.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (asked, sandbox) = (Asked::default(), world.sandbox.base_url());
        let noted = Arc::clone(&asked);
        let serve = async move {
            let acceptor = TlsAcceptor::from(Arc::new(tls));
            let mut connection = 0;
            while let Ok((stream, _)) = listener.accept().await {
                connection += 1;
                let (number, acceptor, noted, sandbox) = (connection, acceptor.clone(), Arc::clone(&noted), sandbox.clone());
                let router = Router::new().fallback(move |request: Request| {
                    noted.lock().expect("a lock").push((number, request.version(), request.uri().path().to_owned()));
                    forward(sandbox.clone(), request)
                });
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let served = Builder::new(TokioExecutor::new());
                    let _ = served.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)).await;
                });
            }
        };
        // The thread ends with the test's process.
        std::thread::spawn(move || runtime.block_on(serve));
        Some(Self { folder, port, asked })
    }

    fn download(&self, world: &World, words: &[&str]) -> Run {
        let mut command = world.command(&["download", SESSION]);
        command.env("VMEDIA_BASE_URL", format!("https://127.0.0.1:{}", self.port));
        Run::of(&command.arg("--ca-cert").arg(self.folder.path().join("ca.pem")).args(words).output().expect("a run"))
    }

    /// For each path how it was asked for.
    fn versions(&self) -> BTreeMap<String, Version> {
        self.asked.lock().expect("a lock").iter().map(|(_, version, path)| (path.clone(), *version)).collect()
    }
}

#[test]
fn a_session_comes_over_http_2_with_every_signature_checked() {
    let world = World::new();
    let Some(gateway) = Gateway::start(&world, &["h2", "http/1.1"]) else { return };
    gateway.download(&world, &["--strict"]).ends_with(0);
    assert_eq!(world.held(), ALL);
    assert!(gateway.versions().values().all(|version| *version == Version::HTTP_2), "{:?}", gateway.versions());
    for medium in ALL {
        assert_eq!(world.recorded(medium)["files"][0]["signature"]["verdict"], "held", "{medium}");
    }
    is_sound(&world);
}

#[test]
fn faults_are_met_over_http_2_as_they_are_elsewhere() {
    let world = World::new();
    let Some(gateway) = Gateway::start(&world, &["h2", "http/1.1"]) else { return };
    world.faults(&format!("media:front-{SESSION}=503*2,media:face-{SESSION}=flip*1,media:old-{SESSION}=html,media:nfc-{SESSION}=404"));
    gateway.download(&world, &["--retries", "2"]).ends_with(7);
    assert_eq!(world.held(), ["face", "front", "video"]);
    assert_eq!((world.asked("front"), world.asked("face")), (3, 2));
    is_sound(&world);
}

#[test]
fn a_long_file_has_a_connection_of_its_own_and_short_ones_share() {
    let film = [mp4("film"), vec![7; 1_500_000]].concat();
    let mut attempt = Attempt::new(NEWEST, "approved").media(Media::video("film", "selfid_video", "video/mp4", film.clone()));
    for number in 0..40 {
        let name = format!("m{number}");
        attempt = attempt.media(Media::image(name.clone(), "face", "image/jpeg", jpeg(&name)));
    }
    let world = World::with(vec![Session::new(SESSION).attempt(attempt)]);
    let Some(gateway) = Gateway::start(&world, &["h2", "http/1.1"]) else { return };
    gateway.download(&world, &["-j", "8"]).ends_with(0);
    let versions = gateway.versions();
    assert_eq!(versions.get("/v1/media/film"), Some(&Version::HTTP_11));
    assert_eq!(versions.values().filter(|version| **version == Version::HTTP_2).count(), versions.len() - 1);
    let path = world.file(&format!("data/{NEWEST}/selfid_video_film.mp4"));
    assert_eq!(std::fs::read(path).expect("a film"), film);
    is_sound(&world);
}

#[test]
fn a_gateway_that_speaks_http_1_alone_is_spoken_to_so() {
    let world = World::new();
    let Some(gateway) = Gateway::start(&world, &["http/1.1"]) else { return };
    gateway.download(&world, &["--strict"]).ends_with(0);
    assert_eq!(world.held(), ALL);
    assert!(gateway.versions().values().all(|version| *version == Version::HTTP_11), "{:?}", gateway.versions());
}

#[test]
fn a_server_that_vanishes_under_http_2_is_unavailable() {
    let world = World::new();
    let Some(gateway) = Gateway::start(&world, &["h2", "http/1.1"]) else { return };
    world.faults(&format!("media:front-{SESSION}=hang"));
    gateway.download(&world, &["--retries", "0", "--timeout", "3"]).ends_with(7).says("no answer in time");
    assert!(!world.held().contains(&"front"));
}
