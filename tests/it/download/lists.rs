//! Lists of session ids: files, standard input, spreadsheets, webhooks, and lines that are none.

use crate::harness::{Run, World, session_named};
use vmedia::engine::Event;

const IDS: [&str; 3] = ["list-1", "list-2", "list-3"];

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
    let world = world("\u{feff}# all of May\r\nlist-1\r\n\r\n   list-2  \r\nlist-3");
    world.run(&["download", "--from", "ids.txt"]).ends_with(0).says("3 sessions: 3 complete");
    assert_eq!(archived(&world), IDS);
}

#[test]
fn a_spreadsheets_first_column_is_read_and_its_header_is_not_an_id() {
    for list in
        ["session_id,name\nlist-1,\"A, B\"\nlist-3,x\n", "Session ID;Name\n\"list-1\";x\nlist-3;y\n", "id\tname\nlist-1\tx\nlist-3\ty\n"]
    {
        let world = world(list);
        world.run(&["download", "--from", "ids.txt"]).ends_with(0);
        assert_eq!(asked(&world), ["list-1", "list-3"], "{list}");
        assert_eq!(archived(&world), ["list-1", "list-3"], "{list}");
    }
}

#[test]
fn webhooks_come_through_standard_input() {
    let world = world("");
    let log = r#"{"status":"success","verification":{"id":"list-1","attemptId":"x","code":9001}}
{"id":"list-2","attemptId":"y","feature":"selfid","code":7002,"action":"submitted"}
"#;
    let output = world.command(&["download", "--from", "-"]).write_stdin(log).output().expect("a run");
    Run::of(&output).ends_with(0).says("2 sessions: 2 complete");
    assert_eq!(archived(&world), ["list-1", "list-2"]);
}

#[test]
fn an_id_that_comes_twice_counts_once() {
    let world = world("list-2\nlist-1\nlist-2\nlist-3\n");
    let run = world.run(&["download", "list-1", "list-1", "--from", "ids.txt", "--format", "json"]).ends_with(0);
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
    assert_eq!(finished, ["list-1", "list-2", "list-3"], "those on the command line come first");
}

#[test]
fn a_bad_line_is_named_by_its_number_and_the_others_go_on() {
    let world = world("list-1\n\n../../etc/passwd\nlist-2\n{\"broken\n");
    let run = world.run(&["download", "--from", "ids.txt", "--format", "json"]).ends_with(7);
    assert_eq!(rejected(&run), [3, 5]);
    assert_eq!(archived(&world), ["list-1", "list-2"]);

    let run = world.run(&["download", "--from", "ids.txt", "-q"]).ends_with(7);
    let said: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(said.len(), 3, "a line each, and what to do: {said:?}");
    assert!(said[0].contains("error: line 3 ") && said[2].contains("hint: "), "{said:?}");
}

#[test]
fn a_list_of_bad_lines_alone_is_a_usage_error() {
    let world = world("a b\nc/d1\n");
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
    let world = world("list-1\n");
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
    let world = world("list-1\nunknown1\nlist-3\n");
    let run = world.run(&["download", "--from", "ids.txt"]).ends_with(7).says("session unknown1 is not found");
    assert!(run.stderr.contains("3 sessions: 2 complete, 1 incomplete"), "{}", run.stderr);
    assert_eq!(archived(&world), ["list-1", "list-3"]);
}

const A: &str = "f04bdb47-d3be-4b28-b028-a652feb060b5";
const B: &str = "9d539c59-1cd0-4e2c-bed8-eb525248aa84";
/// What lists hold beside ids, and nothing but a list may ever hold.
const PRIVATE: [&str; 5] = ["Smith", "Jones", "K-1234", "1980-02-03", "anna@example.org"];

/// Archives a list with A and B in it, and fails the test when anything else of it is sent, said or written down.
#[track_caller]
fn keeps_to_itself(list: &[u8], code: i32, lines: &[u64]) {
    let world = World::with([A, B].map(|id| session_named(id, &format!("{id}-new"), &format!("{id}-old"))).to_vec());
    std::fs::write(world.folder().join("ids.txt"), list).expect("a list");
    let words = ["download", "--from", "ids.txt", "--failed-to", "again.txt", "--log-file", "run.log", "-vv"];
    let run = world.run(&[&words[..], &["--format", "json"]].concat()).ends_with(code);
    assert_eq!(rejected(&run), lines);
    assert_eq!(asked(&world), if code == 2 { vec![] } else { vec![B, A] });
    let mut reported = run.stdout + &run.stderr + &world.run(&words).stderr;
    for file in ["again.txt", "run.log"] {
        reported += &std::fs::read_to_string(world.folder().join(file)).unwrap_or_default();
    }
    for exchange in world.sandbox.exchanges() {
        reported += &exchange.path;
    }
    for word in PRIVATE {
        assert!(!reported.contains(word), "{word} is in {reported}");
    }
}

#[test]
fn names_and_addresses_beside_the_ids_stay_here() {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let csv = format!("name,born,session_id\n\"Smith, Anna\",1980-02-03,{A}\nJones,,{B}\n");
    for list in [
        csv.as_bytes(),
        format!("Customer;Reference;Veriff\r\nSmith;K-1234;{A}\r\nJones;K-1235;{B}\r\n").as_bytes(),
        format!("Smith\t{A}\nJones\t{B}\n").as_bytes(),
        format!("[{{\"id\":\"{A}\",\"name\":\"Smith\"}},{{\"name\":\"Jones\",\"id\":\"{B}\"}}]").as_bytes(),
        format!("[\n  \"{A}\",\n  \"{B}\"\n]\n").as_bytes(),
        format!("{{\n  \"verification\": {{\n    \"id\": \"{A}\",\n    \"person\": {{\"lastName\": \"Smith\"}}\n  }}\n}}\n{{\"sessionId\": \"{B}\"}}\n")
            .as_bytes(),
        format!("{{\"Records\":[{{\"body\":\"{{\\\"sessionId\\\":\\\"{A}\\\"}}\"}},{{\"body\":{{\"session_id\":\"{B}\"}}}}]}}").as_bytes(),
        &wide(&csv),
        &wide(&format!("\u{feff}{csv}")),
    ] {
        keeps_to_itself(list, 0, &[]);
    }
}

#[test]
fn what_cannot_be_an_id_is_never_sent() {
    keeps_to_itself(format!("Smith\n{A}\nK-1234\nanna@example.org\n1980-02-03\n{B}\n").as_bytes(), 7, &[1, 3, 4, 5]);
    keeps_to_itself(format!("name,session_id\nSmith,{A}\nx,Jones\nK-1234\ny,{B}\n").as_bytes(), 7, &[3, 4]);
    keeps_to_itself(format!("[\"{A}\",\n\"Smith\",\n{{\"id\":\"K-1234\"}},\n\"{B}\"]").as_bytes(), 7, &[2, 3]);
    keeps_to_itself(format!("{{\"name\": \"Smith\n{{\"sessionId\":\"{A}\"}}\n{{\"sessionId\":\"{B}\"}}\nJones\n").as_bytes(), 7, &[1, 4]);
    keeps_to_itself(b"Smith\nJones\n1980-02-03\n", 2, &[1, 2, 3]);
    // The column is ambiguous, so nothing is read.
    keeps_to_itself(b"name,reference\nSmith,K-1234\n", 2, &[]);
    keeps_to_itself(format!("name,a,b\nSmith,{A},{B}\n").as_bytes(), 2, &[]);
}

#[test]
fn a_list_that_holds_more_than_ids_is_not_replaced() {
    let words = ["download", "--from", "ids.txt", "--failed-to", "ids.txt"];
    for list in ["list-1\nnot an id\n", "session_id,name\nlist-1,Smith\n", "# of May\nlist-1\n"] {
        let world = world(list);
        world.run(&words).ends_with(2).complains("--failed-to ids.txt would replace the list", "name another file with --failed-to");
        let file = std::fs::File::open(world.folder().join("ids.txt")).expect("a list");
        let output = world.process(&["download", "--from", "-", "--failed-to", "ids.txt"]).stdin(file).output().expect("a run");
        Run::of(&output).ends_with(2).complains("would replace the list", "name another file");
        assert_eq!(std::fs::read_to_string(world.folder().join("ids.txt")).expect("a list"), list);
    }
    let world = world("list-1\nunknown1\n");
    world.run(&words).ends_with(7);
    let left = |runs: u32| format!("session_id,reason,runs\nunknown1,not-found,{runs}\n");
    assert_eq!(std::fs::read_to_string(world.folder().join("ids.txt")).expect("a list"), left(1));
    world.run(&words).ends_with(9);
    assert_eq!(std::fs::read_to_string(world.folder().join("ids.txt")).expect("a list"), left(2), "its own list may be replaced");
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_not_waited_for_and_what_a_shell_hands_over_is_read() {
    let world = world("");
    let made = std::process::Command::new("mkfifo").arg(world.folder().join("pipe")).status();
    assert!(made.expect("mkfifo").success());
    world.run(&["download", "--from", "pipe"]).ends_with(2).complains("cannot read the list pipe", "--from - < PIPE");
    let mut command = world.process(&["download", "--from", "/dev/stdin"]);
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    std::io::Write::write_all(&mut writer, b"list-1\n").expect("written");
    drop(writer);
    Run::of(&command.stdin(reader).output().expect("a run")).ends_with(0);
}
