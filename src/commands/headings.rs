//! Headings and short forms of lists on a terminal, where a line for each file must fit. Scripts and pipes get everything in full.

use crate::cli::TableFormat;
use crate::model::{AttemptId, Group};
use crate::text::sanitize;
use jiff::Timestamp;
use std::str::FromStr;

/// An attempt among those of its session.
struct AttemptHeading<'a> {
    /// Its index, the newest first, and the number of attempts.
    place: (usize, usize),
    status: Option<&'a str>,
    /// The time of its start, as the provider writes it.
    created: Option<&'a str>,
}

impl AttemptHeading<'_> {
    /// Returns the heading, safe for a terminal.
    fn text(&self) -> String {
        let (index, count) = self.place;
        let newest = if index == 0 && count > 1 { ", the newest" } else { "" };
        let number = format!("Attempt {} of {count}{newest}", count.saturating_sub(index));
        let created =
            self.created.map(|created| if minute(created) == created { created.to_owned() } else { format!("{} UTC", minute(created)) });
        let parts = [Some(number), self.status.map(str::to_owned), created];
        sanitize(&parts.into_iter().flatten().collect::<Vec<_>>().join("  ")).into_owned()
    }
}

/// Returns the heading of media: their attempt among those of the session, newest first, each with its id, status and time; else their
/// group. None if they have neither.
pub(super) fn group_heading<'a>(
    attempts: impl ExactSizeIterator<Item = (&'a AttemptId, Option<&'a str>, Option<&'a str>)>,
    attempt: Option<&AttemptId>,
    group: Option<&Group>,
) -> Option<String> {
    let count = attempts.len();
    match attempts.enumerate().find(|(_, (id, ..))| Some(*id) == attempt) {
        Some((index, (_, status, created))) => Some(AttemptHeading { place: (index, count), status, created }.text()),
        None => group.map(|group| sanitize(&group.name).into_owned()),
    }
}

/// Returns a moment to the minute, in UTC; a text that is no moment stays as it is.
pub(super) fn minute(written: &str) -> String {
    Timestamp::from_str(written).map_or_else(|_| written.to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}

/// Width of a terminal from which on ids are shown in full.
const ROOM_FOR_IDS: u16 = 110;

/// Returns whether the ids of a list are shortened; `width` is that of the terminal, if there is one.
pub(super) fn is_short(width: Option<u16>, format: TableFormat) -> bool {
    width.is_some_and(|width| width < ROOM_FOR_IDS) && format == TableFormat::Table
}

/// Returns the beginning of a UUID: enough to find it. Other ids stay whole.
pub(super) fn short_id(id: &str) -> String {
    if crate::model::is_uuid(id) { id.chars().take(8).collect() } else { id.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{AttemptHeading, minute, short_id};

    #[test]
    fn an_attempt_is_numbered_from_the_oldest() {
        let heading = |place, status, created| AttemptHeading { place, status, created }.text();
        let newest = heading((0, 2), Some("approved"), Some("2026-03-12T09:28:40.115Z"));
        assert_eq!(newest, "Attempt 2 of 2, the newest  approved  2026-03-12 09:28 UTC");
        assert_eq!(heading((1, 2), None, None), "Attempt 1 of 2");
        assert_eq!(heading((0, 1), Some("de\u{1b}clined"), None), "Attempt 1 of 1  de\\u{1b}clined");
    }

    #[test]
    fn what_has_no_short_form_stays() {
        assert_eq!((minute("yesterday").as_str(), short_id("s1").as_str()), ("yesterday", "s1"));
        assert_eq!(short_id("f04bdb47-d3be-4b28-b028-a652feb060b5"), "f04bdb47");
    }
}
