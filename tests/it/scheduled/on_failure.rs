//! `--on-failure`: what the command gets, what it does not get, and that it changes nothing.

use super::{run_in, sessions};
#[cfg(unix)]
use crate::harness::until;
use crate::harness::{NEWEST, Run, SESSION, World, bare, session_named};
use crate::schema::{is_described, judged};
#[cfg(unix)]
use std::process::Stdio;
use vmedia::error::ErrorKind;
use vmedia::exit::Exit;
use vmedia::report::{Summary, VerificationCounts};

const KEEP: [&str; 2] = ["--on-failure", "cat > summary.json"];

/// Returns the input of the command, and removes it for the next run.
#[track_caller]
fn summary(world: &World) -> Summary {
    let path = world.folder().join("summary.json");
    let text = std::fs::read_to_string(&path).expect("a summary");
    std::fs::remove_file(path).expect("removed");
    assert!(text.ends_with('\n') && text.lines().count() == 1, "{text}");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    is_described("summary", &value);
    if let Some(verdicts) = judged(&[("summary", value.clone())]) {
        assert_eq!(verdicts, ["valid"], "{value:#}");
    }
    let summary: Summary = serde_json::from_value(value).expect("a summary of this version");
    assert_eq!((summary.v, summary.code), (1, summary.exit.code()));
    assert!(summary.started <= summary.finished);
    summary
}

fn failed_codes(summary: &Summary) -> Vec<&str> {
    summary.failed.iter().map(|failed| failed.code.as_str()).collect()
}

fn is_quiet(world: &World) -> bool {
    !world.folder().join("summary.json").exists()
}

#[test]
fn a_download_that_fails_is_summed_up() {
    let world = World::with(vec![session_named(SESSION, NEWEST, "old"), session_named("b", "b-new", "b-old")]);
    world.faults(&format!("media:face-{SESSION}=404,media:video-{SESSION}=404"));
    let words = ["download", SESSION, "b", "unknown", "no id/"];
    world.run(&[&words[..], &KEEP].concat()).ends_with(7);
    let summary = summary(&world);
    assert_eq!((summary.command.as_str(), summary.exit, summary.out_of_time), ("download", Exit::PARTIAL, false));
    assert_eq!((summary.provider.as_deref(), summary.archive.as_deref()), (Some("veriff"), Some("vmedia-archive")));
    let counts = summary.sessions.expect("sessions");
    assert_eq!((counts.complete, counts.skipped, counts.incomplete, counts.not_started), (1, 0, 2, 0));
    let media = summary.media.expect("media");
    assert_eq!((media.fetched, media.gone), (8, 2));
    assert_eq!((&summary.verification, &summary.errors[..]), (&None, &[][..]));
    let failed: Vec<(Option<&str>, Exit)> = summary.failed.iter().map(|failed| (failed.session.as_deref(), failed.exit)).collect();
    assert_eq!(
        failed,
        [(None, Exit::from(ErrorKind::Usage)), (Some(SESSION), Exit::PARTIAL), (Some("unknown"), Exit::from(ErrorKind::NotFound))]
    );
    assert_eq!(failed_codes(&summary), ["usage", "not-found", "not-found"]);
    let reason = &summary.failed[1].reason;
    assert!(reason.starts_with("HTTP 404") && reason.ends_with(", and 1 more"), "{reason}");
    assert_eq!(summary.failed_total, 3);
}

#[test]
fn a_run_that_cannot_begin_says_why() {
    let world = World::new();
    let reported = |words: &[&str], exit: Exit, what: &str| {
        let mut command = bare(world.folder());
        Run::of(&command.args(words).args(KEEP).output().expect("a run")).ends_with(i32::from(exit.code()));
        let summary = summary(&world);
        assert_eq!((summary.exit, summary.sessions, summary.archive.as_deref()), (exit, None, None));
        assert!(summary.errors[0].what.contains(what) && !summary.errors[0].hint.is_empty(), "{:?}", summary.errors);
        assert_eq!(summary.failed, []);
    };
    reported(&["download", SESSION], Exit::from(ErrorKind::Configuration), "there is no API key");
    reported(&["download", "--from", "nowhere.txt"], Exit::from(ErrorKind::Usage), "cannot read the list nowhere.txt");
    reported(&["download", SESSION, "--config", "nowhere.toml"], Exit::from(ErrorKind::Configuration), "nowhere.toml");
    reported(&["verify", "nowhere"], Exit::from(ErrorKind::Local), "nowhere");
    reported(&["repair", "nowhere"], Exit::from(ErrorKind::Local), "nowhere");
    reported(&["download", SESSION, "--ping-url", "nonsense"], Exit::from(ErrorKind::Usage), "--ping-url");
}

#[test]
fn a_verification_names_what_is_damaged_and_a_repair_what_is_left() {
    let (world, _) = sessions(3);
    world.run(&["download", "--from", "ids.txt"]).ends_with(0);
    for id in ["s01", "s02"] {
        let face = world.archive().join(format!("{id}/data/{id}-new/face_face-{id}.jpg"));
        let bytes = std::fs::read(&face).expect("readable");
        std::fs::write(face, vec![7; bytes.len()]).expect("written");
    }
    world.run(&[&["verify", "vmedia-archive"][..], &KEEP].concat()).ends_with(8);
    let found = summary(&world);
    let counts = found.verification.as_ref().expect("counts");
    assert!(matches!(counts, VerificationCounts { bags: 3, damaged: 2, findings: 2.., files: 15, partial: None, .. }), "{counts:?}");
    let failed: Vec<(Option<&str>, Exit)> = found.failed.iter().map(|failed| (failed.session.as_deref(), failed.exit)).collect();
    assert_eq!(failed, [(Some("s01"), Exit::from(ErrorKind::Damaged)), (Some("s02"), Exit::from(ErrorKind::Damaged))]);
    assert_eq!(failed_codes(&found), ["manifests", "manifests"]);
    assert!(found.failed[0].reason.contains("face_face-s01.jpg"), "{:?}", found.failed);

    world.faults("media:face-s02=404");
    world.run(&[&["repair", "vmedia-archive"][..], &KEEP].concat()).ends_with(8);
    let left = summary(&world);
    let failed: Vec<Option<&str>> = left.failed.iter().map(|failed| failed.session.as_deref()).collect();
    assert_eq!(failed, [Some("s02")], "{:?}", left.failed);
    assert_eq!(left.sessions.map(|counts| (counts.complete, counts.incomplete)), Some((1, 1)));
}

#[test]
fn a_run_that_went_well_runs_nothing() {
    let world = World::new();
    world.run(&[&["download", SESSION][..], &KEEP].concat()).ends_with(0);
    world.run(&[&["verify", "vmedia-archive"][..], &KEEP].concat()).ends_with(0);
    assert!(is_quiet(&world));
}

#[test]
fn the_command_gets_no_secret_and_writes_where_messages_go() {
    let world = World::new();
    let config = world.folder().join("config.toml");
    std::fs::write(&config, "default_profile = \"here\"\n[profiles.here]\nsecret_env = \"OUR_SECRET\"\n").expect("written");
    let variables = [
        ("VMEDIA_CONFIG", config.to_str().expect("text")),
        ("OUR_SECRET", "our-t0ken"),
        ("VMEDIA_PING_URL", "http://127.0.0.1:9/ping-t0ken"),
        ("PATH", "/usr/bin:/bin"),
        ("FRIENDLY", "known"),
    ];
    let words = ["download", "unknown", "--format", "json", "--retries", "0", "--on-failure", "env; echo said"];
    let run = run_in(&world, &words, &variables).ends_with(9);
    let secret = world.sandbox.api_secret();
    assert!(!run.stderr.contains("t0ken") && !run.stderr.contains(secret), "{}", run.stderr);
    assert!(run.stderr.contains("FRIENDLY=known") && run.stderr.contains("said"), "{}", run.stderr);
    assert!(run.events().len() >= 3, "events and nothing else: {}", run.stdout);
    // Where it is unknown which variable is a secret, only variables that are known to be harmless are passed on.
    std::fs::write(&config, "[profiles.here]\nsecret_env = \"OUR_SECRET\"\nnonsense = 1\n").expect("written");
    let run = run_in(&world, &words, &variables).ends_with(3);
    assert!(run.stderr.contains("PATH=/usr/bin") && run.stderr.contains("said"), "{}", run.stderr);
    assert!(!run.stderr.contains("t0ken") && !run.stderr.contains(secret) && !run.stderr.contains("FRIENDLY"), "{}", run.stderr);
}

#[test]
fn a_command_that_fails_is_reported_and_changes_nothing() {
    let world = World::new();
    for (command, note) in [
        ("exit 3", "the command of --on-failure failed: exit status: 3"),
        ("no-such-program-t0ken", "the command of --on-failure failed: exit status: 127"),
        ("kill -9 $$", "the command of --on-failure failed: signal: 9"),
    ] {
        let run = world.run(&["download", "unknown", "-q", "--on-failure", command]).ends_with(9);
        run.says(note);
    }
}

#[cfg(unix)]
#[test]
fn a_command_that_does_not_end_is_ended_with_all_that_it_started() {
    let world = World::new();
    let command = "sleep 600 | cat & echo begun > begun; wait";
    let mut run = world.process(&["download", "unknown", "--on-failure", command]);
    run.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let run = run.spawn().expect("a process");
    until("the command runs", || world.folder().join("begun").exists());
    let kill = std::process::Command::new("kill").args(["-TERM", &run.id().to_string()]).status();
    assert!(kill.expect("kill").success());
    // It reads standard error to its end, which is there when no process can write to it any more.
    let reader = std::thread::spawn(move || Run::of(&run.wait_with_output().expect("its words")));
    until("no process holds standard error", || reader.is_finished());
    reader.join().expect("a run").ends_with(9).says("did not end within 3 s, and was ended");
}

#[test]
fn a_thousand_are_named_and_the_others_counted() {
    let world = World::new();
    let list: String = (0..1200).map(|number| format!("not an id {number}\n")).collect();
    std::fs::write(world.folder().join("ids.txt"), format!("{list}{SESSION}\n")).expect("a list");
    world.run(&[&["download", "--from", "ids.txt", "-q"][..], &KEEP].concat()).ends_with(7);
    let summary = summary(&world);
    assert_eq!((summary.failed.len(), summary.failed_total), (1000, 1200));
    // A command that does not want to know is not forced to.
    let run = world.run(&["download", "--from", "ids.txt", "-q", "--on-failure", "exec 0<&-; true"]).ends_with(7);
    assert!(!run.stderr.contains("--on-failure"), "{}", run.stderr);
}

#[test]
fn texts_of_others_are_safe_to_print() {
    let world = World::new();
    world.run(&[&["verify", "\u{1b}[31mnowhere"][..], &KEEP].concat()).ends_with(6);
    let text = summary(&world).errors.remove(0).what;
    assert!(text.contains("nowhere") && !text.contains('\u{1b}'), "{text:?}");
}
