//! Unusual surroundings: dumb and narrow terminals, none at all, closed streams, odd names;
//! and what people type when they paste.

use crate::harness::{ALL, NEWEST, Run, SESSION, World, bare, mp4, session_named, tree};
use std::path::Path;
use vmedia::sandbox::fixture::{Attempt, Media, Session};

/// Runs a program on a terminal of a width; Python has one to offer. Presses Ctrl-C once what is awaited is shown, or gives the
/// terminal another width.
#[cfg(unix)]
const TERMINAL: &str = r#"
import fcntl, os, pty, struct, sys, termios
awaited = os.environb.pop(b"AWAITED", None)
resize = os.environ.pop("RESIZE", None)
process, terminal = pty.fork()
if process == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
said = b""
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        break
    if not part:
        break
    said += part
    if awaited and awaited in said:
        awaited = None
        if resize:
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(resize), 0, 0))
        else:
            os.write(terminal, b"\x03")
sys.stdout.buffer.write(said)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
"#;

/// What a terminal of that width and sort gets, with line ends as a program writes them.
#[cfg(unix)]
pub fn on_a_terminal(world: &World, columns: &str, variables: &[(&str, &str)], words: &[&str]) -> Option<Run> {
    if !std::process::Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        crate::harness::lacks("python3");
        return None;
    }
    let made = world.process(words);
    let mut command = std::process::Command::new("python3");
    command.args(["-c", TERMINAL, columns, env!("CARGO_BIN_EXE_vmedia")]).args(made.get_args()).current_dir(world.folder()).env_clear();
    let set = made.get_envs().filter_map(|(name, value)| Some((name, value?)));
    command
        .envs(set)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TERM", "xterm-256color")
        .envs(variables.iter().copied());
    let mut run = Run::of(&command.output().expect("a run"));
    run.stdout = run.stdout.replace("\r\n", "\n");
    Some(run)
}

/// A session with a file that takes a while at the pace of these tests.
#[cfg(unix)]
fn big() -> World {
    let bytes = [mp4("big"), vec![7; 600_000]].concat();
    let video = Media::video("big", "selfid_video", "video/mp4", bytes);
    World::with(vec![Session::new(SESSION).attempt(Attempt::new(NEWEST, "approved").media(video))])
}

#[cfg(unix)]
#[test]
fn a_terminal_that_cannot_move_its_cursor_gets_lines() {
    let world = big();
    let words = ["download", SESSION, "--limit-rate", "1M"];
    for (variables, words) in [(&[("TERM", "dumb")][..], &words[..]), (&[], &[&words[..], &["--no-progress", "--color", "never"]].concat())]
    {
        let Some(run) = on_a_terminal(&world, "80", variables, words) else { return };
        let run = run.ends_with(0);
        assert!(!run.stdout.contains(['\r', '\u{1b}']), "{variables:?}: {:?}", run.stdout);
        assert!(run.stdout.contains("complete: 1 file"), "{:?}", run.stdout);
    }
    // The control: where it can, there are bars.
    std::fs::remove_dir_all(world.archive()).expect("removed");
    let run = on_a_terminal(&world, "80", &[], &words).expect("python3").ends_with(0);
    assert!(run.stdout.contains("\u{1b}["), "{:?}", run.stdout);
}

#[cfg(unix)]
#[test]
fn a_terminal_without_colour_still_has_bars_and_no_colour() {
    let world = big();
    let Some(run) = on_a_terminal(&world, "80", &[("NO_COLOR", "1")], &["download", SESSION, "--limit-rate", "1M"]) else { return };
    let run = run.ends_with(0);
    let painted = run
        .stdout
        .split("\u{1b}[")
        .skip(1)
        .any(|rest| rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ';').starts_with('m'));
    assert!(!painted, "{:?}", run.stdout);
    assert!(run.stdout.contains("1 file"), "{:?}", run.stdout);
}

#[cfg(unix)]
#[test]
fn a_narrow_terminal_shows_one_bar_and_the_whole_end() {
    for (columns, has_rows) in [("20", false), ("40", false), ("80", true)] {
        let world = big();
        let Some(run) = on_a_terminal(&world, columns, &[], &["download", SESSION, "--limit-rate", "1M", "--color", "never"]) else {
            return;
        };
        let run = run.ends_with(0);
        // Only a row has a rate.
        assert_eq!(run.stdout.contains("B/s"), has_rows, "{columns}: {:?}", run.stdout);
        let words: Vec<&str> = run.stdout.split_whitespace().collect();
        let end = format!("{SESSION} complete: 1 file fetched (600 kB)");
        assert!(words.join(" ").contains(&end), "{columns}: {:?}", run.stdout);
        for words in [&["--help"][..], &["list", SESSION], &["download", "--nonsense"]] {
            let run = on_a_terminal(&world, columns, &[], words).expect("python3");
            assert!(!run.stdout.contains("panicked") && !run.stdout.is_empty(), "{columns} {words:?}: {}", run.stdout);
        }
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_is_echoed_where_it_is_taken_away_with_the_bars() {
    for columns in ["40", "80", "120"] {
        let world = big();
        let words = ["download", SESSION, "--limit-rate", "100k", "--color", "never"];
        let Some(run) = on_a_terminal(&world, columns, &[("AWAITED", "of 1 file")], &words) else { return };
        let run = run.ends_with(130);
        let (before, after) = run.stdout.split_once("^C").expect("the terminal's echo");
        // At the right edge it would wrap, and the topmost bar would stay.
        assert!(before.ends_with('\r'), "{columns}: {before:?}");
        assert!(after.contains("interrupted"), "{columns}: {after:?}");
    }
}

#[cfg(unix)]
#[test]
fn bars_fit_a_terminal_that_becomes_narrower() {
    let world = big();
    let words = ["download", SESSION, "--limit-rate", "200k", "--color", "never"];
    let Some(run) = on_a_terminal(&world, "120", &[("AWAITED", "of 600.03 kB"), ("RESIZE", "60")], &words) else { return };
    let run = run.ends_with(0);
    // Only a wide row says the size of its file in full.
    let pictures: Vec<&str> = run.stdout.split("of 1 file").collect();
    let is_wide: Vec<bool> = pictures.iter().map(|picture| picture.contains("of 600.03 kB")).collect();
    let (begin, end) = is_wide.split_at(is_wide.len() / 2);
    assert!(end.len() > 4 && begin.contains(&true) && !end.contains(&true), "{pictures:#?}");
}

#[cfg(unix)]
#[test]
fn closed_streams_cost_nothing() {
    let world = World::new();
    for (closed, words) in [("<&-", "download"), (">&-", "list"), ("2>&-", "download"), ("<&- >&- 2>&-", "download")] {
        let script = format!("exec \"$0\" {words} {SESSION} --retry-delay 0.01 {closed}");
        let set = world.process(&[]);
        let mut command = std::process::Command::new("/bin/sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_vmedia")]).current_dir(world.folder()).env_clear();
        command.envs(set.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Run::of(&command.output().expect("a run")).ends_with(0);
        // Nothing that was to be printed is in a file that got the number of a closed stream.
        assert!(words == "list" || world.held() == ALL, "{closed}");
    }
}

#[cfg(unix)]
#[test]
fn a_home_that_is_not_there_or_cannot_be_read_is_no_hindrance() {
    let world = World::new();
    let without = |change: &dyn Fn(&mut assert_cmd::Command)| {
        let mut command = world.command(&["download", SESSION]);
        command.env_remove("XDG_CONFIG_HOME");
        change(&mut command);
        Run::of(&command.output().expect("a run")).ends_with(0);
    };
    without(&|command| _ = command.env_remove("HOME"));
    without(&|command| _ = command.env("HOME", "/nonexistent/home"));
    without(&|command| _ = command.env("HOME", ""));
    without(&|command| _ = command.env("LANG", "C").env("LC_ALL", "C"));
    assert_eq!(world.held(), ALL);
}

#[test]
fn archives_may_have_the_names_that_people_give_to_folders() {
    let world = World::new();
    let mut names = vec!["with spaces", "Prüfung – 2026", "-dash", "a/./b/../b", "trailing/"];
    if cfg!(unix) {
        // One name each: on such systems a backslash separates nothing.
        names.extend(["line\nbreak", r"C:\evidence", r"\\server\share\evidence\"]);
    }
    for name in names {
        let output = format!("--output={name}");
        let run = world.run(&["download", SESSION, &output]).ends_with(0);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        assert_eq!(tree(&world.folder().join(name).join(SESSION).join("data")).len(), 5, "{name:?}");
        Run::of(&bare(world.folder()).args(["verify", "--", name]).output().expect("a run")).ends_with(0);
    }
    if cfg!(windows) {
        let device = world.run(&["download", SESSION, "-o", "evidence/con"]).ends_with(6);
        device.complains("Windows reserves the name con for a device", "choose another folder with -o");
    }
}

#[test]
fn an_archive_may_lie_deeper_than_the_260_letters_that_windows_counts() {
    let world = World::new();
    let folder = [["a-folder-with-a-name-of-some-length"; 9].join("/"), "archive".to_owned()].join("/");
    assert!(folder.len() > 300, "{}", folder.len());
    world.run(&["download", SESSION, "-o", &folder]).ends_with(0);
    let face = world.folder().join(&folder).join(SESSION).join(format!("data/{NEWEST}/face_face-{SESSION}.jpg"));
    let bytes = std::fs::read(&face).expect("a face");
    std::fs::write(&face, "altered").expect("written");
    world.run(&["repair", &folder]).ends_with(0);
    assert_eq!(std::fs::read(&face).expect("a face"), bytes);
    Run::of(&bare(world.folder()).args(["verify", &folder]).output().expect("a run")).ends_with(0);
}

#[test]
fn sessions_may_have_the_names_of_devices() {
    let names = ["con", "NUL", "aux.txt", "com1", "lpt9", "trailing."];
    let world = World::with(names.iter().map(|name| session_named(name, &format!("n-{name}"), &format!("o-{name}"))).collect());
    for _ in 0..2 {
        world.run(&[&["download"][..], &names].concat()).ends_with(0).says("6 sessions: 6 complete");
    }
    assert_eq!(world.media_requests(), 5 * names.len(), "the second run finds them");
    let folders = std::fs::read_dir(world.archive()).expect("an archive").map(|entry| entry.expect("an entry").file_name());
    assert_eq!(folders.filter(|name| !name.to_string_lossy().starts_with(['.', '_'])).count(), names.len());
    Run::of(&bare(world.folder()).args(["verify", "vmedia-archive"]).output().expect("a run")).ends_with(0).shows("6 sessions: all sound");
}

#[cfg(unix)]
#[test]
fn words_that_are_no_text_are_two_lines_and_folders_need_be_none() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::new();
    let odd = std::ffi::OsStr::from_bytes(b"x\xffy");
    let run = |words: &[&str]| Run::of(&bare(world.folder()).args(words).arg(odd).output().expect("a run"));
    for words in [["download"].as_slice(), &["list"], &["download", "--from"]] {
        let run = run(words).ends_with(2);
        assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
        run.complains("invalid UTF-8", "type the word again");
    }
    // macOS takes no such name.
    if cfg!(target_os = "linux") {
        let output = world.process(&["download", SESSION]).arg("-o").arg(odd).output().expect("a run");
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(tree(&world.folder().join(Path::new(odd)).join(SESSION).join("data")).len(), 5);
    }
}

#[test]
fn an_id_that_was_pasted_with_its_surroundings_is_given_back_without_them() {
    let world = World::new();
    for typed in [
        format!("\"{SESSION}\""),
        format!("<{SESSION}>"),
        format!("{SESSION}."),
        format!("\u{201e}{SESSION}\u{201c}"),
        format!("https://station.example/verifications/{SESSION}"),
        format!("https://station.example/verifications/{SESSION}?tab=media#top"),
        format!("session/{SESSION}/"),
    ] {
        for verb in ["download", "list", "attempts"] {
            let run = world.run(&[verb, &typed]).ends_with(2);
            assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
            run.complains("is no session id: ", &format!("did you mean {SESSION}?"));
        }
    }
    world
        .run(&["list", SESSION, "--attempt", &format!("({NEWEST})")])
        .ends_with(2)
        .complains("is no attempt id: punctuation stands around it", &format!("did you mean {NEWEST}?"));
    std::fs::write(world.folder().join("ids"), format!("<{SESSION}>\n\"{SESSION}\"\n")).expect("written");
    let run = world.run(&["download", "--from", "ids"]).ends_with(7);
    run.complains("line 1 of the list is no session id: punctuation stands around it", "correct the line");
    assert_eq!(world.held(), ALL, "the second line is CSV");
    assert_eq!(world.sandbox.exchanges().iter().filter(|exchange| exchange.status != 200).count(), 0);
}

#[test]
fn ids_that_only_look_odd_are_asked_for() {
    let odd = ["a.", "A_b~c", "f04bdb47.", "~"];
    let world = World::with(odd.iter().map(|id| session_named(id, &format!("n{id}"), &format!("o{id}"))).collect());
    for id in odd {
        world.run(&["download", id]).ends_with(0).says("5 files fetched");
    }
}

#[test]
fn a_word_that_is_nearly_right_is_suggested() {
    let world = World::new();
    for (words, what, hint) in [
        (&["downlod", SESSION][..], "unrecognized subcommand 'downlod'", "'download'"),
        (&["verfy", "x"], "unrecognized subcommand 'verfy'", "'verify'"),
        (&["download", SESSION, "--only", "imgae"], "invalid value 'imgae'", "'image'"),
        (&["download", SESSION, "--provider", "verif"], "invalid value 'verif'", "'veriff'"),
        (&["download", SESSION, "--format", "jsn"], "invalid value 'jsn'", "'json'"),
        (&["download", SESSION, "--skip-complet"], "'--skip-complet'", "'--skip-complete'"),
        (&["download", SESSION, "--with", "decison"], "--with does not know \"decison\"", "it takes decision, "),
        (&["completions", "bsh"], "invalid value 'bsh'", "'bash'"),
        // Where nothing is near, the way to all of it is shown.
        (&["list", SESSION, "--sort-by"], "unexpected argument '--sort-by'", "vmedia list --help shows every flag"),
        (&["help", "nonsense"], "unrecognized subcommand 'nonsense'", "vmedia --help lists the commands"),
        (&["verify", "x", "--since", "yesterday"], "it looks like 2026-11-21", "vmedia verify --help shows every flag"),
        (&["download"], "<SESSION_ID>", "; vmedia download --help shows every flag and examples"),
        (&["attempts", "-q"], "<SESSION_ID>", "vmedia attempts --help shows"),
    ] {
        let run = world.run(words).ends_with(2);
        assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
        run.complains(what, hint);
    }
}

#[test]
fn no_arguments_show_where_to_begin() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = Run::of(&bare(folder.path()).output().expect("a run")).ends_with(2);
    // It stands at the end, where the eye is after a page has scrolled by.
    let end: Vec<&str> = run.stderr.lines().rev().take(15).collect();
    for begin in ["vmedia demo", "vmedia config init", "vmedia download <session-id>"] {
        assert!(end.iter().any(|line| line.trim_start().starts_with(begin)), "no {begin} in {end:#?}");
    }
    assert!(run.stderr.lines().all(|line| line.chars().count() <= 100), "{}", run.stderr);
}

#[test]
fn an_error_of_the_system_is_reported_without_its_number() {
    let world = World::new();
    let nowhere = Path::new("no").join("such").join("folder").display().to_string();
    for words in [
        &["verify", &nowhere][..],
        &["catalog", &nowhere],
        &["repair", &nowhere],
        &["download", "--from", &nowhere],
        &["download", SESSION, "--failed-to", &nowhere],
        &["list", SESSION, "--ca-cert", &nowhere],
    ] {
        let run = world.run(words);
        assert_ne!(run.code, 0, "{words:?}");
        assert!(run.stderr.contains("no") && !run.stderr.contains("os error") && !run.stderr.contains(".tmp"), "{words:?}: {}", run.stderr);
    }
}

#[test]
fn a_journal_without_sessions_is_not_called_sound() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let journal = world.archive().join("_journal").display().to_string();
    let run = world.run(&["verify", &journal, "--read-only"]).ends_with(0).shows("holds").shows("0 sessions: there was none to check");
    assert!(!run.stdout.contains("sound"), "{}", run.stdout);
}
