//! Lists of session ids: files, standard input, spreadsheets, webhooks, and lines that are none.

use crate::harness::{Run, World, session_named};
use vmedia::engine::Event;

const IDS: [&str; 3] = ["list-a", "list-b", "list-c"];

/// Three sessions, and a list in a file.
fn world(list: &str) -> World {
    let sessions = IDS.iter().map(|id| session_named(id, &format!("{id}-new"), &format!("{id}-old"))).collect();
    let world = World::with(sessions);
    std::fs::write(world.folder().join("ids.txt"), list).expect("written");
    world
}

/// The sessions that were asked for, in order, each as often as it was.
fn asked(world: &World) -> Vec<String> {
    let attempts = |path: String| Some(path.strip_prefix("/v1/sessions/")?.strip_suffix("/attempts")?.to_owned());
    let mut asked: Vec<String> = world.sandbox.exchanges().into_iter().filter_map(|exchange| attempts(exchange.path)).collect();
    asked.sort();
    asked
}

fn archived(world: &World) -> Vec<&'static str> {
    IDS.into_iter().filter(|id| world.archive().join(id).join("bagit.txt").exists()).collect()
}

fn rejected(run: &Run) -> Vec<u64> {
    let line = |event| match event {
        Event::LineRejected { line, .. } => Some(line),
        _ => None,
    };
    run.events().into_iter().filter_map(line).collect()
}

#[test]
fn a_list_in_a_file_is_read_with_blanks_and_comments_skipped() {
    let world = world("\u{feff}# all of May\r\nlist-a\r\n\r\n   list-b  \r\nlist-c");
    world.run(&["download", "--from", "ids.txt"]).ends_with(0).says("3 sessions: 3 complete");
    assert_eq!(archived(&world), IDS);
}

#[test]
fn a_spreadsheets_first_column_is_read_and_its_header_is_not_an_id() {
    for list in
        ["session_id,name\nlist-a,\"A, B\"\nlist-c,x\n", "Session ID;Name\n\"list-a\";x\nlist-c;y\n", "id\tname\nlist-a\tx\nlist-c\ty\n"]
    {
        let world = world(list);
        world.run(&["download", "--from", "ids.txt"]).ends_with(0);
        assert_eq!(asked(&world), ["list-a", "list-c"], "{list}");
        assert_eq!(archived(&world), ["list-a", "list-c"], "{list}");
    }
}

#[test]
fn webhooks_come_through_standard_input() {
    let world = world("");
    let log = r#"{"status":"success","verification":{"id":"list-a","attemptId":"x","code":9001}}
{"id":"list-b","attemptId":"y","feature":"selfid","code":7002,"action":"submitted"}
"#;
    let output = world.command(&["download", "--from", "-"]).write_stdin(log).output().expect("a run");
    Run::of(&output).ends_with(0).says("2 sessions: 2 complete");
    assert_eq!(archived(&world), ["list-a", "list-b"]);
}

#[test]
fn an_id_that_comes_twice_counts_once() {
    let world = world("list-b\nlist-a\nlist-b\nlist-c\n");
    let run = world.run(&["download", "list-a", "list-a", "--from", "ids.txt", "--format", "json"]).ends_with(0);
    assert_eq!(asked(&world), IDS, "each is asked for once");
    assert!(matches!(run.events().first(), Some(Event::RunStarted { sessions: 3, .. })));
    let finished: Vec<String> = run
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::SessionFinished { session, .. } => Some(session.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(finished, ["list-a", "list-b", "list-c"], "those on the command line come first");
}

#[test]
fn a_bad_line_is_named_by_its_number_and_the_others_go_on() {
    let world = world("list-a\n\n../../etc/passwd\nlist-b\n{\"broken\n");
    let run = world.run(&["download", "--from", "ids.txt", "--format", "json"]).ends_with(7);
    assert_eq!(rejected(&run), [3, 5]);
    assert_eq!(archived(&world), ["list-a", "list-b"]);

    let run = world.run(&["download", "--from", "ids.txt", "-q"]).ends_with(7);
    let said: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(said.len(), 4, "two lines each: {said:?}");
    assert!(said[0].contains("error: line 3 ") && said[1].contains("hint: "), "{said:?}");
}

#[test]
fn a_list_of_bad_lines_alone_is_a_usage_error() {
    let world = world("a b\nc/d\n");
    let run = world.run(&["download", "--from", "ids.txt", "--format", "json"]).ends_with(2);
    assert_eq!(rejected(&run), [1, 2]);
    assert!(world.sandbox.exchanges().is_empty());
}

#[test]
fn an_empty_list_is_nothing_to_do() {
    for list in ["", "# nothing yet\n\n", "session_id,name\n"] {
        let world = world(list);
        let output = world.command(&["download", "--from", "-"]).write_stdin(list).output().expect("a run");
        Run::of(&output).ends_with(0).says("vmedia: note: there is no session id in -, so there is nothing to do");
        let words = ["download", "--from", "ids.txt", "--failed-to", "again.txt", "-q"];
        std::fs::write(world.folder().join("again.txt"), "of yesterday\n").expect("an old list");
        let run = world.run(&words).ends_with(0);
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""), "{list:?}");
        assert_eq!(std::fs::read_to_string(world.folder().join("again.txt")).expect("a list"), "");
        let events = world.run(&["download", "--from", "ids.txt", "--format", "json"]).ends_with(0).events();
        assert!(matches!(events[..], [Event::RunStarted { sessions: 0, .. }, Event::RunFinished { code: 0, .. }]), "{events:?}");
        assert!(world.sandbox.exchanges().is_empty() && !world.archive().exists(), "{list:?}");
    }
}

#[test]
fn no_list_and_one_that_is_not_there_or_too_large_are_usage_errors() {
    let world = world("list-a\n");
    world.run(&["download"]).ends_with(2);
    world.run(&["download", "--from", "nowhere.txt"]).ends_with(2).says("nowhere.txt");
    // All but the beginning of it is a hole.
    let list = std::fs::File::options().write(true).open(world.folder().join("ids.txt"));
    list.and_then(|file| file.set_len(256 * 1024 * 1024 + 1)).expect("a large file");
    world.run(&["download", "--from", "ids.txt"]).ends_with(2).complains("the list ids.txt is larger than", "archived in parts");
    assert!(world.sandbox.exchanges().is_empty());
}

#[test]
fn one_unknown_session_among_others_makes_a_mixture() {
    let world = world("list-a\nunknown\nlist-c\n");
    let run = world.run(&["download", "--from", "ids.txt"]).ends_with(7).says("session unknown is not found");
    assert!(run.stderr.contains("3 sessions: 2 complete, 1 incomplete"), "{}", run.stderr);
    assert_eq!(archived(&world), ["list-a", "list-c"]);
}
