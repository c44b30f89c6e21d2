//! A store that is overloaded for a while, and one that is full: an intermediary answers in its place.

use super::{bucket, nothing_was_replaced};
use crate::harness::{ADMIN, Keeps, ObjectServer, Run, SESSION, World};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use vmedia::archive::objects::ObjectStore;
use vmedia::store::StorePath;

/// Answers so many requests itself, with a status and a code of S3, and passes the connections of others on; returns its URL.
fn intermediary(server: &ObjectServer, left: usize, status: &'static str, code: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let upstream = server.endpoint().replace("http://", "");
    let left = Arc::new(AtomicUsize::new(left));
    let shared = Arc::clone(&left);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let is_answered = shared.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
            let upstream = upstream.clone();
            std::thread::spawn(move || if is_answered { answer(&stream, status, code) } else { pass_on(&stream, &upstream) });
        }
    });
    (url, left)
}

/// Refuses the requests of a method for keys that end so, and passes the connections of others on; returns its URL.
pub fn refusing(server: &ObjectServer, method: &'static str, ending: &'static str, status: &'static str, code: &'static str) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let upstream = server.endpoint().replace("http://", "");
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let upstream = upstream.clone();
            std::thread::spawn(move || pass_on_unless(&stream, &upstream, (method, ending), (status, code)));
        }
    });
    url
}

/// Passes the first request of a connection on, which ends then; answers one of that method for a key that ends so.
fn pass_on_unless(mut stream: &TcpStream, upstream: &str, (method, ending): (&str, &str), (status, code): (&str, &str)) {
    let (mut reader, mut head, mut length) = (BufReader::new(stream), String::new(), 0);
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|count| count > 0) {
        let line = head.lines().last().unwrap_or_default().to_ascii_lowercase();
        length = line.strip_prefix("content-length: ").and_then(|text| text.parse().ok()).unwrap_or(length);
    }
    let mut words = head.split([' ', '?']);
    if words.next() == Some(method) && words.next().is_some_and(|path| path.ends_with(ending)) {
        return say(stream, status, code);
    }
    let Ok(mut server) = TcpStream::connect(upstream) else { return };
    let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    let _ = server.write_all(head.as_bytes()).and_then(|()| std::io::copy(&mut reader.take(length), &mut server));
    let _ = std::io::copy(&mut server, &mut stream);
}

/// Reads a request and answers it. What is left of the body is read as well: the client sees the answer only then.
fn answer(stream: &TcpStream, status: &str, code: &str) {
    let (mut reader, mut length, mut line) = (BufReader::new(stream), 0, String::new());
    while reader.read_line(&mut line).is_ok_and(|count| count > 2) {
        let lower = std::mem::take(&mut line).to_ascii_lowercase();
        length = lower.strip_prefix("content-length: ").and_then(|text| text.trim().parse().ok()).unwrap_or(length);
    }
    let _ = std::io::copy(&mut reader.take(length), &mut std::io::sink());
    say(stream, status, code);
}

fn say(mut stream: &TcpStream, status: &str, code: &str) {
    let body = format!("<Error><Code>{code}</Code><Message>later</Message></Error>");
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let _ = stream.write_all((head + &body).as_bytes());
}

fn pass_on(stream: &TcpStream, upstream: &str) {
    let Ok(server) = TcpStream::connect(upstream) else { return };
    let copy = |mut from: &TcpStream, mut to: &TcpStream| {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    };
    std::thread::scope(|scope| {
        scope.spawn(|| copy(stream, &server));
        copy(&server, stream);
    });
}

fn ship(world: &World, server: &ObjectServer, endpoint: &str, url: &str) -> Run {
    let mut environment: Vec<(&str, String)> = server.environment(ADMIN).into_iter().collect();
    environment.push(("AWS_ENDPOINT_URL_S3", endpoint.to_owned()));
    world.run_with(&["ship", "vmedia-archive", "--to", url, "--retry-delay", "0.01", "-j", "2"], &environment)
}

#[test]
fn an_overloaded_store_is_waited_for_and_a_full_one_is_said_to_be_full() {
    let Some(server) = ObjectServer::shared() else { return };
    let (world, name) = (World::new(), server.bucket(Keeps::Versions));
    world.run(&["download", SESSION]).ends_with(0);
    let url = format!("s3://{name}");
    let (endpoint, left) = intermediary(server, 4, "503 Slow Down", "SlowDown");
    ship(&world, server, &endpoint, &url).ends_with(0).says("shipped");
    assert_eq!(left.load(Ordering::Relaxed), 0, "each was answered");
    nothing_was_replaced(server, &url);

    let url = format!("s3://{name}/full");
    let (endpoint, _) = intermediary(server, usize::MAX, "507 Insufficient Storage", "XMinioStorageFull");
    ship(&world, server, &endpoint, &url).ends_with(5).says("the store is full").says("hint: ");
    let (endpoint, _) = intermediary(server, usize::MAX, "503 Service Unavailable", "ServiceUnavailable");
    ship(&world, server, &endpoint, &url).ends_with(5).says("hint: ");
    assert!(bucket(server, &url).head(&StorePath::name("_probe"), None).expect("a head").is_none());
}
