//! Holds, cutoffs and counts of retention as text. Returns lines; prints nothing.

use super::console::{Console, Style};
use crate::engine::{Event, RetentionCounts};
use crate::text::{plural, sanitize};

/// Returns the line for standard output, if the event is worth one.
pub(super) fn answer(event: &Event, console: &Console) -> Option<String> {
    match event {
        Event::SessionsHeld { case, until, sessions, recorded, unknown, lost } => {
            let until = until.map(|until| format!(" until {until}")).unwrap_or_default();
            let counts = [
                ((sessions + lost).saturating_sub(*recorded), "held before"),
                (*unknown, "not in the archive yet"),
                (*lost, "erased before or perhaps now"),
            ];
            let held = console.paint_answer(if *lost > 0 { Style::Error } else { Style::Good }, "held");
            Some(format!("case {}: {} {held}{until}{}", sanitize(case), plural(*sessions, "session"), some(&counts)))
        }
        Event::CaseReleased { case, sessions, held } => {
            let counts = [(*held, "still held for other cases")];
            Some(format!("case {}: {} released{}", sanitize(case), plural(*sessions, "session"), some(&counts)))
        }
        Event::CutoffsRecorded { new, corrected, withdrawn, unchanged, unknown } => {
            let counts =
                [(*corrected, "corrected"), (*withdrawn, "withdrawn"), (*unchanged, "unchanged"), (*unknown, "not in the archive yet")];
            Some(format!("{} recorded{}", plural(*new, "cutoff"), some(&counts)))
        }
        _ => None,
    }
}

/// Returns the line for standard error: the counts below a list.
pub(super) fn message(event: &Event, console: &Console) -> Option<String> {
    let Event::RetentionCounted { by, counts, .. } = event else { return None };
    let RetentionCounts { overdue, due, held, kept, without_cutoff } = *counts;
    let style = if overdue > 0 { Style::Error } else { Style::Good };
    let parts = [(due, "due"), (held, "held"), (kept, "kept"), (without_cutoff, "without a cutoff, which are never due")];
    let overdue = console.paint(style, &format!("{overdue} overdue"));
    Some(format!("{} on {by}: {overdue}{}", plural(counts.total(), "session"), some(&parts)))
}

/// Returns the counts that are not nothing, each behind a comma.
fn some(counts: &[(u64, &str)]) -> String {
    counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}")).collect()
}
