//! Several runs at once: the journal that they write together holds, and a verification that meets them at work finds
//! nothing that is not so.

use super::{ALPHA, BETA, Evidence, GAMMA, Verdict, face, grown, session};
use crate::harness::{Run, World, jpeg, set_length, until};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::time::Duration;
use vmedia::sandbox::fixture::Media;
use vmedia::sandbox::{Options, Pace};

fn start(world: &World, words: &[&str]) -> Child {
    world.process(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process")
}

#[track_caller]
fn ends_well(child: Child) {
    Run::of(&child.wait_with_output().expect("an end")).ends_with(0);
}

#[test]
fn runs_at_once_leave_one_journal_that_holds() {
    // Every answer takes a moment, so that they overlap.
    let pace = Pace { latency: Duration::from_millis(3), bytes_per_second: None };
    let ids = ["a", "b", "c", "d"];
    let world = World::start(Options { samples: false, sessions: ids.map(session).to_vec(), pace, ..Options::default() });
    let archive = super::Archive { root: world.archive() };
    for is_changed in [false, true] {
        if is_changed {
            ids.iter().for_each(|id| world.sandbox.put_session(grown(id)));
        }
        // Each on its own session, and others on all of them.
        let mut runs: Vec<Child> = ids.iter().map(|id| start(&world, &["download", id])).collect();
        runs.extend((0..3).map(|_| start(&world, &["download", "a", "b", "c", "d"])));
        runs.into_iter().for_each(ends_well);
        let verdict = archive.is_sound("after all of them");
        assert_eq!(verdict.sound(), ids);
        // Verifications write into it as well.
        let runs: Vec<Child> = (0..3).map(|_| start(&world, &["verify", "vmedia-archive"])).collect();
        runs.into_iter().for_each(ends_well);
        world.run(&["verify", "vmedia-archive"]).ends_with(0);
        assert_eq!(archive.is_sound("after a run that found them all at their end").heads().len(), 1);
    }
    // Whichever of them is cut off, another knows of it, or a session does.
    let segments = archive.segments();
    assert!(segments.len() >= 16, "{segments:?}");
    let (_, followed) = segments.split_last().expect("segments");
    for segment in followed {
        let path = archive.file("_journal").join(segment);
        let text = std::fs::read(&path).expect("a segment");
        std::fs::remove_file(&path).expect("removed");
        assert!(archive.verify(&[]).found().contains(&format!("journal: journal: {segment}")));
        std::fs::write(&path, text).expect("written");
    }
    archive.is_sound("put back");
}

/// A verification that hangs in a file of this session, which is too large to be read to its end.
struct Hanging {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    said: String,
    hole: std::path::PathBuf,
    length: u64,
}

impl Hanging {
    fn start(evidence: &Evidence, below: &str, words: &[&str]) -> Self {
        let hole = evidence.world.archive().join(below);
        let length = std::fs::metadata(&hole).expect("a file").len();
        set_length(&hole, 1 << 40);
        let words = [&["verify", "vmedia-archive", "--format", "json", "-j", "1"], words].concat();
        let mut child = start(&evidence.world, &words);
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        // The journal was read, and one of the sessions is being read.
        let mut said = String::new();
        while !said.contains("journal-verified") {
            assert!(lines.read_line(&mut said).expect("a line") > 0, "{said}");
        }
        Self { child, lines, said, hole, length }
    }

    /// The file is as it was; the verification goes on.
    #[track_caller]
    fn ends(mut self) -> Verdict {
        set_length(&self.hole, self.length);
        self.lines.read_to_string(&mut self.said).expect("the rest");
        let status = self.child.wait().expect("an end");
        Verdict::of(&Run { code: status.code().unwrap_or(-1), stdout: self.said, stderr: String::new() })
    }
}

#[test]
fn a_session_that_is_archived_while_others_are_verified_is_no_finding() {
    for words in [&[][..], &["--read-only"]] {
        let evidence = Evidence::young();
        let verification = Hanging::start(&evidence, &format!("{ALPHA}/{}", face(ALPHA)), words);
        // Meanwhile one session gains an attempt, and another comes.
        evidence.world.sandbox.put_session(grown(BETA));
        evidence.world.sandbox.put_session(session("new"));
        evidence.world.run(&["download", BETA, "new"]).ends_with(0);
        let verdict = verification.ends();
        // What was read of the large file was not what it is.
        let found: Vec<String> = verdict.found().into_iter().collect();
        assert!(found.iter().all(|line| line.starts_with("alpha: manifests: ")), "{found:?}");
        assert_eq!(verdict.sound(), [BETA, GAMMA]);
        evidence.archive().is_sound("afterwards");
    }
}

#[test]
fn a_session_that_changes_while_it_is_read_is_looked_at_again() {
    let evidence = Evidence::young();
    let video = format!("{BETA}/data/beta-new/selfid_video_video-beta.mp4");
    let verification = Hanging::start(&evidence, &video, &[]);
    let alpha_is_told = |verification: &Hanging| verification.said.contains("bag-verified");
    assert!(!alpha_is_told(&verification));
    evidence.world.sandbox.put_session(grown(BETA));
    // The run leaves the video alone, which cannot be read just now.
    evidence.world.run(&["download", BETA, "--only", "image"]).ends_with(0).says("1 file fetched");
    let verdict = verification.ends();
    assert_eq!((verdict.code, verdict.findings()), (0, Vec::new()));
    assert_eq!(verdict.sound(), [ALPHA, BETA, GAMMA]);
    evidence.archive().is_sound("afterwards");
}

#[test]
fn an_alteration_during_a_verification_is_found_all_the_same() {
    // A run changes the session, and a forger does: the run's change must not hide the other.
    let evidence = Evidence::young();
    let verification = Hanging::start(&evidence, &format!("{ALPHA}/{}", face(ALPHA)), &[]);
    evidence.world.sandbox.put_session(grown(BETA));
    evidence.world.run(&["download", BETA]).ends_with(0);
    let bag = evidence.archive().bag(BETA);
    bag.write(&face(BETA), jpeg("forged"));
    bag.forge();
    let verdict = verification.ends();
    let found = verdict.found();
    for line in ["beta: journal: data/beta-new/face_face-beta.jpg", "beta: journal: tagmanifest-sha256.txt"] {
        assert!(found.contains(line), "{found:?}");
    }
    assert_eq!((verdict.code, verdict.sound()), (8, vec![GAMMA.to_owned()]));
}

#[test]
fn a_session_that_a_run_is_at_is_not_checked_and_the_others_are() {
    let evidence = Evidence::young();
    let mut changed = grown(BETA);
    changed.attempts[0].media.push(Media::image("slow", "document-back", "image/jpeg", jpeg("slow")));
    evidence.world.sandbox.put_session(changed);
    evidence.world.faults("media:slow=hang");
    let mut run = start(&evidence.world, &["download", ALPHA, BETA, GAMMA, "-j", "2"]);
    let archive = evidence.archive();
    until("it is at work", || evidence.world.sandbox.exchanges().iter().any(|exchange| exchange.path == "/v1/media/slow"));
    until("the mark is there", || archive.bag(BETA).file("unfinished.ndjson").exists());
    let verdict = archive.verify(&[]);
    assert_eq!((verdict.code, verdict.found().len()), (0, 0), "a run that is at work is no damage");
    assert!(verdict.partial().is_some_and(|words| words.contains("another run is changing")), "and no verdict on that session");
    assert!(verdict.checked(BETA).is_empty(), "nothing was looked at");
    assert!(!verdict.checked(ALPHA).is_empty() && !verdict.checked(GAMMA).is_empty());
    run.kill().expect("killed");
    run.wait().expect("an end");
    evidence.world.faults("");
    evidence.world.run(&["download", BETA]).ends_with(0);
    archive.is_sound("afterwards");
}
