//! Erasures and the approvals of their plans as text. Returns lines; prints nothing.

use super::console::{Console, Style};
use crate::archive::Class;
use crate::engine::{AtProvider, AtStore, Erasure, Event};
use crate::text::{bytes, day, plural, sanitize};

/// Returns the lines about the approvals of a plan.
pub(super) fn judged(event: &Event, normal: bool, console: &Console) -> Option<String> {
    let Event::PlanJudged { plan, sessions, needed, approvals, refused, .. } = event else { return None };
    let mut lines: Vec<String> =
        refused.iter().map(|signature| console.note_line(&format!("{} does not count: {}", signature.file, signature.reason))).collect();
    if normal && !approvals.is_empty() {
        let names: Vec<&str> = approvals.iter().map(|approval| approval.principal.as_str()).collect();
        let sessions = plural(*sessions, "session");
        let line = format!("{plan}: {sessions}, approved by {} ({} of {needed})", names.join(", "), names.len());
        lines.push(sanitize(&line).into_owned());
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Returns the line of an erasure.
pub(super) fn erased(event: &Event, console: &Console) -> Option<String> {
    let Event::SessionErased { session, outcome, class, folder, files, bytes: length, erased, certificate, at_provider, at_store, .. } =
        event
    else {
        return None;
    };
    let there = match at_provider {
        None => "",
        Some(AtProvider::Planned) => ", and deleted at the provider",
        Some(AtProvider::Deleted) => "; deleted at the provider",
        Some(AtProvider::Absent) => "; the provider had no such session",
    };
    let there = format!("{}{there}", at_store.map(in_buckets).unwrap_or_default());
    let amount = format!("{}, {}", plural(*files, "file"), bytes(*length));
    let session = sanitize(session.as_str());
    let certificate = certificate.as_deref().map(sanitize).unwrap_or_default();
    let (what, was) = match class {
        None => (session.to_string(), "was"),
        Some(class) => (format!("{session}: {} media", class.as_str()), "were"),
    };
    Some(match outcome {
        Erasure::Nothing => format!("{session} has no {} media: 0 files erased", class.map_or("", Class::as_str)),
        Erasure::Planned => format!("{what} would be erased: {amount} in {}{there}", sanitize(folder)),
        Erasure::Erased => {
            format!("{what} {}: {amount}{there}; its certificate is {certificate}", console.paint_answer(Style::Good, "erased"))
        }
        Erasure::ErasedBefore => {
            let day = erased.map(day).unwrap_or_default();
            format!("{what} {was} erased before, on {day}{there}; its certificate is {certificate}")
        }
    })
}

fn in_buckets(AtStore { places, planned, .. }: AtStore) -> String {
    let buckets = plural(places, "bucket");
    match (planned, places) {
        (true, 0) => ", which was shipped to no bucket".to_owned(),
        (true, _) => format!(", and removed from {buckets}"),
        (false, 0) => String::new(),
        (false, _) => format!("; removed from {buckets}"),
    }
}
