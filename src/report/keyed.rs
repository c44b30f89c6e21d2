//! The lines of acts on keys.

use super::console::{Console, Style};
use crate::archive::KeyAct;
use crate::cli::Verbosity;
use crate::engine::{Event, KeysReport, SessionKeyed};
use crate::text::{plural, sanitize};

/// Returns the lines of an event for standard output.
pub(super) fn answer(event: &Event, verbosity: Verbosity, console: &Console) -> Option<String> {
    match event {
        Event::SessionKeyed(session) => answer_of(session, verbosity, console),
        Event::KeysFinished(KeysReport { act: KeyAct::HandedOut, file: Some(file), sha256: Some(sha256), counts, sessions, .. }) => {
            let of = plural(*sessions, "session");
            Some(format!("{}: {} of {of}, SHA-256 {sha256}", sanitize(file), plural(counts.keys, "key")))
        }
        Event::KeysFinished(report) if report.act == KeyAct::Rewrapped => Some(rewrapped(report, console)),
        _ => None,
    }
}

fn answer_of(session: &SessionKeyed, verbosity: Verbosity, console: &Console) -> Option<String> {
    let SessionKeyed { folder, act, counts, places, planned } = session;
    let (folder, keys) = (sanitize(folder), plural(counts.keys, "key"));
    let word = |word| console.paint_answer(Style::Good, word);
    match act {
        KeyAct::Granted => {
            let places: Vec<String> = places.iter().map(|place| format!("  {}", sanitize(place))).collect();
            Some(format!("{folder} {}: {keys}, in\n{}", word("granted"), places.join("\n")))
        }
        KeyAct::HandedOut => Some(format!("{folder} {}: {keys}", word("handed out"))),
        // A drill is reported as the verification that it is.
        KeyAct::Drilled => None,
        KeyAct::Rewrapped if *planned => (counts.keys > 0).then(|| format!("rewrap   {folder}  ({keys})")),
        KeyAct::Rewrapped => {
            let others = [(counts.unchanged, "unchanged"), (counts.foreign, "not opened")];
            let others: Vec<String> =
                others.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}")).collect();
            let word = if counts.keys > 0 { word("rewrapped") } else { "left".to_owned() };
            (verbosity >= Verbosity::Files).then(|| format!("{folder} {word}: {keys}{}", others.concat()))
        }
    }
}

fn rewrapped(report: &KeysReport, console: &Console) -> String {
    let KeysReport { sessions, counts, recipients, failed, dry_run, .. } = report;
    let word = if *dry_run { "to encrypt" } else { "encrypted" };
    let mut parts = vec![format!("{} {word} to {}", plural(counts.keys, "key"), plural(*recipients, "recipient"))];
    let others = [(counts.unchanged, "unchanged"), (counts.foreign, "not opened")];
    parts.extend(others.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    parts.extend((*failed > 0).then(|| format!("{} failed", plural(*failed, "session"))));
    let style = if counts.foreign + failed == 0 { Style::Good } else { Style::Error };
    format!("{}: {}", plural(*sessions, "session"), console.paint_answer(style, &parts.join(", ")))
}
