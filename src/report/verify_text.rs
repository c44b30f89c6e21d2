//! Journals, seals and the findings of a verification as text. Returns lines; prints nothing.
//!
//! A partial verification must never read like a whole one, and nothing damaged like something sound.

use super::console::{Console, Style};
use crate::archive::verify::{Away, Finding, JournalMissing, JournalReport, Remedy, SessionOutcome, SessionReport};
use crate::cli::Verbosity;
use crate::engine::Event;
use crate::error::ErrorKind;
use crate::text::{bytes, duration, moment, plural, sanitize};
use jiff::Timestamp;
use std::time::Duration;

/// What stands before the name of an archive whose journal is meant.
const JOURNAL_OF: &str = "journal of ";

/// Returns the lines of a verification for standard output, if the event is worth any. `said` are the remedies whose hints were printed.
pub(super) fn answer(event: &Event, verbosity: Verbosity, prints_heads: bool, said: &mut Vec<Remedy>, console: &Console) -> Option<String> {
    match event {
        Event::JournalVerified(report) => journal(report, verbosity, prints_heads, said, console),
        Event::BagVerified(report) => bag(report, verbosity, said, console),
        Event::JournalMissing(JournalMissing { archive, finding, .. }) => {
            Some(damaged(&format!("{JOURNAL_OF}{archive}"), "is missing", std::slice::from_ref(finding), said, console).join("\n"))
        }
        Event::VerifyFinished { .. } => finished(event, verbosity, console),
        _ => None,
    }
}

/// Returns the lines about seals, and about a verification that was cut short, for standard error.
pub(super) fn message(event: &Event, verbosity: Verbosity, console: &Console) -> Option<String> {
    match event {
        Event::JournalSealed { .. } => sealed(event, verbosity, console),
        Event::VerifyFinished { .. } => cut(event, console),
        _ => None,
    }
}

/// Returns the hint of a remedy.
fn hint(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Repair => "keep the folder as it is; `vmedia repair` fetches damaged and missing files again and keeps the old ones aside",
        Remedy::Restore => "keep the folder as it is, check the disk and who may read it, and restore the file from a backup",
        Remedy::Download => "run `vmedia download` for this session: it goes on where that run ended",
        Remedy::MoveOut => "look at what it is, and move it out of the archive; `vmedia repair` leaves it alone",
        Remedy::Erase => "run `vmedia erase` for this session: it finishes an erasure, or erases again what a backup brought back",
        Remedy::Encrypt => "run `vmedia encrypt` for this session: it finishes what was begun",
        Remedy::Decide => {
            "restore the session from a backup, or let `vmedia repair` archive it anew; if it was deleted on purpose, do neither and keep the note that says so"
        }
        Remedy::MoveIn => "move the folder that it leads to into its place",
        Remedy::RestoreJournal => {
            "restore the folder _journal from a backup, beside the sessions; if it is lost, or the session was moved in, `vmedia adopt` records it again"
        }
        Remedy::Keys => "name the private key of another recipient with --identity, or restore the folder _keys from a backup of its own",
        Remedy::Compare => "something other than vmedia changed the archive: keep it as it is, find out who, and compare it with a backup",
        Remedy::Secrets => {
            "list all secrets of that time in VMEDIA_API_SECRET, separated by commas; if it still does not hold, the file or the record is forged"
        }
    }
}

/// Returns true for the name of an archive in a bucket, or of a part of one.
fn is_in_bucket(place: &str) -> bool {
    place.strip_prefix(JOURNAL_OF).unwrap_or(place).starts_with("s3://")
}

/// Returns the hint of a remedy in a bucket, where nothing is repaired.
fn bucket_hint(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Repair | Remedy::Restore | Remedy::Download | Remedy::MoveIn | Remedy::Encrypt => {
            "look at the versions of the object and at who may write to the bucket; ship the session again, from the archive on a disk, to another place"
        }
        Remedy::Decide => {
            "look at the versions of its objects and at who may remove them; ship it again, from the archive on a disk, to another place"
        }
        Remedy::Erase => {
            "run `vmedia erase --at-store` for this session on the archive that it was shipped from, then ship that archive's journal"
        }
        Remedy::MoveOut => "look at what it is and who put it there, and remove it from the bucket",
        Remedy::RestoreJournal => {
            "ship the journal from the archive on a disk; if it is lost there, too, look at the versions of the objects in _journal"
        }
        Remedy::Keys | Remedy::Compare | Remedy::Secrets => hint(remedy),
    }
}

/// Returns the line of a place and a line for each finding, with the hint of each remedy below its first findings.
fn damaged(place: &str, word: &str, findings: &[Finding], said: &mut Vec<Remedy>, console: &Console) -> Vec<String> {
    let word = console.paint_answer(Style::Error, word);
    let mut lines = vec![format!("{} {word}: {}", sanitize(place), plural(findings.len() as u64, "finding"))];
    for (index, Finding { aspect, path, what, remedy }) in findings.iter().enumerate() {
        lines.push(format!("  {}", sanitize(&format!("{}: {path}: {what}", aspect.differs()))));
        let is_last = findings.get(index + 1).is_none_or(|next| (next.aspect, next.remedy) != (*aspect, *remedy));
        if is_last && !said.contains(remedy) {
            said.push(*remedy);
            let hint = if is_in_bucket(place) { bucket_hint(*remedy) } else { hint(*remedy) };
            lines.push(format!("  {} {hint}", console.paint_answer(Style::Hint, "hint:")));
        }
    }
    lines
}

fn note(text: &str, console: &Console) -> String {
    format!("{} {}", console.paint_answer(Style::Note, "note:"), sanitize(text))
}

fn sealed(event: &Event, verbosity: Verbosity, console: &Console) -> Option<String> {
    let Event::JournalSealed { signed_by, stamped, errors, .. } = event else { return None };
    let mut lines: Vec<String> = errors.iter().map(|error| console.error_lines(&error.what, &error.hint)).collect();
    let signed = signed_by.iter().map(|key| format!("signed by {key}"));
    let seals: Vec<String> = signed.chain(stamped.iter().map(|at| stamp(*at))).collect();
    if verbosity >= Verbosity::Normal && !seals.is_empty() {
        lines.push(sanitize(&format!("the journal of this run is {}", seals.join(", "))).into_owned());
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn stamp(at: Timestamp) -> String {
    format!("stamped {}", moment(at))
}

fn journal(report: &JournalReport, verbosity: Verbosity, prints_heads: bool, said: &mut Vec<Remedy>, console: &Console) -> Option<String> {
    let JournalReport { archive, runs, lines: count, heads, signed_by, stamped, claimed, findings, notes, .. } = report;
    let place = format!("journal of {archive}");
    let mut lines = if findings.is_empty() { Vec::new() } else { damaged(&place, "does not match", findings, said, console) };
    if verbosity >= Verbosity::Normal {
        // A missing journal does not hold.
        if findings.is_empty() && *runs > 0 {
            let mut facts = format!("{}, {}", plural(*runs, "run"), plural(*count, "line"));
            if !signed_by.is_empty() {
                facts = format!("{facts}, signed by {}", sanitize(&signed_by.join(", ")));
            }
            if let Some(stamped) = stamped {
                facts = format!("{facts}, {}", stamp(*stamped));
            }
            if let Some(claimed) = claimed {
                facts = format!("{facts}, claims to be {} (not judged)", stamp(*claimed));
            }
            if prints_heads || verbosity >= Verbosity::Files {
                facts = format!("{facts}; head {}", console.paint_answer(Style::Dim, &heads.join(", ")));
            }
            lines.push(format!("{} {}: {facts}", sanitize(&place), console.paint_answer(Style::Good, "holds")));
        }
        lines.extend(notes.iter().map(|text| note(&format!("{place}: {text}"), console)));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn bag(report: &SessionReport, verbosity: Verbosity, said: &mut Vec<Remedy>, console: &Console) -> Option<String> {
    let SessionReport { folder, outcome, missing, erased, notes, findings, .. } = report;
    let is_detailed = verbosity >= Verbosity::Files;
    let mut lines = match outcome {
        SessionOutcome::Damaged => damaged(folder, "damaged", findings, said, console),
        SessionOutcome::Unchecked if !findings.is_empty() => damaged(folder, "cannot be checked", findings, said, console),
        SessionOutcome::Unchecked => Vec::new(),
        SessionOutcome::Incomplete => vec![whole(report, "incomplete", Style::Note, console)],
        SessionOutcome::Empty => vec![whole(report, "empty", Style::Note, console)],
        SessionOutcome::Elsewhere if is_detailed => vec![whole(report, "nothing found in what is here", Style::Good, console)],
        SessionOutcome::Sampled if is_detailed => vec![whole(report, "nothing found", Style::Note, console)],
        SessionOutcome::Sound if is_detailed => vec![whole(report, "sound", Style::Good, console)],
        SessionOutcome::Sound | SessionOutcome::Sampled | SessionOutcome::Elsewhere => Vec::new(),
    };
    if findings.is_empty() && verbosity < Verbosity::Normal {
        return None;
    }
    if verbosity >= Verbosity::Normal {
        // A complete session lacks files on purpose.
        let missing = missing.iter().filter(|_| is_detailed || *outcome == SessionOutcome::Incomplete);
        let erased = erased.iter().filter(|_| is_detailed);
        lines.extend(missing.chain(erased).chain(notes).map(|text| note(&format!("{folder}: {text}"), console)));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Returns the line of a session without findings.
fn whole(report: &SessionReport, word: &str, style: Style, console: &Console) -> String {
    let SessionReport { folder, files, unread, bytes: read, held, unsigned, away, checked, missing, .. } = report;
    let amount = match unread {
        0 => format!("{}, {} read", plural(*files, "file"), bytes(*read)),
        _ => format!("{files} of {}, {} read", plural(files + unread, "file"), bytes(*read)),
    };
    let checked: Vec<&str> = checked.iter().map(|aspect| aspect.matches()).collect();
    let mut line = format!("{} {}: {amount}", sanitize(folder), console.paint_answer(style, word));
    if !checked.is_empty() {
        line = format!("{line}; {}", checked.join(", "));
    }
    if held + unsigned > 0 {
        line = format!("{line} ({} held, {unsigned} unsigned)", plural(*held, "signature"));
    }
    if !away.is_none() {
        let (files, length) = (plural(away.files, "payload file"), bytes(away.bytes));
        line = format!("{line}; {files} ({length}) in {}", sanitize(&away.places.join(", ")));
    }
    if !missing.is_empty() {
        line = format!("{line}; {} never archived", missing.len());
    }
    line
}

/// Returns the error of a verification that was cut short.
fn cut(event: &Event, console: &Console) -> Option<String> {
    let Event::VerifyFinished { exit, partial, out_of_time, .. } = event else { return None };
    let partial = partial.as_ref().filter(|_| exit.is_interruption() || *out_of_time)?;
    let what = format!("the verification is not complete: {partial}");
    Some(console.error_lines(&what, "run the same command again; what was not checked may be damaged"))
}

fn finished(event: &Event, verbosity: Verbosity, console: &Console) -> Option<String> {
    let Event::VerifyFinished {
        exit,
        bags,
        damaged,
        journals,
        incomplete,
        empty,
        erased,
        checked,
        files,
        bytes: read,
        vouched,
        reported,
        elsewhere,
        away,
        partial,
        milliseconds,
        ..
    } = event
    else {
        return None;
    };
    if verbosity < Verbosity::Normal || *exit == ErrorKind::Unexpected {
        return None;
    }
    let lacking: Vec<String> = [(incomplete, "incomplete"), (empty, "empty")]
        .iter()
        .filter(|(count, _)| **count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let mut verdict = match (damaged, journals) {
        (0, 0) if partial.is_some() => console.paint_answer(Style::Note, "nothing found"),
        (0, 0) if *bags == 0 => console.paint_answer(Style::Note, "there was none to check"),
        (0, 0) if !lacking.is_empty() => console.paint_answer(Style::Note, &format!("none damaged, {}", lacking.join(", "))),
        (0, 0) if *bags == 1 => console.paint_answer(Style::Good, "sound"),
        (0, 0) => console.paint_answer(Style::Good, "all sound"),
        (0, 1) => console.paint_answer(Style::Error, "none damaged, the journal has findings"),
        (_, 0) => console.paint_answer(Style::Error, &format!("{damaged} damaged")),
        (_, 1) => console.paint_answer(Style::Error, &format!("{damaged} damaged, the journal has findings")),
        _ => console.paint_answer(Style::Error, &format!("{damaged} damaged, {journals} journals have findings")),
    };
    if !checked.is_empty() {
        let checked: Vec<&str> = checked.iter().map(|aspect| aspect.matches()).collect();
        verdict = format!("{verdict}: {}", checked.join(", "));
    }
    let rate = rate(*read, *milliseconds);
    let erased = if *erased > 0 { format!(", and {erased} erased") } else { String::new() };
    let by = [(vouched, "that the bucket keeps"), (reported, "in the report")]
        .into_iter()
        .filter_map(|(count, which)| Some(format!(", {} compared by the SHA-256 {which} and not read", bytes((*count)?))))
        .collect::<String>();
    let (sessions, files, read) = (plural(*bags, "session"), plural(*files, "file"), bytes(*read));
    let mut line = format!("{sessions}{erased}: {verdict}; {files}{by}, {read} read in {rate}");
    if *elsewhere > 0 {
        line = format!("{line}\n{}", note(&elsewhere_text(*elsewhere, away), console));
    }
    if let Some(partial) = partial {
        line = format!("{line}\n{}", note(&format!("this says nothing of what was not read: {partial}"), console));
    }
    Some(line)
}

/// Returns the text about payload that is not here.
fn elsewhere_text(sessions: u64, away: &Away) -> String {
    let (sessions, places) = (plural(sessions, "session"), away.places.join(", "));
    let (verb, place) = (if away.files == 1 { "was" } else { "were" }, away.places.first().map(String::as_str).unwrap_or_default());
    let amount = format!("{} ({})", plural(away.files, "file"), bytes(away.bytes));
    format!("payload of {sessions} is in {places}: {amount} {verb} not checked; `vmedia verify {place}` checks what is there")
}

/// Returns the duration, and the rate if it is long enough for one.
fn rate(read: u64, milliseconds: u64) -> String {
    let time = duration(Duration::from_millis(milliseconds));
    match read.saturating_mul(1000).checked_div(milliseconds) {
        Some(a_second) if milliseconds >= 100 => format!("{time}, {}/s", bytes(a_second)),
        _ => time,
    }
}
