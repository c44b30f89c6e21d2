//! Whether a document shows what was printed: the same lines in the same order, but for what differs from run to run.

use regex::Regex;
use std::sync::LazyLock;

/// What differs, and what stands for it.
static DIFFERENT: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let patterns = [
        (r"read in [0-9].*$", "read in <time>"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
        (r"SHA256:[A-Za-z0-9+/]{43}", "<key>"),
        (r"\b[0-9a-f]{64}\b", "<digest>"),
        (r"^[A-Za-z0-9+/]{43}=$", "<root>"),
        (r"\b[0-9a-f]{8}(\.\.\.|…)", "<digest>"),
        (r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", "<time>"),
        (r"[0-9]{8}T[0-9.]+Z-[0-9a-f]{8}", "<run>"),
        (r"[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?", "<day>"),
        (r"127\.0\.0\.1:[0-9]+", "<address>"),
        (r"in [0-9.]+ s\b", "in <seconds>"),
        (r"[0-9.]+ ([kMG]?B)\b", "<size>"),
        (r"[ \t]+", " "),
    ];
    patterns.into_iter().map(|(pattern, name)| (Regex::new(pattern).expect(pattern), name)).collect()
});

fn without_differences(line: &str) -> String {
    let same = DIFFERENT.iter().fold(line.to_owned(), |text, (pattern, name)| pattern.replace_all(&text, *name).into_owned());
    same.trim().to_owned()
}

/// The first line of a text that is not among what was printed, in order; `...` stands for any lines.
pub fn missing<'a>(shown: &'a str, printed: &str) -> Option<&'a str> {
    let mut lines = printed.lines().map(without_differences).filter(|line| !line.is_empty());
    let mut skips = true;
    for wanted in shown.lines().filter(|line| !line.trim().is_empty()) {
        if wanted.trim() == "..." {
            skips = true;
            continue;
        }
        let same = without_differences(wanted);
        // The first line may be anywhere; further ones follow at once unless a line of dots says otherwise.
        let is_there = if skips { lines.any(|line| line == same) } else { lines.next().is_some_and(|line| line == same) };
        if !is_there {
            return Some(wanted);
        }
        skips = false;
    }
    None
}

#[test]
fn a_word_that_was_not_printed_is_seen() {
    let printed = "first 12 kB\nvmedia: error: at 2026-11-21T09:30:00Z\nvmedia: hint: in 0.3 s\nlast\n";
    assert_eq!(missing("vmedia: error: at 2025-01-01T00:00:00.5Z\nvmedia: hint: in 12.0 s\n", printed), None);
    assert_eq!(missing("first 900 MB\n...\nlast\n", printed), None);
    assert_eq!(missing("first 900 MB\nlast\n", printed), Some("last"), "something stands between them");
    assert_eq!(missing("vmedia: hint: in 0.3 s\nfirst 12 kB", printed), Some("first 12 kB"), "in order");
    assert_eq!(missing("vmedia: eror: at 2026-11-21T09:30:00Z", printed), Some("vmedia: eror: at 2026-11-21T09:30:00Z"));
}
