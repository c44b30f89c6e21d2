//! Files that commands write at a place that the user names: none of them lands in a session's folder or in the journal,
//! where it would be a file that no manifest knows.

use super::{ALPHA, Evidence};
use crate::harness::{Run, bare, tree};

#[test]
fn no_output_is_written_into_a_session_or_into_the_journal() {
    let evidence = Evidence::new();
    let (world, archive) = (&evidence.world, evidence.archive());
    let before = tree(&archive.root);
    for folder in [format!("vmedia-archive/{ALPHA}"), format!("vmedia-archive/{ALPHA}/data"), "vmedia-archive/_journal".to_owned()] {
        let place = format!("{folder}/new");
        for (words, flag) in [
            (&["download", ALPHA, "--log-file", &place][..], "--log-file"),
            (&["download", ALPHA, "-o", &place], "-o"),
            (&["download", ALPHA, "--failed-to", &place], "--failed-to"),
            (&["download", ALPHA, "--metrics-file", &place], "--metrics-file"),
            (&["verify", "vmedia-archive", "--read-only", "--log-file", &place], "--log-file"),
            (&["demo", "-o", &place], "-o"),
            (&["completions", "--dir", &place], "--dir"),
            (&["man", "--dir", &place], "--dir"),
            (&["sandbox", "--data", &place], "--data"),
            (&["config", "init", "--config", &place], "--config"),
        ] {
            let run = match words[0] {
                "download" => world.run(words),
                _ => Run::of(&bare(world.folder()).args(words).output().expect("a run")),
            };
            run.ends_with(2).complains(&format!("{folder}/new would write into "), "name a place outside").says(&format!("{flag} "));
        }
    }
    assert_eq!(tree(&archive.root), before);
    archive.is_sound("after all of it");
}
