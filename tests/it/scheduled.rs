//! Unattended runs: how long they may take, how they report their end, and what they leave in a log that is
//! rotated under them.

mod heartbeat;
mod log;
mod metrics;
#[cfg(unix)]
mod on_failure;
mod time;

use crate::harness::{Run, SESSION, World, session_named};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// So many sessions, `s00` and on.
fn sessions(count: usize) -> (World, Vec<String>) {
    let ids: Vec<String> = (0..count).map(|number| format!("s{number:02}")).collect();
    let world = World::with(ids.iter().map(|id| session_named(id, &format!("{id}-new"), &format!("{id}-old"))).collect());
    std::fs::write(world.folder().join("ids.txt"), ids.join("\n")).expect("a list");
    (world, ids)
}

/// A service on this machine that answers each request with the next of some texts, the last of them for ever; an empty
/// one is no answer. It keeps what it was asked.
struct Service {
    address: String,
    asked: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Service {
    fn start(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answers, heard) = (answers.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), Arc::clone(&asked));
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for (number, connection) in listener.incoming().enumerate() {
                let mut connection = connection.expect("a connection");
                let lines = BufReader::new(connection.try_clone().expect("a connection")).lines().map_while(Result::ok);
                heard.lock().expect("no panic").push(lines.take_while(|line| !line.is_empty()).collect());
                let answer = &answers[number.min(answers.len() - 1)];
                if answer.is_empty() {
                    silent.push(connection);
                } else {
                    let _ = connection.write_all(format!("HTTP/1.1 {answer}\r\nConnection: close\r\n\r\n").as_bytes());
                }
            }
        });
        Self { address, asked }
    }

    /// The address with that behind it.
    fn at(&self, target: &str) -> String {
        format!("{}{target}", self.address)
    }

    /// The first line of each request.
    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").iter().map(|lines| lines.first().cloned().unwrap_or_default()).collect()
    }
}

/// What a service says that is content.
const OK: &str = "200 OK\r\nContent-Length: 2";

fn run_in(world: &World, words: &[&str], variables: &[(&str, &str)]) -> Run {
    Run::of(&world.command(words).envs(variables.iter().copied()).output().expect("a run"))
}

#[test]
fn a_run_that_went_well_says_nothing_with_all_of_it_and_data_alone_is_printed() {
    let (world, _) = sessions(3);
    let service = Service::start(&[OK]);
    let ping = service.at("/token");
    for command in
        [&["download", "--from", "ids.txt", "--provider-days", "1"][..], &["verify", "vmedia-archive"], &["repair", "vmedia-archive"]]
    {
        let hooks =
            ["-q", "--log-file", "log", "--max-duration", "1h", "--ping-url", &ping, "--on-failure", "exit 3", "--metrics-file", "m.prom"];
        let run = world.run(&[command, &hooks].concat()).ends_with(0);
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""), "{command:?}");
    }
    assert_eq!(service.asked(), ["GET /token HTTP/1.1"; 3]);
    let run = world.run(&["catalog", "vmedia-archive", "-q"]).ends_with(0);
    assert!(run.stderr.is_empty() && run.stdout.lines().count() == 4, "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_failed_notification_changes_no_status_and_is_reported_also_when_quiet() {
    let world = World::new();
    let service = Service::start(&["404 Not Found\r\nContent-Length: 0"]);
    let ping = service.at("/token");
    let run = world.run(&["download", SESSION, "-q", "--ping-url", &ping, "--metrics-file", "no/such/m.prom"]).ends_with(0);
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("vmedia: note: the metrics file no/such/m.prom was not written: "), "{lines:?}");
    assert_eq!(lines[1], "vmedia: note: cannot notify the heartbeat service: HTTP 404");
}
