//! `--metrics-file`: what stands in it, judged by Prometheus' own tools where they are installed (`.ci/run` has them).

use super::sessions;
use crate::harness::{Run, SESSION, World, bare};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

/// Reads an exposition as Prometheus does and prints every sample.
const JUDGE: &str = r#"
import sys
from prometheus_client.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    assert family.type == "gauge" and family.documentation, family
    for sample in family.samples:
        print(sample.name, sorted(sample.labels.items()), sample.value)
"#;

/// What a judge that is not ours says of an exposition; `None` where there is none.
fn judged(program: &str, words: &[&str], text: &str) -> Option<String> {
    if program == "python3"
        && !Command::new(program).args(["-c", "import prometheus_client"]).output().is_ok_and(|run| run.status.success())
    {
        crate::harness::lacks("Python's prometheus-client");
        return None;
    }
    let mut child = match Command::new(program).args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(_) => {
            crate::harness::lacks(program);
            return None;
        }
    };
    let _ = child.stdin.take().expect("a pipe").write_all(text.as_bytes());
    let output = child.wait_with_output().expect("a verdict");
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("text")).concat();
    assert!(output.status.success(), "{program} refuses\n{text}\n{said}");
    Some(said)
}

/// The samples of the metrics file, by name and labels but those that all have.
#[track_caller]
fn samples(world: &World) -> BTreeMap<String, f64> {
    let text = std::fs::read_to_string(world.folder().join("m.prom")).expect("metrics");
    let lint = judged("promtool", &["check", "metrics"], &text);
    assert!(lint.as_deref().unwrap_or_default().is_empty(), "{lint:?}");
    if let Some(read) = judged("python3", &["-c", JUDGE], &text) {
        assert_eq!(read.lines().count(), text.lines().filter(|line| !line.starts_with('#')).count());
    }
    assert!(text.ends_with('\n'));
    let sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ').expect("a value");
        let (name, labels) = name.split_once('{').expect("labels");
        let own: Vec<&str> = labels.trim_end_matches('}').split(',').skip(3).collect();
        (format!("{name}{}", own.concat()), value.parse().expect("a number"))
    };
    text.lines().filter(|line| !line.starts_with('#')).map(sample).collect()
}

const METRICS: [&str; 2] = ["--metrics-file", "m.prom"];
const LAST_SUCCESS: &str = "vmedia_last_success_timestamp_seconds";

#[test]
fn a_download_leaves_its_numbers() {
    let (world, _) = sessions(4);
    world.run(&["download", "s00"]).ends_with(0);
    world.faults("media:face-s02=404,session:s03=404");
    world.run(&[&["download", "--from", "ids.txt", "--skip-complete"][..], &METRICS].concat()).ends_with(7);
    let samples = samples(&world);
    for (name, value) in [
        ("vmedia_run_exit_code", 7.0),
        ("vmedia_run_sessionsoutcome=\"complete\"", 1.0),
        ("vmedia_run_sessionsoutcome=\"skipped\"", 1.0),
        ("vmedia_run_sessionsoutcome=\"incomplete\"", 2.0),
        ("vmedia_run_sessionsoutcome=\"not-started\"", 0.0),
        ("vmedia_run_mediastate=\"fetched\"", 9.0),
        ("vmedia_run_mediastate=\"kept\"", 5.0),
        ("vmedia_run_mediastate=\"gone\"", 1.0),
    ] {
        assert_eq!(samples.get(name), Some(&value), "{name} in {samples:#?}");
    }
    assert!(samples["vmedia_run_fetched_bytes"] > 100.0 && samples["vmedia_run_duration_seconds"] > 0.0);
    assert!(samples["vmedia_run_timestamp_seconds"] > 1_700_000_000.0);
    assert!(!samples.contains_key(LAST_SUCCESS), "there was none");
}

#[test]
fn a_verification_leaves_its_numbers() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    world.run(&[&["verify", "vmedia-archive"][..], &METRICS].concat()).ends_with(0);
    let well = samples(&world);
    assert_eq!((well["vmedia_verify_bags"], well["vmedia_verify_files"], well["vmedia_verify_findings"]), (1.0, 5.0, 0.0));
    std::fs::write(world.file("archive.json"), "{").expect("written");
    world.run(&[&["verify", "vmedia-archive"][..], &METRICS].concat()).ends_with(8);
    let damaged = samples(&world);
    assert!(damaged["vmedia_verify_findings"] >= 1.0 && damaged["vmedia_verify_damaged"] == 1.0, "{damaged:#?}");
    assert_eq!(damaged[LAST_SUCCESS], well[LAST_SUCCESS]);
    assert_eq!(well[LAST_SUCCESS], well["vmedia_run_timestamp_seconds"]);
}

#[test]
fn findings_outlast_runs_that_did_not_look_everywhere() {
    let world = World::new();
    let unresolved = |words: &[&str], status: i32| {
        world.run(&[words, &METRICS].concat()).ends_with(status);
        samples(&world).get("vmedia_verify_unresolved_findings").copied()
    };
    assert_eq!(unresolved(&["verify", "nowhere"], 6), None, "not verified yet");
    world.run(&["download", SESSION]).ends_with(0);
    assert_eq!(unresolved(&["verify", "vmedia-archive"], 0), Some(0.0));
    let record = std::fs::read(world.file("archive.json")).expect("a record");
    std::fs::write(world.file("archive.json"), "{").expect("written");
    let found = unresolved(&["verify", "vmedia-archive"], 8);
    assert!(found >= Some(1.0), "{found:?}");
    assert_eq!(unresolved(&["verify", "nowhere"], 6), found);
    assert_eq!(unresolved(&["verify", "vmedia-archive", "--since", "2999-01-01"], 0), found, "none of them was read");
    std::fs::write(world.file("archive.json"), record).expect("written");
    assert_eq!(unresolved(&["verify", "vmedia-archive"], 0), Some(0.0));
}

#[test]
fn the_last_success_outlasts_failed_runs_and_belongs_to_one_command() {
    let world = World::new();
    world.run(&[&["download", SESSION][..], &METRICS].concat()).ends_with(0);
    let success = samples(&world)[LAST_SUCCESS];
    world.run(&[&["download", "unknown"][..], &METRICS].concat()).ends_with(9);
    assert_eq!(samples(&world)[LAST_SUCCESS], success);
    Run::of(&bare(world.folder()).args(["download", SESSION]).args(METRICS).output().expect("a run")).ends_with(3);
    let failed = samples(&world);
    assert_eq!((failed[LAST_SUCCESS], failed["vmedia_run_exit_code"]), (success, 3.0));
    assert!(!failed.keys().any(|name| name.starts_with("vmedia_run_sessions")), "there were none: {failed:#?}");
    world.run(&[&["verify", "nowhere"][..], &METRICS].concat()).ends_with(6);
    assert!(!samples(&world).contains_key(LAST_SUCCESS), "it was that of another command");
    std::fs::write(world.folder().join("m.prom"), b"\xff\x00 anything").expect("written");
    world.run(&[&["download", "unknown"][..], &METRICS].concat()).ends_with(9);
    assert!(!samples(&world).contains_key(LAST_SUCCESS));
}

#[test]
fn labels_are_escaped_and_name_command_provider_and_profile() {
    let world = World::new();
    std::fs::write(world.folder().join("c.toml"), "[profiles.\"a\\\"b\\\\c\\nd\"]\nprovider = \"veriff\"\n").expect("written");
    world.run(&[&["download", SESSION, "--config", "c.toml", "-p", "a\"b\\c\nd"][..], &METRICS].concat()).ends_with(0);
    let text = std::fs::read_to_string(world.folder().join("m.prom")).expect("metrics");
    assert!(text.contains(r#"vmedia_run_exit_code{command="download",provider="veriff",profile="a\"b\\c\nd"} 0"#), "{text}");
    judged("promtool", &["check", "metrics"], &text);
    if let Some(read) = judged("python3", &["-c", JUDGE], &text) {
        assert!(read.contains(r#"('profile', 'a"b\\c\nd')"#), "{read}");
    }
}

#[test]
fn it_is_replaced_in_one_step_for_others_to_read_and_leaves_nothing_beside_it() {
    let world = World::new();
    for _ in 0..2 {
        world.run(&[&["download", SESSION][..], &METRICS].concat()).ends_with(0);
    }
    let mut names: Vec<_> =
        std::fs::read_dir(world.folder()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort();
    assert_eq!(names, ["m.prom", "vmedia-archive"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(world.folder().join("m.prom")).expect("metrics").permissions().mode();
        assert_eq!(mode & 0o777, 0o644);
    }
}

#[test]
fn a_place_that_takes_no_file_changes_no_status() {
    let world = World::new();
    std::fs::create_dir(world.folder().join("folder")).expect("a folder");
    for path in ["no/such/m.prom", "folder"] {
        let run = world.run(&["download", SESSION, "-q", "--metrics-file", path]).ends_with(0);
        run.says(&format!("vmedia: note: the metrics file {path} was not written: "));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_keeps_the_numbers_that_are_there() {
    use crate::interrupt::disk::Disk;
    let world = World::new();
    let Some(_disk) = Disk::mount(&world, "size=16k") else { return };
    let file = world.archive().join("m.prom");
    let words = ["-q", "-o", "elsewhere", "--metrics-file", "vmedia-archive/m.prom"];
    world.run(&[&["download", SESSION][..], &words].concat()).ends_with(0);
    let before = std::fs::read_to_string(&file).expect("metrics");
    let mut filler = std::fs::File::create(world.archive().join("filler")).expect("room for a name");
    while filler.write_all(&[1; 1024]).is_ok() {}
    let run = world.run(&[&["download", SESSION][..], &words].concat()).ends_with(0);
    assert_eq!(run.stderr, "vmedia: note: the metrics file vmedia-archive/m.prom was not written: No space left on device\n");
    assert_eq!(std::fs::read_to_string(&file).expect("metrics"), before);
    assert_eq!(std::fs::read_dir(world.archive()).expect("a folder").count(), 2);
}
