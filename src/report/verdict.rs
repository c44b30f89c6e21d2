//! Journals, seals, and what a verification found, as sentences. Gives lines; prints nothing.
//!
//! Must never let a verification that is not whole sound like one that is.

use super::console::{Console, Style};
use super::human::Verbosity;
use crate::archive::{Aspect, Finding, Remedy};
use crate::engine::Event;
use crate::exit::Exit;
use crate::text::{bytes, duration, moment, plural, sanitize};
use jiff::Timestamp;
use std::time::Duration;

/// The lines for an event of a journal or a verification, if it is worth any.
pub(super) fn lines(event: &Event, verbosity: Verbosity, console: &Console) -> Option<String> {
    match event {
        Event::JournalSealed { .. } => sealed(event, verbosity, console),
        Event::JournalVerified { .. } => journal(event, verbosity, console),
        Event::BagVerified { .. } => bag(event, verbosity, console),
        Event::JournalMissing { archive, finding, .. } => {
            Some(errors(&format!("journal of {archive}"), std::slice::from_ref(finding), console).join("\n"))
        }
        Event::VerifyFinished { .. } => finished(event, verbosity, console),
        _ => None,
    }
}

/// What to do about a finding.
fn hint(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Repair => "keep the folder as it is; `vmedia repair` fetches damaged and missing files again and keeps the old ones aside",
        Remedy::Restore => "keep the folder as it is, check the disk and who may read it, and restore the file from a backup",
        Remedy::Download => "run `vmedia download` for this session: it goes on where that run ended",
        Remedy::MoveOut => "look at what it is, and move it out of the archive; `vmedia repair` leaves it alone",
        Remedy::Decide => {
            "restore the session from a backup, or let `vmedia repair` archive it anew; if it was deleted on purpose, do neither and keep the note that says so"
        }
        Remedy::MoveIn => "move the folder that it leads to into its place",
        Remedy::RestoreJournal => {
            "restore the folder _journal from a backup, beside the sessions; a session that was copied out of its archive has its journal there"
        }
        Remedy::Compare => "something other than vmedia changed the archive: keep it as it is, find out who, and compare it with a backup",
        Remedy::Secrets => {
            "list all secrets of that time in VMEDIA_API_SECRET, separated by commas; if it still does not hold, the file or the record is forged"
        }
    }
}

/// Every finding by name, and once for those of an aspect against which the same helps what to do about it.
fn errors(place: &str, findings: &[Finding], console: &Console) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, Finding { aspect, path, what, remedy }) in findings.iter().enumerate() {
        lines.push(console.error_line(&format!("{place}: not {}: {path}: {what}", aspect.as_str())));
        if findings.get(index + 1).is_none_or(|next| (next.aspect, next.remedy) != (*aspect, *remedy)) {
            lines.push(console.hint_line(hint(*remedy)));
        }
    }
    lines
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

fn journal(event: &Event, verbosity: Verbosity, console: &Console) -> Option<String> {
    let Event::JournalVerified { archive, runs, lines: count, heads, signed_by, stamped, findings, notes, .. } = event else { return None };
    let mut lines = errors(&format!("journal of {archive}"), findings, console);
    if verbosity >= Verbosity::Normal {
        lines.extend(notes.iter().map(|note| console.note_line(&format!("journal of {archive}: {note}"))));
    }
    // Of a journal that is not there it cannot be said that it holds.
    if verbosity >= Verbosity::Normal && *runs > 0 {
        let verdict = if findings.is_empty() { console.paint(Style::Good, "holds") } else { console.paint(Style::Error, "broken") };
        let heads = heads.join(", ");
        let mut told = format!("{}, {}", plural(*runs, "run"), plural(*count, "line"));
        if !signed_by.is_empty() {
            told = format!("{told}, signed by {}", sanitize(&signed_by.join(", ")));
        }
        if let Some(stamped) = stamped {
            told = format!("{told}, {}", stamp(*stamped));
        }
        lines.push(format!("journal of {} {verdict}: {told}; head {}", sanitize(archive), console.paint(Style::Dim, &heads)));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn bag(event: &Event, verbosity: Verbosity, console: &Console) -> Option<String> {
    let Event::BagVerified { folder, session, checked, missing, notes, findings, .. } = event else { return None };
    let mut lines = errors(folder, findings, console);
    if verbosity >= Verbosity::Normal {
        let all = missing.iter().chain(notes);
        lines.extend(all.map(|text| console.note_line(&format!("{folder}: {text}"))));
        // Nothing was looked at: another run is at work, or was killed, or nobody may look.
        if checked.is_empty() && session.is_none() {
            let cannot = format!("{} {}", sanitize(folder), console.paint(Style::Error, "cannot be checked"));
            lines.extend((!findings.is_empty()).then_some(cannot));
            return Some(lines.join("\n"));
        }
        lines.extend(verdict(event, console));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// What a bag is that was looked at.
fn verdict(event: &Event, console: &Console) -> Option<String> {
    let Event::BagVerified { folder, files, unread, bytes: read, authentic, unsigned, checked, missing, findings, .. } = event else {
        return None;
    };
    let verdict = match (findings.is_empty(), unread) {
        (true, 0) => console.paint(Style::Good, "sound"),
        (true, _) => console.paint(Style::Note, "nothing found"),
        (false, _) => console.paint(Style::Error, "damaged"),
    };
    let amount = match unread {
        0 => format!("{}, {} read", plural(*files, "file"), bytes(*read)),
        _ => format!("{files} of {}, {} read", plural(files + unread, "file"), bytes(*read)),
    };
    let fails = |aspect: &Aspect| findings.iter().any(|finding| finding.aspect == *aspect);
    // Where nothing was signed, nothing was found authentic.
    let is_shown = |aspect: &&Aspect| !fails(aspect) && (**aspect != Aspect::Authentic || *authentic > 0);
    let words: Vec<&str> = checked.iter().filter(is_shown).map(|aspect| aspect.as_str()).collect();
    let mut line = format!("{} {verdict}: {amount}", sanitize(folder));
    if !words.is_empty() {
        line = format!("{line}; {}", words.join(", "));
    }
    if checked.contains(&Aspect::Authentic) {
        line = format!("{line} ({} held, {unsigned} unsigned)", plural(*authentic, "signature"));
    }
    if !missing.is_empty() {
        line = format!("{line}; {} never archived", missing.len());
    }
    Some(line)
}

fn finished(event: &Event, verbosity: Verbosity, console: &Console) -> Option<String> {
    let Event::VerifyFinished { exit, bags, damaged, files, bytes: read, partial, out_of_time, milliseconds, .. } = event else {
        return None;
    };
    if let Some(partial) = partial.as_ref().filter(|_| exit.is_interruption() || *out_of_time) {
        let what = format!("the verification is not complete: {partial}");
        return Some(console.error_lines(&what, "run the same command again; what was not checked may be damaged"));
    }
    if verbosity < Verbosity::Normal || *bags == 1 && partial.is_none() {
        return None;
    }
    let verdict = match (damaged, partial) {
        (0, None) if *bags == 0 => console.paint(Style::Note, "there was none to check"),
        (0, None) => console.paint(Style::Good, "all sound"),
        (0, Some(_)) => console.paint(Style::Note, "nothing found"),
        (count, _) => console.paint(Style::Error, &format!("{count} damaged")),
    };
    let rate = rate(*read, *milliseconds);
    let mut line = format!("{}: {verdict}; {}, {} read in {rate}", plural(*bags, "session"), plural(*files, "file"), bytes(*read));
    if let Some(partial) = partial {
        line = format!("{line}\n{}", console.note_line(&format!("this says nothing of what was not read: {partial}")));
    }
    (*exit != Exit::Unexpected).then_some(line)
}

/// How long it took, and how much that is a second.
fn rate(read: u64, milliseconds: u64) -> String {
    let time = duration(Duration::from_millis(milliseconds));
    match read.saturating_mul(1000).checked_div(milliseconds) {
        Some(a_second) if milliseconds >= 100 => format!("{time}, {}/s", bytes(a_second)),
        _ => time,
    }
}
