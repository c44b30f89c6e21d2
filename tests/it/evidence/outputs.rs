//! Files that commands write at a place that the user names: none of them lands in a session's folder or in the journal,
//! where it would be a file that no manifest knows.

use crate::harness::{SESSION, World, is_sound};

#[test]
fn no_output_is_written_into_a_session_or_into_the_journal() {
    let world = World::new();
    world.run(&["download", SESSION]).ends_with(0);
    let before = world.tree();
    for folder in [SESSION, &format!("{SESSION}/data"), "_journal"] {
        let place = |name: &str| format!("vmedia-archive/{folder}/{name}");
        let (file, below) = (place("file"), place("a"));
        for words in [
            &["download", SESSION, "--log-file", &file][..],
            &["download", "a b", "--log-file", &file],
            &["list", SESSION, "--log-file", &file],
            &["download", SESSION, "--nonsense", "--log-file", &file],
            &["download", SESSION, "--failed-to", &file],
            &["download", SESSION, "--metrics-file", &file],
            &["verify", "vmedia-archive", "--metrics-file", &file],
            &["download", SESSION, "-o", &below],
            &["download", SESSION, "-o", &place("")],
            &["demo", "-o", &below],
            &["completions", "--dir", &below],
            &["man", "--dir", &below],
            &["sandbox", "--data", &below],
            &["config", "init", "--config", &file],
        ] {
            let run = world.run(words).ends_with(2);
            // Windows completes a path with separators of its own.
            assert!(run.stderr.replace('\\', "/").contains(folder), "{words:?}: {}", run.stderr);
            assert_eq!(world.tree(), before, "{words:?}");
        }
    }
    world.run(&["verify", "vmedia-archive", "--log-file", "vmedia-archive/run.log"]).ends_with(0);
    is_sound(&world);
}
