//! What sessions lack, gathered until they end: an outage fails every file of a session for one reason, which is worth one line.
//!
//! Must not know where the lines go.

use crate::model::SessionId;
use std::collections::HashMap;

/// Most files that a line names.
const NAMED: usize = 4;
/// Most problems that have a line each.
const PROBLEMS: usize = 2;

/// The way in which a session lacks something, in the order of its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lack {
    /// A listing or a document besides media.
    Problem,
    /// Media files that the provider no longer has.
    Gone,
    /// Media files that could not be fetched.
    Failed,
}

/// Something that a session lacks.
pub(super) struct Item {
    pub(super) lack: Lack,
    /// The kind and the content of a media file; empty for a problem.
    pub(super) name: String,
    /// The id of a media file; empty for a problem.
    pub(super) id: String,
    /// The reason of a media file, or the text of a problem.
    pub(super) reason: String,
}

impl Item {
    /// Returns a problem with a listing.
    pub(super) fn problem(text: &str) -> Self {
        Self { lack: Lack::Problem, name: String::new(), id: String::new(), reason: text.to_owned() }
    }
}

impl Lack {
    /// Returns the hint of a line.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Problem => "nothing else of the session is affected; run the same command again, and if it stays so, ask the provider",
            Self::Gone => "it was deleted or is past the provider's retention; what else the session has is archived",
            Self::Failed => "run the same command again; what is archived is not fetched again",
        }
    }

    fn verb(self, count: usize) -> &'static str {
        match (self, count) {
            (Self::Gone, 1) => "is gone",
            (Self::Gone, _) => "are gone",
            _ => "failed",
        }
    }
}

/// The items of sessions that are under way.
#[derive(Default)]
pub(super) struct Lacking(HashMap<SessionId, Vec<Item>>);

impl Lacking {
    pub(super) fn add(&mut self, session: &SessionId, item: Item) {
        self.0.entry(session.clone()).or_default().push(item);
    }

    /// Returns the lines of all sessions, and forgets them.
    pub(super) fn take_all(&mut self) -> Vec<(Lack, String)> {
        let mut sessions: Vec<SessionId> = self.0.keys().cloned().collect();
        sessions.sort();
        sessions.iter().flat_map(|session| self.take(session)).collect()
    }

    /// Returns the lines about what a session lacked, few whatever it was, and forgets the session.
    pub(super) fn take(&mut self, session: &SessionId) -> Vec<(Lack, String)> {
        let items = self.0.remove(session).unwrap_or_default();
        let of = |lack| items.iter().filter(|item| item.lack == lack).collect::<Vec<_>>();
        let problems = of(Lack::Problem);
        let (shown, others) = problems.split_at(if problems.len() > PROBLEMS { 1 } else { problems.len() });
        let mut lines: Vec<String> = shown.iter().map(|item| line_of(session, item)).collect();
        if let (Some(last), false) = (lines.last_mut(), others.is_empty()) {
            last.push_str(&format!("; and {} more problems, which -v shows", others.len()));
        }
        let lines = lines.into_iter().map(|line| (Lack::Problem, line));
        lines.chain([Lack::Gone, Lack::Failed].into_iter().filter_map(|lack| Some((lack, files(session, lack, &of(lack))?)))).collect()
    }
}

/// Returns the line of one item.
pub(super) fn line_of(session: &SessionId, item: &Item) -> String {
    let Item { lack, name, id, reason } = item;
    match lack {
        Lack::Problem => format!("session {session}: {reason}"),
        _ => format!("{name} ({id}) of session {session} {}: {reason}", lack.verb(1)),
    }
}

/// Returns the line of media files, if there are any.
fn files(session: &SessionId, lack: Lack, items: &[&Item]) -> Option<String> {
    let (first, others) = items.split_first()?;
    if others.is_empty() {
        return Some(line_of(session, first));
    }
    let named = if others.iter().all(|item| item.reason == first.reason) {
        let mut names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
        names.sort_unstable();
        let more = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
        let more = if more > 0 { format!(", {more} more") } else { String::new() };
        format!("{}{more}", names.join(", "))
    } else {
        format!("{}; -v shows the reasons of the others", first.name)
    };
    Some(format!("{} files of session {session} {}: {} ({named})", items.len(), lack.verb(items.len()), first.reason))
}

#[cfg(test)]
mod tests {
    use super::{Item, Lack, Lacking};
    use crate::model::SessionId;

    fn item(lack: Lack, number: usize, reason: &str) -> Item {
        Item { lack, name: format!("image page-{number}"), id: format!("m{number}"), reason: reason.to_owned() }
    }

    #[test]
    fn what_fails_alike_is_one_line() {
        let session = SessionId::parse("s1").expect("an id");
        let mut lacking = Lacking::default();
        (1..=6).for_each(|number| lacking.add(&session, item(Lack::Failed, number, "HTTP 503")));
        lacking.add(&session, item(Lack::Gone, 7, "HTTP 404"));
        for text in ["media cannot be listed", "decision failed", "person failed"] {
            lacking.add(&session, item(Lack::Problem, 0, text));
        }
        let lines = [
            (Lack::Problem, "session s1: media cannot be listed; and 2 more problems, which -v shows"),
            (Lack::Gone, "image page-7 (m7) of session s1 is gone: HTTP 404"),
            (Lack::Failed, "6 files of session s1 failed: HTTP 503 (image page-1, image page-2, image page-3, image page-4, 2 more)"),
        ];
        assert_eq!(lacking.take(&session), lines.map(|(lack, line)| (lack, line.to_owned())));
        assert!(lacking.take(&session).is_empty());
        lacking.add(&session, item(Lack::Gone, 1, "HTTP 404"));
        lacking.add(&session, item(Lack::Gone, 2, "HTTP 410"));
        let line = "2 files of session s1 are gone: HTTP 404 (image page-1; -v shows the reasons of the others)";
        assert_eq!(lacking.take(&session), [(Lack::Gone, line.to_owned())]);
    }
}
