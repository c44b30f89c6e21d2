//! What a person sees on a terminal: lines that fit it, what a download brought, what failed in a batch, what a run waits for.

use crate::feel::on_a_terminal;
use crate::harness::{NEWEST, Run, SESSION, World, jpeg, mp4, session, session_named};
use vmedia::sandbox::fixture::{Attempt, Media, Session};

/// A session under the ids that providers use, with one file of each sort.
fn usual() -> World {
    let media = |number: u32| format!("{number:08}-0d5b-4a8e-9c41-7f6a3b1ce8f2");
    let newest = Attempt::new(NEWEST, "approved")
        .created("2026-03-12T09:28:40.115Z")
        .media(Media::image(media(1), "document-front", "image/jpeg", jpeg("front")))
        .media(Media::video(media(2), "selfid_video", "video/mp4", mp4("video")));
    let first = Attempt::new(crate::harness::FIRST, "resubmission_requested").created("2026-03-12T09:21:00Z");
    let first = first.media(Media::image(media(3), "document-front", "image/jpeg", jpeg("old")));
    World::with(vec![Session::new(SESSION).attempt(newest).attempt(first), session_named("other1", "other-new1", "other-old1")])
}

/// Fails the test if a line is wider than the terminal, unless one of its words leaves no choice.
fn fits(run: &Run, columns: usize, words: &[&str]) {
    for line in run.stdout.lines() {
        let has_long_word = line.split_whitespace().any(|word| word.chars().count() > columns - 26);
        assert!(line.chars().count() <= columns || has_long_word, "{words:?} at {columns}: {line:?}");
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let world = usual();
    world.run(&["download", SESSION, "other1"]).ends_with(0);
    std::fs::write(world.file("data/strange.jpg"), "x").expect("written");
    for columns in [60, 80, 120] {
        for words in [
            &["list", SESSION][..],
            &["list", SESSION, "other1"],
            &["attempts", SESSION],
            &["attempts", SESSION, "other1"],
            &["catalog", "vmedia-archive", "--no-progress"],
            &["find", "other1", "--no-progress"],
            &["show", SESSION],
            &["verify", "vmedia-archive", "-v", "--no-progress"],
            &["config", "check"],
            &["config", "show"],
            &["download", SESSION, "--no-progress"],
            &["download", SESSION, "--dry-run"],
            &["download", SESSION, "unknown1", "--no-progress"],
            &["download", "not an id"],
            &["list", SESSION, "--profile", "nowhere"],
        ] {
            let run = on_a_terminal(&world, &columns.to_string(), &[], &[words, &["--color", "never"]].concat());
            let Some(run) = run else { return };
            assert!(!run.stdout.is_empty(), "{words:?}");
            fits(&run, columns, words);
        }
    }
    let Some(run) = on_a_terminal(&world, "80", &[], &["list", SESSION, "--wide"]) else { return };
    assert!(run.stdout.lines().any(|line| line.chars().count() > 150), "all of it: {}", run.stdout);
    let text = world.run(&["catalog", "vmedia-archive"]).ends_with(0).stdout;
    assert!(text.lines().all(|line| line.chars().count() > 100) && !text.contains("--wide"), "a pipe gets all: {text}");
    let plan = ["download", SESSION, "--dry-run"];
    let Some(run) = on_a_terminal(&world, "80", &[], &plan) else { return };
    assert!(run.stdout.contains("data/a1c68aea…/document-front_00000001….jpg"), "{}", run.stdout);
    world.run(&plan).ends_with(0).shows(&format!("data/{NEWEST}/document-front_00000001-0d5b-4a8e-9c41-7f6a3b1ce8f2.jpg"));
    let Some(run) = on_a_terminal(&world, "80", &[], &["catalog", "vmedia-archive"]) else { return };
    assert!(run.stdout.contains("not shown: FIRST, "), "{}", run.stdout);
}

#[test]
fn a_list_stands_below_a_heading_for_each_attempt() {
    let world = usual();
    let Some(run) = on_a_terminal(&world, "80", &[], &["list", SESSION]) else { return };
    let size = |bytes: Vec<u8>| format!("{} B", bytes.len());
    let (front, video, old) = (size(jpeg("front")), size(mp4("video")), size(jpeg("old")));
    let total = format!("{} B", jpeg("front").len() + mp4("video").len() + jpeg("old").len());
    let expected = format!(
        "{SESSION}  veriff  2 attempts, 3 files, {total}\n\n\
         Attempt 2 of 2, the newest  approved  2026-03-12 09:28 UTC\n\
         \x20 image  document-front  jpg  {front}  00000001\n\
         \x20 video  selfid_video    mp4  {video}  00000002  5 s\n\
         Attempt 1 of 2  resubmission_requested  2026-03-12 09:21 UTC\n\
         \x20 image  document-front  jpg  {old}  00000003\n"
    );
    assert_eq!(run.ends_with(0).stdout, expected);
    let run = on_a_terminal(&world, "80", &[], &["list", SESSION, "--only", "video"]).expect("a terminal").ends_with(0);
    assert!(run.stdout.contains("selfid_video") && !run.stdout.contains("document-front"), "{}", run.stdout);
}

#[test]
fn a_download_of_one_session_ends_with_what_is_there_and_its_page() {
    let world = World::new();
    world.faults(&format!("media:face-{SESSION}=404"));
    let Some(run) = on_a_terminal(&world, "80", &[], &["download", SESSION, "--no-progress", "--with", "decision"]) else { return };
    let text = run.ends_with(7).stdout;
    let (_, shown) = text.split_once("incomplete").expect("a verdict");
    for line in ["image     document-front  ", "image     face                  gone", "video     selfid_video", "nfc       nfc"] {
        assert!(shown.contains(line), "no {line:?} in {text}");
    }
    assert!(shown.matches("  signed\n").count() >= 4, "{text}");
    assert!(shown.contains("\nDocuments\n  document  decision "), "{text}");
    let page = world.file("index.html");
    let page = page.canonicalize().expect("a page");
    assert!(text.contains(&format!("\u{1b}]8;;file://{}\u{1b}\\", page.display())), "{text:?}");

    let run = on_a_terminal(&world, "80", &[("NO_COLOR", "1")], &["download", SESSION, "--no-progress"]).expect("a terminal");
    assert!(run.stdout.contains("index.html") && !run.stdout.contains('\u{1b}'), "{:?}", run.stdout);
    let run = world.run(&["download", SESSION]).ends_with(7);
    assert!(!run.stderr.contains("index.html"), "a pipe gets one line: {}", run.stderr);
}

#[test]
fn a_batch_on_a_terminal_ends_with_those_that_failed() {
    let world = World::with(vec![session(), session_named("other1", "other-new1", "other-old1")]);
    world.faults("media:face-other1=404");
    let words = ["download", SESSION, "other1", "unknown1", "unknown2", "--color", "never"];
    let Some(run) = on_a_terminal(&world, "200", &[], &words) else { return };
    let text = run.ends_with(7).stdout;
    assert!(!text.contains(&format!("{SESSION} complete")) && !text.contains("other1 incomplete"), "{text}");
    let end: Vec<&str> = text.lines().rev().take(5).collect();
    assert!(end[4].contains("4 sessions: 1 complete, 3 incomplete"), "{end:#?}");
    assert_eq!(end[3], "  2 not found: unknown1, unknown2");
    assert_eq!(end[2], "  1 archived in part: other1");
    assert!(end[1].starts_with("vmedia: hint: ") && end[0].starts_with("vmedia: hint: "), "{end:#?}");
    let text = on_a_terminal(&world, "120", &[], &[&words[..], &["-v"]].concat()).expect("a terminal").stdout;
    assert!(text.contains(&format!("{SESSION} complete")) && text.contains("other1 incomplete"), "{text}");
}

#[test]
fn a_wait_is_in_the_bars_and_leaves_no_lines() {
    let world = World::new();
    world.faults("attempts=429:2*1");
    let Some(run) = on_a_terminal(&world, "80", &[], &["download", SESSION, "--color", "never"]) else { return };
    let text = run.ends_with(0).stdout;
    assert!(text.contains("waiting ") && text.contains(" of 6: HTTP 429"), "{text:?}");
    assert!(!text.contains("note:"), "{text:?}");
}

#[test]
fn a_transfer_that_stalls_is_in_the_bars() {
    let bytes = [mp4("big"), vec![7; 600_000]].concat();
    let video = Media::video("big", "selfid_video", "video/mp4", bytes);
    let world = World::with(vec![Session::new(SESSION).attempt(Attempt::new(NEWEST, "approved").media(video))]);
    world.faults("media=stall");
    let words = ["download", SESSION, "--timeout", "5", "--retries", "0", "--color", "never"];
    let Some(run) = on_a_terminal(&world, "80", &[], &words) else { return };
    let text = run.ends_with(5).stdout;
    assert!(text.contains("no data for 3 s") && text.contains("no data for 4 s"), "{text:?}");
}

#[test]
fn a_verification_prints_the_hint_of_a_remedy_once() {
    let names = ["a", "b", "c"];
    let world = World::with(names.iter().map(|name| session_named(name, &format!("{name}-new"), &format!("{name}-old"))).collect());
    world.run(&["download", "a", "b", "c"]).ends_with(0);
    for name in names {
        std::fs::write(world.archive().join(format!("{name}/data/{name}-new/face_face-{name}.jpg")), "x").expect("written");
    }
    let run = world.run(&["verify", "vmedia-archive"]).ends_with(8).shows("3 damaged");
    assert_eq!(run.stdout.matches("`vmedia repair` fetches").count(), 1, "{}", run.stdout);
}
