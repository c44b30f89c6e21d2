//! What is printed where: lines for people, events for scripts, no escape codes off a terminal, no secret anywhere.

use crate::harness::{FIRST, NEWEST, Run, SESSION, World, bare, event, jpeg, mp4, of_windows, session, session_named, signature, tree};
use clap::CommandFactory;
use std::process::Command;
use vmedia::archive::verify::{JournalReport, SessionOutcome, SessionReport};
use vmedia::engine::Event;
use vmedia::sandbox::fixture::{Attempt, Media, Session};

mod closed;

/// A session with one file of some megabytes.
fn big() -> World {
    let bytes = [mp4("big"), vec![7; 6_000_000]].concat();
    let video = Media::video("big", "selfid_video", "video/mp4", bytes);
    World::with(vec![Session::new(SESSION).attempt(Attempt::new(NEWEST, "approved").media(video))])
}

fn run_in(world: &World, words: &[&str], variables: &[(&str, &str)]) -> Run {
    Run::of(&world.command(words).envs(variables.iter().copied()).output().expect("a run"))
}

/// The program with really nothing in its environment but what Windows needs.
fn naked(words: &[&str]) -> Run {
    Run::of(&Command::new(env!("CARGO_BIN_EXE_vmedia")).args(words).env_clear().envs(of_windows()).output().expect("a run"))
}

fn verbs() -> Vec<String> {
    vmedia::cli::Arguments::command().get_subcommands().map(|verb| verb.get_name().to_owned()).collect()
}

#[test]
fn a_big_file_off_a_terminal_leaves_one_line_without_control_characters() {
    let world = big();
    let run = world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(run.stdout, "");
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(!run.stderr.contains(|letter: char| letter.is_control() && letter != '\n'), "{:?}", run.stderr);
    assert!(run.stderr.contains("6.00 MB"), "{}", run.stderr);
    assert_eq!(
        std::fs::metadata(world.file(&format!("data/{NEWEST}/selfid_video_big.mp4"))).expect("archived").len(),
        6_000_000 + mp4("big").len() as u64
    );
}

#[test]
fn each_session_has_one_line_and_several_have_a_summary() {
    let world = World::with(vec![session(), session_named("other", "other-new", "other-old")]);
    let run = world.run(&["download", SESSION, "other"]).ends_with(0);
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].starts_with(&format!("{SESSION} complete: 5 files fetched")), "{lines:?}");
    assert!(lines[1].starts_with("other complete: 5 files fetched"), "{lines:?}");
    assert!(lines[2].starts_with("2 sessions: 2 complete; 10 files fetched"), "{lines:?}");
}

#[test]
fn quiet_prints_nothing_when_all_is_well_and_two_lines_when_not() {
    let world = World::new();
    let run = world.run(&["download", SESSION, "-q"]).ends_with(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    for (words, code, what) in [
        (&["download", "unknown", "-q"][..], 9, "session unknown is not found"),
        (&["list", "unknown", "-q"], 9, "session unknown is not found"),
        (&["download", SESSION, "-q", "--refetch"], 7, "is gone"),
        (&["verify", "nowhere", "-q"], 6, "nowhere"),
    ] {
        world.faults(&format!("media:face-{SESSION}=404"));
        let run = world.run(words).ends_with(code);
        let lines: Vec<&str> = run.stderr.lines().collect();
        assert!(
            lines.len() == 2 && lines[0].starts_with("vmedia: error: ") && lines[1].starts_with("vmedia: hint: "),
            "{words:?}: {lines:?}"
        );
        assert!(lines[0].contains(what), "{lines:?}");
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn verbose_names_each_file_and_more_so_each_request() {
    let world = World::new();
    let run = world.run(&["download", SESSION, "-v"]).ends_with(0);
    let files: Vec<String> =
        world.tree().into_keys().filter_map(|path| path.strip_prefix(&format!("{SESSION}/data/")).map(str::to_owned)).collect();
    assert_eq!(files.len(), 5);
    for file in &files {
        assert!(run.stderr.contains(&format!("fetched data/{file} ")), "no {file} in {}", run.stderr);
    }
    assert!(!run.stderr.contains(" answered "), "{}", run.stderr);
    let run = world.run(&["download", SESSION, "-v"]).ends_with(0);
    assert!(files.iter().all(|file| run.stderr.contains(&format!("kept data/{file} "))), "{}", run.stderr);

    let run = world.run(&["download", SESSION, "-vv", "--refetch"]).ends_with(0);
    for request in
        ["attempts", "media", &format!("attempts/{NEWEST}/media"), &format!("attempts/{FIRST}/media"), &format!("media/front-{SESSION}")]
    {
        assert!(run.stderr.contains(&format!("{request} answered 200 after ")), "no {request} in {}", run.stderr);
    }
}

#[test]
fn events_are_lines_of_json_with_nothing_else_on_either_stream() {
    let world = World::new();
    for words in [&["download", SESSION, "--format", "json"][..], &["download", SESSION, "--format", "json", "--refetch", "-vv"]] {
        let run = world.run(words).ends_with(0);
        assert_eq!(run.stderr, "");
        let events = run.events();
        assert!(matches!(events.first(), Some(Event::RunStarted { sessions: 1, dry_run: false, .. })), "{words:?}");
        assert!(matches!(events.last(), Some(Event::RunFinished { code: 0, complete: 1, .. })), "{words:?}");
        let count = |wanted: fn(&Event) -> bool| events.iter().filter(|event| wanted(event)).count();
        assert_eq!(count(|event| matches!(event, Event::RunStarted { .. } | Event::RunFinished { .. })), 2);
        assert_eq!(count(|event| matches!(event, Event::SessionListed { media: 5, attempts: 2, .. })), 1);
        assert_eq!(count(|event| matches!(event, Event::MediaStarted { .. })), 5);
        assert_eq!(count(|event| matches!(event, Event::MediaFinished { fetched: true, sha256: Some(_), .. })), 5);
        assert_eq!(count(|event| matches!(event, Event::SessionFinished { .. })), 1);
        assert_eq!(count(|event| matches!(event, Event::Answered { .. })) > 0, words.contains(&"-vv"));
    }
    let run = world.run(&["verify", "vmedia-archive", "--format", "json"]).ends_with(0);
    let events = run.events();
    assert!(
        matches!(
            &events[..],
            [
                Event::VerifyStarted { bags: 1, bytes: 132, .. },
                Event::JournalVerified(JournalReport { runs: 2, .. }),
                Event::BagVerified(SessionReport { files: 5, .. }),
                Event::VerifyFinished { bags: 1, damaged: 0, code: 0, .. }
            ]
        ),
        "{events:?}"
    );
}

#[test]
fn the_verdict_of_verify_and_repair_is_on_standard_output() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let run = world.run(&["verify", "vmedia-archive"]).ends_with(0);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!((lines.len(), run.stderr.as_str()), (2, ""), "a sound session has no line of its own: {lines:?}");
    assert!(lines[0].starts_with("journal of vmedia-archive holds: 1 run, ") && !run.stdout.contains("head"), "{lines:?}");
    for flag in ["--print-head", "-v"] {
        let run = world.run(&["verify", flag, "--read-only"]).ends_with(0);
        let head = run.stdout.lines().next().and_then(|line| line.split_once("; head ")).map(|(_, head)| head.len());
        assert_eq!(head, Some(64), "{flag}: {}", run.stdout);
    }
    let sound = "1 session: sound: all listed files present, files match manifests, journal matches; 5 files, ";
    assert!(lines[1].starts_with(sound), "{lines:?}");
    let run = world.run(&["verify", "vmedia-archive", "-q"]).ends_with(0);
    assert_eq!((run.stdout, run.stderr), (String::new(), String::new()));

    let face = world.file(&format!("data/{NEWEST}/face_face-{SESSION}.jpg"));
    std::fs::write(&face, jpeg("fake")).expect("written");
    let run = world.run(&["verify", "vmedia-archive", "-q"]).ends_with(8);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!((lines.len(), run.stderr.as_str()), (3, ""), "{lines:?}");
    assert!(lines[0].ends_with(&format!("{SESSION} damaged: 1 finding")), "{lines:?}");
    let finding = format!("  files do not match manifests: data/{NEWEST}/face_face-{SESSION}.jpg: its bytes have changed: ");
    assert!(lines[1].starts_with(&finding) && lines[2].starts_with("  hint: "), "{lines:?}");
    // In JSON nothing of it is praised either, and the summary says nothing good beside it.
    let events = world.run(&["verify", "vmedia-archive", "--format", "json"]).ends_with(8).events();
    for event in &events {
        if let Event::BagVerified(SessionReport { outcome, checked, .. }) = event {
            assert_eq!((*outcome, &checked[..]), (SessionOutcome::Damaged, &[][..]));
        }
    }
    let Some(Event::VerifyFinished { damaged: 1, checked, .. }) = events.last() else { panic!("{events:?}") };
    assert!(checked.is_empty(), "{checked:?}");

    // A journal with findings makes no session a damaged one.
    let other = World::new();
    other.run(&["download", SESSION]).ends_with(0);
    std::fs::write(other.archive().join("index.html"), "<p>forged</p>").expect("written");
    other.run(&["verify", "vmedia-archive"]).ends_with(8).shows("1 session: none damaged, the journal has findings; ");

    let run = world.run(&["repair", "vmedia-archive"]).ends_with(0).shows(&finding).shows("1 session: 1 damaged; ").shows(sound);
    let run = run.says("fetching again").says("1 file fetched");
    assert!(!run.stderr.contains("damaged:") && !run.stderr.contains("sound"), "{}", run.stderr);
    assert!(!run.stdout.contains("fetched"), "{}", run.stdout);
}

#[test]
fn failures_are_events_too_and_the_last_line_has_the_exit_status() {
    let world = World::new();
    world.faults(&format!("media:face-{SESSION}=404,media:video-{SESSION}=503*1"));
    let run = world.run(&["download", SESSION, "unknown", "--format", "json"]).ends_with(7);
    let events = run.events();
    assert!(events.iter().any(|event| matches!(event, Event::Retrying { failed: 1, .. })));
    assert!(
        events.iter().any(
            |event| matches!(event, Event::MediaFinished { reason: Some(reason), fetched: false, .. } if reason.text().contains("404"))
        )
    );
    assert!(
        events.iter().any(|event| matches!(event, Event::SessionFinished { session, error: Some(_), .. } if session.as_str() == "unknown"))
    );
    assert!(matches!(events.last(), Some(Event::RunFinished { code: 7, complete: 0, incomplete: 2, .. })), "{:?}", events.last());
}

#[test]
fn colour_is_used_when_asked_for_and_never_against_a_wish() {
    let world = World::new();
    for (words, variables, expected) in [
        (&["--color", "always"][..], &[][..], true),
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
        (&[], &[], false),
        (&[], &[("CLICOLOR_FORCE", "1")], true),
        (&[], &[("NO_COLOR", "1"), ("TERM", "xterm-256color")], false),
    ] {
        let run = run_in(&world, &[&["download", SESSION, "unknown"], words].concat(), variables).ends_with(7);
        assert_eq!(run.stderr.contains("\u{1b}["), expected, "{words:?} {variables:?}: {:?}", run.stderr);
        assert!(!run.stdout.contains('\u{1b}'));
    }
    let run = world.run(&["download", SESSION, "--format", "json", "--color", "always"]).ends_with(0);
    assert!(!run.stdout.contains('\u{1b}'), "scripts read this");
}

#[test]
fn a_log_file_is_appended_to_and_holds_every_event() {
    let world = World::new();
    world.run(&["download", SESSION, "-q", "--log-file", "run.log"]).ends_with(0);
    let first = std::fs::read_to_string(world.folder().join("run.log")).expect("a log");
    world.run(&["download", SESSION, "--log-file", "run.log"]).ends_with(0);
    let both = std::fs::read_to_string(world.folder().join("run.log")).expect("a log");
    assert!(both.starts_with(&first) && both.len() > first.len());
    let events: Vec<Event> = both.lines().map(event).collect();
    assert_eq!(events.iter().filter(|event| matches!(event, Event::RunStarted { .. })).count(), 2);
    assert_eq!(events.iter().filter(|event| matches!(event, Event::RunFinished { .. })).count(), 2);
    // Four listings twice, five files once.
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Answered { status: 200, .. })).count(), 13);
    world.run(&["download", SESSION, "--log-file", "no/such/folder/run.log"]).ends_with(6).says("run.log");
}

#[test]
fn no_secret_key_or_signature_is_shown_logged_or_archived_where_it_does_not_belong() {
    let world = World::new();
    world.faults(&format!("media:face-{SESSION}=bad-signature,media:video-{SESSION}=json*1,media:old-{SESSION}=403*1"));
    let mut texts = Vec::new();
    for words in
        [&["download", SESSION, "-vv"][..], &["download", SESSION, "--refetch", "-vv", "--format", "json"], &["list", SESSION, "-vv"]]
    {
        let run = world.run(&[words, &["--log-file", "run.log"]].concat());
        texts.extend([run.stdout, run.stderr]);
    }
    let wrong = run_in(&world, &["download", SESSION, "-vv"], &[("VMEDIA_API_SECRET", "quite another secret")]).ends_with(4);
    let odd = run_in(&world, &["download", SESSION, "-vv"], &[("VMEDIA_API_KEY", "quite another\u{1}key")]).ends_with(3);
    texts.extend([wrong.stdout, wrong.stderr, odd.stdout, odd.stderr]);
    texts.push(std::fs::read_to_string(world.folder().join("run.log")).expect("a log"));

    let secret = world.sandbox.api_secret();
    let mut hidden = vec![secret.to_owned(), world.sandbox.api_key().to_owned(), "quite another".to_owned()];
    let ids = [SESSION, NEWEST, FIRST].map(str::to_owned).into_iter();
    let media = ["front", "face", "video", "nfc", "old"].map(|id| format!("{id}-{SESSION}"));
    let of_requests: Vec<String> = ids.chain(media).map(|id| signature(secret, id.as_bytes())).collect();
    hidden.extend(of_requests);
    // The archive proves what the provider signed; it holds nothing that opens the provider's doors.
    for (path, bytes) in tree(&world.archive()) {
        let text = String::from_utf8_lossy(&bytes);
        for word in &hidden {
            assert!(!text.contains(word.as_str()), "{path} holds {word}");
        }
    }
    let record = world.record();
    let files = record["media"].as_array().expect("media").iter().flat_map(|medium| medium["files"].as_array().expect("files"));
    let of_answers: Vec<String> = files
        .chain(record["documents"].as_array().expect("documents"))
        .filter_map(|file| file["signature"]["value"].as_str().map(str::to_owned))
        .collect();
    assert!(of_answers.len() >= 6, "{of_answers:?}");
    hidden.extend(of_answers);
    for text in &texts {
        for word in &hidden {
            assert!(!text.contains(word.as_str()), "{word} is shown in {text}");
        }
    }
    assert!(texts.iter().any(|text| text.contains(" answered 200 ")), "there was something to look at");
}

#[test]
fn the_help_of_every_verb_has_examples() {
    assert!(verbs().len() >= 8, "{:?}", verbs());
    for verb in verbs() {
        for help in ["-h", "--help"] {
            let run = naked(&[&verb, help]).ends_with(0);
            assert!(run.stdout.contains("Examples:\n  vmedia "), "{verb} {help}: {}", run.stdout);
            assert_eq!(run.stderr, "");
        }
    }
}

#[test]
fn what_needs_no_settings_works_without_any_and_with_broken_ones() {
    let world = World::new();
    std::fs::write(world.folder().join("config.toml"), "this is [[ not TOML").expect("written");
    run_in(&world, &["list", SESSION], &[("VMEDIA_CONFIG", "config.toml")]).ends_with(3).says("config.toml");
    for words in [
        &["--help"][..],
        &["help", "download"],
        &["--version"],
        &["-V"],
        &["completions", "bash"],
        &["completions", "powershell"],
        &["man"],
    ] {
        let run = naked(words).ends_with(0);
        assert!(!run.stdout.is_empty() && run.stderr.is_empty(), "{words:?}: {}", run.stderr);
        let broken = bare(world.folder()).env("VMEDIA_CONFIG", "config.toml").env("VMEDIA_PROVIDER", "unknown").args(words).output();
        assert_eq!(Run::of(&broken.expect("a run")).ends_with(0).stdout, run.stdout, "{words:?}");
    }
    let version = concat!("vmedia ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(naked(&["-V"]).stdout, version);
    let long = naked(&["--version"]).stdout;
    for line in ["commit: ", "date:   ", &format!("target: {}-{}", std::env::consts::ARCH, std::env::consts::OS)] {
        assert!(long.starts_with(version) && long.contains(&format!("\n{line}")), "{long}");
    }
}

#[test]
fn what_ends_a_command_is_an_event_and_in_the_log() {
    let world = World::new();
    for (words, code, is_event) in [
        (&["download", "a b", "--format", "json"][..], 2, true),
        (&["download", SESSION, "--format", "json", "--nonsense"], 2, true),
        (&["verify", "--format=json"], 6, true),
        (&["download", "--from", "nowhere", "--format", "json"], 2, true),
        (&["download", SESSION, "--format", "json", "--config", "nowhere"], 3, true),
        (&["repair", "nowhere", "--format", "json"], 6, true),
        (&["download", SESSION, "--config", "nowhere"], 3, false),
        (&["list", SESSION, "--format", "json", "--config", "nowhere"], 3, false),
        (&["list", "--format", "json"], 2, false),
    ] {
        let _ = std::fs::remove_file(world.folder().join("run.log"));
        let run = world.run(&[words, &["--log-file", "run.log"]].concat()).ends_with(code);
        let log = std::fs::read_to_string(world.folder().join("run.log")).expect("a log");
        let expected = |event: &Event| matches!(event, Event::RunFailed { code: found, error, .. } if i32::from(*found) == code && run.stderr.contains(&error.what));
        assert!(log.lines().map(event).all(|event| expected(&event)) && log.lines().count() == 1, "{words:?}: {log}");
        assert_eq!(run.stdout, if is_event { log } else { String::new() }, "{words:?}");
        assert_eq!(run.stderr.lines().count(), 2, "{words:?}: {}", run.stderr);
    }
}
