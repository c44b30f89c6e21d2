//! What passes: tried again, with an end to patience.

use crate::harness::{ALL, SESSION, World, all_but, is_sound};
use std::collections::BTreeMap;

/// How many requests there were for each path.
fn counts(world: &World) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for exchange in world.sandbox.exchanges() {
        *counts.entry(exchange.path).or_default() += 1;
    }
    counts
}

#[test]
fn every_passing_failure_is_tried_again_until_it_passes() {
    for fault in ["408", "425", "429", "500", "502", "503", "504", "reset", "cut"] {
        let world = World::new();
        world.faults(&format!("any={fault}*2"));
        world.run(&["download", SESSION]).ends_with(0);
        assert_eq!(world.held(), ALL, "{fault}");
        let counts = counts(&world);
        assert!(counts.len() == 9 && counts.values().all(|count| *count == 3), "{fault}: {counts:?}");
        assert!(world.sandbox.exchanges().iter().all(|exchange| exchange.signed), "each try is signed");
        for medium in ALL {
            assert_eq!(world.recorded(medium)["state"], "archived", "{fault}");
        }
        is_sound(&world);
    }
}

#[test]
fn answers_that_are_not_to_be_believed_are_tried_again() {
    for fault in ["bad-signature", "flip", "html", "json", "empty", "gzip"] {
        let world = World::new();
        world.faults(&format!("media={fault}*2"));
        world.run(&["download", SESSION]).ends_with(0);
        assert_eq!(world.held(), ALL, "{fault}");
        for medium in ALL {
            assert_eq!((world.asked(medium), world.recorded(medium)["files"][0].get("disagreements")), (3, None), "{fault}");
        }
    }
}

#[test]
fn the_number_of_retries_is_the_number_that_was_asked_for() {
    for (retries, requests) in [("0", 1), ("2", 3)] {
        let world = World::new();
        world.faults("media=503");
        world.run(&["download", SESSION, "--retries", retries]).ends_with(5).says("HTTP 503");
        let counts = counts(&world);
        assert!(counts.iter().filter(|(path, _)| path.starts_with("/v1/media/")).all(|(_, count)| *count == requests), "{counts:?}");
        assert_eq!(world.media_requests(), requests * ALL.len());
    }
}

#[test]
fn an_unanswered_listing_ends_as_unavailable() {
    for (fault, said) in [("503", "HTTP 503"), ("reset", "the connection failed"), ("cut", "the transfer broke off")] {
        let world = World::new();
        world.faults(&format!("attempts={fault}"));
        let run = world.run(&["download", SESSION, "--retries", "2"]).ends_with(5);
        let run = run.complains("the provider is unavailable: ", "run the same command again later");
        run.says(said).says("(tried 3 times)");
        assert_eq!((world.listed("attempts"), world.tree().len()), (3, 0), "{fault}");
        assert!(world.listed("media") <= 1, "it came, or was not asked for");
    }
}

#[test]
fn unanswered_media_end_as_unavailable_when_there_is_nothing_else() {
    for (fault, said) in [("503", "HTTP 503"), ("reset", "the connection failed"), ("cut", "the transfer broke off")] {
        let world = World::new();
        world.faults(&format!("media={fault}"));
        let run = world.run(&["download", SESSION, "--retries", "1"]).ends_with(5);
        run.complains(&format!("5 files of session {SESSION} failed: {said}"), "run the same command again");
        assert_eq!(world.held(), [""; 0], "{fault}: nothing under a final name");
        for medium in ALL {
            assert_eq!(world.recorded(medium)["state"], "failed");
        }
        is_sound(&world);
        world.faults("");
        world.run(&["download", SESSION]).ends_with(0);
        assert_eq!(world.held(), ALL);
    }
}

#[test]
fn unanswered_media_are_a_partial_failure_when_the_rest_is_archived() {
    for (fault, said) in [("503", "HTTP 503"), ("reset", "the connection failed"), ("cut", "the transfer broke off")] {
        let world = World::new();
        world.faults(&format!("media:video-{SESSION}={fault}"));
        let run = world.run(&["download", SESSION, "--retries", "1"]).ends_with(7);
        let what = format!("video selfid_video (video-{SESSION}) of session {SESSION} failed: {said}");
        run.complains(&what, "what is archived is not fetched again").says("(tried 2 times)");
        assert_eq!(world.held(), all_but("video"), "{fault}");
        let video = world.recorded("video");
        assert_eq!(video["state"], "failed");
        assert!(video["reason"]["text"].as_str().is_some_and(|reason| reason.contains(said)), "{video}");
        is_sound(&world);
    }
}

#[test]
fn silence_in_the_middle_of_a_file_ends_a_try() {
    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=stall*1"));
    world.run(&["download", SESSION, "--timeout", "1"]).ends_with(0);
    assert_eq!((world.held(), world.asked("video")), (ALL.to_vec(), 2));

    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=stall"));
    let run = world.run(&["download", SESSION, "--timeout", "1", "--retries", "1"]).ends_with(7);
    run.says("failed: the transfer stalled (tried 2 times)");
    assert_eq!((world.held(), world.asked("video")), (all_but("video"), 2));
}

#[test]
fn silence_instead_of_an_answer_ends_a_try() {
    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=hang*1"));
    world.run(&["download", SESSION, "--timeout", "1"]).ends_with(0);
    assert_eq!((world.held(), world.asked("video")), (ALL.to_vec(), 2));
}

#[test]
fn silence_instead_of_a_listing_ends_a_try() {
    for fault in ["hang", "stall"] {
        let world = World::new();
        world.faults(&format!("attempts={fault}"));
        let mut command = world.command(&["download", SESSION, "--timeout", "1", "--retries", "0"]);
        // Far more than a second, and far less than what a person would call hanging.
        let output = command.timeout(std::time::Duration::from_secs(30)).output().expect("a run");
        let run = crate::harness::Run::of(&output).ends_with(5);
        run.complains("the provider is unavailable: ", "run the same command again later");
        assert!(world.tree().is_empty());
    }
}

#[test]
fn a_file_that_trickles_outlasts_its_time() {
    let world = World::new();
    world.faults(&format!("media:video-{SESSION}=slow:5"));
    let run = world.run(&["download", SESSION, "--max-time", "1", "--retries", "1"]).ends_with(7);
    run.says("failed: the transfer outlasted its time limit of 1.0 s; --max-time sets another");
    assert_eq!((world.held(), world.asked("video")), (all_but("video"), 1), "asking again would take as long");
    assert_eq!(world.recorded("video")["state"], "failed");
}

#[test]
fn a_refused_connection_is_unavailable() {
    let world = World::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let mut command = world.command(&["download", SESSION, "--retries", "1"]);
    let output = command.env("VMEDIA_BASE_URL", format!("http://127.0.0.1:{port}")).output().expect("a run");
    let run = crate::harness::Run::of(&output).ends_with(5);
    run.complains("the provider is unavailable: cannot connect: ", "check the network and the base URL").says("(tried 2 times)");
    assert!(world.tree().is_empty());
}

#[test]
fn an_error_whose_words_trickle_is_not_listened_to_for_ever() {
    use crate::wire::{Say, Wire};
    let head = b"HTTP/1.1 503 Slow\r\nConnection: close\r\nContent-Length: 4096\r\n\r\n";
    let picture = r#"{"images":[{"id":"m","context":"face","mimetype":"image/jpeg"}]}"#;
    let is_ended = |trickles: &'static str| {
        let wire = Wire::start(picture, move |path, _| if path.ends_with(trickles) { Say::Trickle(head.to_vec()) } else { Say::Usual });
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = wire.command(folder.path(), &["download", SESSION, "--retries", "0", "--timeout", "1", "--max-time", "1"]);
        let output = command.timeout(std::time::Duration::from_secs(30)).output().expect("a run");
        crate::harness::Run::of(&output).ends_with(5).says("HTTP 503");
    };
    std::thread::scope(|scope| {
        for trickles in ["attempts", "media/m"] {
            scope.spawn(move || is_ended(trickles));
        }
    });
}

#[test]
fn at_a_provider_that_fails_one_request_in_five_each_medium_ends_in_one_state_and_every_byte_is_right() {
    use crate::harness::{is_sound, jpeg, mp4, nfc, session_named, tree};
    let ids: Vec<String> = (0..40).map(|number| format!("s{number:02}")).collect();
    let world = World::with(ids.iter().map(|id| session_named(id, &format!("{id}-new"), &format!("{id}-old"))).collect());
    // Withheld and gone for good are some; the rest passes, one in five.
    world.faults("media:face-s03=204,media:old-s07=404,any=503/13,any=reset/17,media=cut/19,media=flip/23,any=429/29,any=html/31");
    let words = [&["download", "--retries", "3", "--format", "json"], &ids.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat();
    let run = world.run(&words);
    assert!(matches!(run.code, 0 | 7), "{} {}", run.code, run.stderr);
    let exchanges = world.sandbox.exchanges();
    let failed = exchanges.iter().filter(|exchange| exchange.fault.is_some()).count();
    assert!(failed * 6 > exchanges.len(), "{failed} of {} failed", exchanges.len());
    let (mut states, mut reported) = (BTreeMap::<String, usize>::new(), BTreeMap::<String, usize>::new());
    for event in run.events() {
        if let vmedia::engine::Event::MediaFinished { media, state, .. } = event {
            assert!(reported.insert(media.to_string(), 1).is_none(), "{media} is reported twice: {state:?}");
        }
    }
    for id in ids.iter().filter(|id| world.archive().join(id).exists()) {
        let bag = world.archive().join(id);
        let record: serde_json::Value = serde_json::from_slice(&std::fs::read(bag.join("archive.json")).expect("a record")).expect("JSON");
        let media = record["media"].as_array().expect("media");
        let mut listed: Vec<&str> = media.iter().map(|medium| medium["id"].as_str().expect("an id")).collect();
        listed.sort_unstable();
        listed.dedup();
        assert_eq!(listed.len(), media.len(), "each once: {listed:?}");
        let mut files = tree(&bag.join("data"));
        for medium in media {
            let (state, id) = (medium["state"].as_str().expect("a state"), medium["id"].as_str().expect("an id"));
            assert!(["archived", "withheld", "gone", "failed"].contains(&state), "{medium:#}");
            assert!(reported.contains_key(id), "{id} is reported");
            *states.entry(state.to_owned()).or_default() += 1;
            assert_eq!(medium["files"].as_array().expect("files").len(), usize::from(state == "archived"), "{medium:#}");
            if state == "archived" {
                let path = medium["files"][0]["path"].as_str().and_then(|path| path.strip_prefix("data/")).expect("a path");
                let right = match id.split('-').next().expect("what it is") {
                    "video" => mp4("video"),
                    "nfc" => nfc("nfc"),
                    what => jpeg(what),
                };
                assert!(files.remove(path).expect("the file") == right, "{path}");
            }
        }
        assert!(files.is_empty(), "unexpected files: {:?}", files.keys());
    }
    assert_eq!(states.values().sum::<usize>(), reported.len(), "{states:?}");
    assert!(states["archived"] > 150 && states["withheld"] == 1 && states["gone"] == 1, "{states:?}");
    is_sound(&world);
}
