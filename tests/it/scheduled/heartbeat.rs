//! `--ping-url`: who is asked, when and how often; that it changes nothing; that its address is nowhere to be read.

use super::{OK, Service, run_in};
use crate::harness::{Run, SESSION, World, bare};

/// What stands in every address here and nowhere else.
const TOKEN: &str = "5bf66975-t0ken";

/// Writes a configuration that [`CONFIG`] names.
fn config(world: &World, text: &str) {
    std::fs::write(world.folder().join(CONFIG.1), text).expect("written");
}

const CONFIG: (&str, &str) = ("VMEDIA_CONFIG", "config.toml");

#[test]
fn a_good_end_is_one_request_and_a_bad_one_says_so() {
    let world = World::new();
    let service = Service::start(&[OK]);
    let ping = service.at(&format!("/{TOKEN}?a=b"));
    world.run(&["download", SESSION, "--ping-url", &ping]).ends_with(0);
    world.run(&["download", "unknown", "--ping-url", &ping]).ends_with(9);
    world.run(&["verify", "vmedia-archive", "--ping-url", &ping]).ends_with(0);
    world.run(&["verify", "nowhere", "--ping-url", &ping]).ends_with(6);
    world.run(&["repair", "nowhere", "--ping-url", &ping]).ends_with(6);
    let well = format!("GET /{TOKEN}?a=b HTTP/1.1");
    let failed = format!("GET /{TOKEN}/fail?a=b HTTP/1.1");
    assert_eq!(service.asked(), [well.clone(), failed.clone(), well, failed.clone(), failed]);
    let heard = service.asked.lock().expect("no panic").concat().join("\n").to_ascii_lowercase();
    for private in ["x-auth-client", "x-hmac-signature", "authorization", world.sandbox.api_key(), world.sandbox.api_secret()] {
        assert!(!heard.contains(&private.to_ascii_lowercase()), "{private} in {heard}");
    }
}

#[test]
fn a_run_that_cannot_begin_is_a_failure_too() {
    let service = Service::start(&[OK]);
    let world = World::new();
    let ping = service.at("/x");
    let without = Run::of(&bare(world.folder()).args(["download", SESSION, "--ping-url", &ping]).output().expect("a run"));
    without.ends_with(3);
    world.run(&["download", "--from", "nowhere.txt", "--ping-url", &ping]).ends_with(2);
    config(&world, "nonsense = true");
    run_in(&world, &["download", SESSION, "--ping-url", &ping], &[CONFIG]).ends_with(3);
    run_in(&world, &["download", SESSION], &[CONFIG, ("VMEDIA_PING_URL", &ping)]).ends_with(3);
    assert_eq!(service.asked(), ["GET /x/fail HTTP/1.1"; 4]);
}

#[test]
fn the_address_comes_from_the_flag_else_the_environment_else_the_profile() {
    let world = World::new();
    let service = Service::start(&[OK]);
    let (flag, variable) = (service.at("/flag"), service.at("/variable"));
    config(&world, &format!("default_profile = \"here\"\n[profiles.here]\nping_url = \"{}\"\n", service.at("/profile")));
    let both = [CONFIG, ("VMEDIA_PING_URL", variable.as_str())];
    run_in(&world, &["download", SESSION], &[CONFIG]).ends_with(0);
    run_in(&world, &["download", SESSION], &both).ends_with(0);
    run_in(&world, &["download", SESSION, "--ping-url", &flag], &both).ends_with(0);
    assert_eq!(service.asked(), ["GET /profile HTTP/1.1", "GET /variable HTTP/1.1", "GET /flag HTTP/1.1"]);
    // What only looks has no heart, and the profile's address is for downloads: a verification that is well would hide
    // that nothing was archived.
    run_in(&world, &["list", SESSION], &both).ends_with(0);
    let rehearsal = ["download", SESSION, "--dry-run", "--ping-url", &flag, "--metrics-file", "m.prom"];
    run_in(&world, &rehearsal, &both).ends_with(0);
    run_in(&world, &["verify", "vmedia-archive"], &[CONFIG]).ends_with(0);
    assert!(service.asked().len() == 3 && !world.folder().join("m.prom").exists(), "{:?}", service.asked());
    run_in(&world, &["verify", "vmedia-archive"], &both).ends_with(0);
    assert_eq!(service.asked().len(), 4);
}

#[test]
fn what_passes_is_tried_again_and_what_does_not_is_not() {
    let world = World::new();
    for (answers, requests, note) in [
        (&["503 Busy\r\nContent-Length: 0", OK][..], 2, None),
        (&["204 No Content"], 1, None),
        (&["500 No\r\nContent-Length: 0"], 3, Some("HTTP 500")),
        (&["404 No\r\nContent-Length: 15\r\n\r\n5bf66975-t0ken!"], 1, Some("HTTP 404")),
        (&["302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0"], 1, Some("HTTP 302, a redirect, which is never followed")),
        (&[""], 3, Some("no answer in time")),
    ] {
        let service = Service::start(answers);
        let run = world.run(&["download", SESSION, "-q", "--timeout", "0.3", "--ping-url", &service.at(&format!("/{TOKEN}"))]).ends_with(0);
        assert_eq!(service.asked().len(), requests, "{answers:?}: {}", run.stderr);
        match note {
            None => assert_eq!(run.stderr, ""),
            Some(note) => {
                assert_eq!(run.stderr, format!("vmedia: note: cannot notify the heartbeat service: {note}\n"));
            }
        }
    }
}

#[test]
fn an_address_is_refused_before_anything_is_fetched_and_never_repeated() {
    let world = World::new();
    let addresses = [
        format!("http://hc.example/{TOKEN}"),
        format!("ftp://hc.example/{TOKEN}"),
        TOKEN.to_owned(),
        format!("https://user:{TOKEN}@hc.example/"),
        format!("https://hc.example:{TOKEN}/"),
    ];
    for address in &addresses {
        let run = world.run(&["download", SESSION, "--ping-url", address]).ends_with(2);
        assert!(!run.stderr.contains(TOKEN), "{}", run.stderr);
        run.complains("the address for --ping-url cannot be used", "the heartbeat service shows");
        run_in(&world, &["download", SESSION], &[("VMEDIA_PING_URL", address)]).ends_with(3);
    }
    assert!(world.sandbox.exchanges().is_empty());
}

#[test]
fn the_address_is_in_no_output_no_log_no_archive_and_no_other_file() {
    let world = World::new();
    // An unused port: its listener is gone.
    let dead = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let ping = format!("http://{dead}/{TOKEN}?key={TOKEN}");
    config(&world, "default_profile = \"here\"\n[profiles.here]\n");
    let mut texts = Vec::new();
    for words in
        [&["download", SESSION, "-vv"][..], &["download", "unknown", "-vv", "--format", "json"], &["verify", "vmedia-archive", "-vv"]]
    {
        let hooks = ["--log-file", "run.log", "--metrics-file", "run.prom", "--on-failure", "cat"];
        let run = run_in(&world, &[words, &hooks].concat(), &[CONFIG, ("VMEDIA_PING_URL", &ping)]);
        assert!(run.stderr.contains("cannot notify the heartbeat service: cannot connect"), "{}", run.stderr);
        texts.extend([run.stdout, run.stderr]);
    }
    let mut folders = vec![world.folder().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                texts.push(String::from_utf8_lossy(&std::fs::read(&entry).expect("readable")).into_owned());
            }
        }
    }
    assert!(texts.len() > 20, "{}", texts.len());
    assert!(!texts.iter().any(|text| text.contains(TOKEN)));
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_does_not_wait_for_a_silent_service() {
    use crate::harness::until;
    let world = World::new();
    let service = Service::start(&[""]);
    world.faults("attempts=hang");
    let words = ["download", SESSION, "--ping-url", &service.at("/x"), "--on-failure", "exec sleep 1000"];
    let mut process = world.process(&words).stderr(std::process::Stdio::piped()).spawn().expect("a process");
    until("the request hangs", || !world.sandbox.exchanges().is_empty());
    let killed = std::process::Command::new("kill").args(["-TERM", &process.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    until("the run is over", || process.try_wait().expect("a status").is_some());
    let run = Run::of(&process.wait_with_output().expect("its words")).ends_with(143);
    assert_eq!(service.asked(), ["GET /x/fail HTTP/1.1"]);
    run.complains("terminated", "run the same command again").says("no answer in time").says("did not end within 3 s, and was ended");
}
