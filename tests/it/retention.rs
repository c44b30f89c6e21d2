//! `vmedia hold` and `vmedia retention`: what is held is never erased, what is due is listed, and what was recorded cannot be hidden.

use crate::evidence::{ALPHA, Archive, BETA, Evidence, GAMMA};
use crate::harness::{Run, World};
use crate::schema::{is_described, judged};
use serde_json::{Value, json};
use vmedia::engine::Event;

const ORDER: [&str; 4] = ["--authority", "a law", "--reason", "retention ended"];
const SCHEDULES: &str = r#"
[retention.aml]
authority = "(EU) 2024/1624 art. 77"
event = "end"
keep = "5y"

[retention.aml.biometric]
keep = "3y"
max = true
"#;

fn erase(world: &World, words: &[&str]) -> Run {
    world.run(&[&["erase"], words, &ORDER[..]].concat())
}

/// The lines of the newest segment.
fn newest(archive: &Archive) -> Vec<Value> {
    archive.entries(&archive.segments().pop().expect("a segment"))
}

/// Fails the test unless the published schema describes these lines, by its own judge as well.
fn are_described(lines: &[Value]) {
    lines.iter().for_each(|line| is_described("journal", line));
    if let Some(verdicts) = judged(&lines.iter().map(|line| ("journal", line.clone())).collect::<Vec<_>>()) {
        assert!(verdicts.iter().all(|verdict| verdict == "valid"), "{verdicts:?}");
    }
}

#[test]
fn a_held_session_is_not_erased_until_every_case_is_released() {
    let evidence = Evidence::young();
    let (world, archive) = (&evidence.world, evidence.archive());
    world.run(&["hold", "list"]).ends_with(0).says("no session is held");
    std::fs::write(world.folder().join("ids.csv"), "session_id,name\nlater-1,y\n'quoted',z\n").expect("written");
    let words = ["hold", "add", "case\u{1b} 1", "--reason", "x", ALPHA];
    world.run(&words).ends_with(2).says("a name is some text in one line");
    let run = world.run(&["hold", "add", "K 1", "--reason", "a claim", ALPHA, "--from", "ids.csv"]).ends_with(7);
    run.shows("case K 1: 2 sessions held, 1 not in the archive yet").says("line 3 of the list is left out");
    are_described(&newest(&archive));
    world
        .run(&["hold", "add", "=K2", "--reason", "another", ALPHA, "--until", "2020-01-01"])
        .ends_with(0)
        .shows("1 session held until 2020-01-01");
    let again = world.run(&["hold", "add", "K 1", "--reason", "a claim", ALPHA, "--format", "json"]).ends_with(0);
    assert!(again.events().iter().any(|event| matches!(event, Event::SessionsHeld { sessions: 1, recorded: 0, .. })), "{}", again.stdout);

    let before = std::fs::read(world.bag(ALPHA).join("archive.json")).expect("a record");
    erase(world, &[ALPHA]).ends_with(4).complains("session alpha is held for case \"=K2\" since ", "`vmedia hold list` shows the holds");
    erase(world, &[ALPHA, "--dry-run"]).ends_with(4);
    erase(world, &[ALPHA, BETA]).ends_with(7).shows("beta erased: ").says("is held for case");
    assert_eq!(std::fs::read(world.bag(ALPHA).join("archive.json")).expect("a record"), before);
    world
        .run(&["hold", "add", "K 3", "--reason", "late", BETA])
        .ends_with(9)
        .complains("session beta was erased on ", "the hold is recorded");

    let listed = world.run(&["hold", "list", "--format", "csv"]).ends_with(0).stdout;
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let mut rows: Vec<Vec<String>> = listed.lines().map(cells).collect();
    rows.iter_mut().for_each(|row| _ = row.remove(2));
    assert_eq!(rows[0], ["case", "session", "until", "has_run_out", "archived", "reason"]);
    assert_eq!(rows[1], ["'=K2", ALPHA, "2020-01-01", "true", "true", "another"], "{listed}");
    assert_eq!(
        rows[2..].iter().map(|row| (row[1].as_str(), row[4].as_str())).collect::<Vec<_>>(),
        [(ALPHA, "true"), ("later-1", "false"), (BETA, "false")]
    );
    world.run(&["hold", "release", "K1", "--reason", "settled"]).ends_with(9).complains("no hold of case \"K1\" is in force", "exactly");
    world
        .run(&["hold", "release", "K 1", "--reason", "settled"])
        .ends_with(0)
        .shows("case K 1: 2 sessions released, 1 still held for other cases");
    are_described(&newest(&archive));
    erase(world, &[ALPHA]).ends_with(4);
    world.run(&["hold", "release", "=K2", "--reason", "settled"]).ends_with(0);
    erase(world, &[ALPHA]).ends_with(0);
    // A hold of what was erased before is none of its erasure, also when the certificate is written again.
    std::fs::remove_file(archive.file("_erased/beta.html")).expect("removed");
    erase(world, &[BETA]).ends_with(0);
    archive.is_sound("after every release");
    #[cfg(unix)]
    crate::examples::archive::accepts(&archive.root, &[]);
}

#[test]
fn what_was_recorded_cannot_be_removed_changed_or_ignored() {
    let evidence = Evidence::young();
    let world = &evidence.world;
    std::fs::write(world.folder().join("config.toml"), SCHEDULES).expect("written");
    std::fs::write(world.folder().join("events.csv"), format!("session,date\n{BETA},2019-01-15\n")).expect("written");
    world.run(&["retention", "cutoff", "--from", "events.csv", "--config", "config.toml"]).ends_with(0);
    world.run(&["hold", "add", "K 1", "--reason", "a claim", ALPHA]).ends_with(0);
    world.run(&["hold", "release", "K 1", "--reason", "settled"]).ends_with(0);
    erase(world, &[ALPHA]).ends_with(0);
    let without = |archive: &Archive, word: &str| archive.chain_all(|_, entries| entries.retain(|entry| entry["entry"] != *word));
    let edited = |archive: &Archive, word: &str, from: &str, to: &str| {
        for segment in archive.segments() {
            let mut lines = archive.lines(&segment);
            lines.iter_mut().filter(|line| line.contains(&format!("\"{word}\""))).for_each(|line| *line = line.replace(from, to));
            archive.write_lines(&segment, &lines);
        }
    };
    for (word, from, to) in [("hold", "K 1", "K 2"), ("released", "settled", "forged!"), ("cutoff", "2019-01-15", "2009-01-15")] {
        let archive = evidence.copy("edited");
        edited(&archive, word, from, to);
        let found = archive.verify(&[]).found();
        assert!(!found.is_empty() && found.iter().all(|place| place.contains(": journal: ")), "{word}: {found:?}");
        #[cfg(unix)]
        crate::examples::archive::refuses(&archive.root, &[], "does not follow");
    }
    // A forger who writes the whole journal anew does not get a session erased that was held.
    let archive = evidence.copy("without-release");
    without(&archive, "released");
    archive.finds("the release removed", &["alpha: journal: ."]);
    #[cfg(unix)]
    crate::examples::archive::refuses(&archive.root, &[], "was erased although case K 1 held it");
    let archive = evidence.copy("without-hold");
    without(&archive, "hold");
    let release = archive.segments().into_iter().rev().nth(1).expect("a segment");
    archive.finds("the hold removed", &[&format!("journal: journal: {release}")]);
    #[cfg(unix)]
    crate::examples::archive::refuses(&archive.root, &[], "releases a hold that no line of the journal has");
    evidence.archive().is_sound("untouched");
}

#[test]
fn what_is_due_is_listed_by_its_schedule_and_the_rest_is_counted() {
    let evidence = Evidence::young();
    let world = &evidence.world;
    let run = |words: &[&str]| world.run(&[words, &["--config", "config.toml"]].concat());
    std::fs::write(world.folder().join("config.toml"), "").expect("written");
    run(&["retention", "due"]).ends_with(3).complains("there is no schedule of retention in config.toml", "[retention.NAME]");
    for (wrong, words) in [
        ("[retention.aml]\nkeep = \"5\"\n", "line 2: keep of schedule aml: a period looks like 5y"),
        ("[retention.aml]\nkeep = 5\n", "a whole number stands where a text belongs"),
        ("[retention.aml]\nkep = \"5y\"\n", "schedule aml has a key kep, which is unknown"),
        ("[retention.aml]\nauthority = \"x\"\nkeep = \"5y\"\n", "the schedule [retention.aml] has no event"),
        ("[retention.aml.biometric]\nmax = 1\n", "max of schedule aml.biometric: a whole number stands where true or false belongs"),
        ("[retention]\naml = \"5y\"\n", "where a schedule with its keys belongs stands something else"),
    ] {
        std::fs::write(world.folder().join("config.toml"), wrong).expect("written");
        run(&["retention", "due"]).ends_with(3).says(words);
    }
    std::fs::write(world.folder().join("config.toml"), SCHEDULES).expect("written");
    run(&["config", "show"]).shows("aml: 5y after end, biometric media at most 3y");
    let list =
        "session,date,event\nalpha,2019-01-15,\nbeta,2023-11-30,end\ngamma,30.11.2021,end\ngamma,2021-11-30,other\nlater-1,2024-02-29\n";
    let utf16: Vec<u8> = format!("\u{feff}{list}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(world.folder().join("events.csv"), utf16).expect("written");
    let recorded = run(&["retention", "cutoff", "--from", "events.csv"]).ends_with(7);
    let recorded = recorded.shows("3 cutoffs recorded, 1 not in the archive yet").says("line 4 of the list is left out: its date");
    assert!(
        recorded.stderr.contains("no schedule has its event; they have end") && !recorded.stderr.contains("30.11.2021"),
        "{}",
        recorded.stderr
    );
    are_described(&newest(&evidence.archive()));
    run(&["hold", "add", "K 1", "--reason", "a claim", "--until", "2020-01-01", ALPHA]).ends_with(0);

    let due = |words: &[&str]| run(&[&["retention", "due", "--by", "2026-11-30", "--format", "json"], words].concat());
    let shown = due(&[]).ends_with(0).says("the hold of case K 1 ran out on 2020-01-01");
    let rows: Vec<Value> = serde_json::from_str(&shown.stdout).expect("JSON");
    let states = |rows: &[Value]| {
        rows.iter()
            .map(|row| {
                [&row["session"], &row["class"], &row["state"], &row["due"]].map(|cell| cell.as_str().unwrap_or("-").to_owned()).join(" ")
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(states(&rows), ["beta biometric due 2026-11-30", "alpha biometric held 2022-01-15", "alpha session held 2024-01-16"]);
    assert_eq!(
        (&rows[2]["holds"], &rows[2]["authority"], &rows[0]["maximum"]),
        (&json!(["K 1"]), &json!("(EU) 2024/1624 art. 77"), &json!("2026-11-30"))
    );
    let all: Vec<Value> = serde_json::from_str(&due(&["--all"]).stdout).expect("JSON");
    assert_eq!(states(&all)[3..], ["beta session kept 2028-12-01", "gamma - without-cutoff -"]);
    let metrics = world.folder().join("due.prom");
    let words = ["retention", "due", "--by", "2026-12-01", "--check", "--metrics-file", "due.prom"];
    run(&words).ends_with(7).says("3 sessions on 2026-12-01: 1 overdue, 1 held, 1 without a cutoff");
    let text = std::fs::read_to_string(&metrics).expect("metrics");
    for (state, count) in [("overdue", 1), ("held", 1), ("without-cutoff", 1), ("due", 0)] {
        assert!(text.contains(&format!("state=\"{state}\"}} {count}\n")), "{text}");
    }
    if cfg!(unix) {
        run(&["retention", "due", "--by", "2026-12-01", "--check", "-q", "--on-failure", "cat > failure.json"]).ends_with(7);
        let summary: Value = serde_json::from_slice(&std::fs::read(world.folder().join("failure.json")).expect("a summary")).expect("JSON");
        is_described("summary", &summary);
        assert_eq!((&summary["command"], &summary["retention"]["overdue"]), (&json!("retention due"), &json!(1)));
    }
    // A correction counts, and a withdrawal.
    std::fs::write(world.folder().join("events.csv"), "session,date\nbeta,2025-11-30\nalpha,\n").expect("written");
    run(&["retention", "cutoff", "--from", "events.csv"]).ends_with(0).shows("0 cutoffs recorded, 1 corrected, 1 withdrawn");
    are_described(&newest(&evidence.archive()));
    assert_eq!(due(&["--check"]).ends_with(0).stdout, "[]\n");

    let listed: Vec<Value> = serde_json::from_str(&run(&["catalog", "vmedia-archive", "--format", "json"]).stdout).expect("JSON");
    let of = |session: &str| listed.iter().find(|row| row["session"] == *session).expect("a row");
    assert_eq!((&of(ALPHA)["holds"], &of(BETA)["due"], &of(GAMMA)["due"]), (&json!(["K 1"]), &json!("2028-11-30"), &Value::Null));
    run(&["show", ALPHA]).shows("Held for   K 1");
    run(&["show", BETA]).shows("biometric media 2028-11-30 (aml, end 2025-11-30)");
    let biometric = |session: &str| erase(world, &[session, "--class", "biometric"]);
    biometric(ALPHA).ends_with(4).complains("session alpha is held for case ", "hold list");
    biometric(BETA).ends_with(0);
    let rows: Vec<Value> =
        serde_json::from_str(&run(&["retention", "due", "--by", "2030-11-30", "--all", "--format", "json"]).stdout).expect("JSON");
    assert!(
        states(&rows).contains(&"beta session kept 2030-12-01".to_owned()) && !states(&rows).join("").contains("beta biometric"),
        "{rows:?}"
    );
    run(&["show", BETA]).shows("Due        2030-12-01 (aml, end 2025-11-30)");
    erase(world, &[GAMMA]).ends_with(0);
    let erased = run(&["catalog", "vmedia-archive", "--where", "state=erased", "--format", "csv"]).ends_with(0).stdout;
    assert!(erased.lines().count() == 2 && erased.contains("gamma"), "{erased}");
    run(&["catalog", "vmedia-archive", "--html"]).ends_with(0);
    let page = std::fs::read_to_string(world.archive().join("index.html")).expect("a page");
    assert!(page.contains("<dt>Erased</dt><dd>1</dd>") && page.contains("<dt>Held</dt><dd>1</dd>") && !page.contains("gamma"), "{page}");
}
