//! The plan: what the provider lists × what the archive holds → an action for each media file, and its reason.
//!
//! A value. A dry run shows it and drops it; the run carries it out. Must not fetch or write.

use super::Emit;
use super::event::Event;
use crate::archive::{Holding, Reason, planned_path};
use crate::error::{Result, quote};
use crate::model::{Kind, MediaItem, SessionId};
use glob::{MatchOptions, Pattern};

/// The media files to fetch.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Their kinds; empty means all.
    pub kinds: Vec<Kind>,
    /// Patterns of their contexts, in letters of either case; empty means all.
    pub contexts: Vec<Pattern>,
    /// Selects only files that were archived and are damaged or missing now (`repair`).
    pub only_damaged: bool,
}

impl Selection {
    /// Returns true if no media file is excluded.
    pub(super) fn is_everything(&self) -> bool {
        self.kinds.is_empty() && self.contexts.is_empty()
    }

    /// Returns the reason not to fetch a media file, if there is one.
    pub(crate) fn excludes(&self, item: &MediaItem) -> Option<Reason> {
        if !self.kinds.is_empty() && !self.kinds.contains(&item.kind) {
            return Some(Reason::KindNotSelected { kind: item.kind });
        }
        let (context, label) = (item.context.as_deref().unwrap_or_default(), item.label().unwrap_or_default());
        let either_case = MatchOptions { case_sensitive: false, ..MatchOptions::new() };
        let fits = |pattern: &Pattern| pattern.matches_with(context, either_case) || pattern.matches_with(&label, either_case);
        let is_wanted = self.contexts.is_empty() || self.contexts.iter().any(fits);
        (!is_wanted).then_some(Reason::ContextNotSelected { context: label })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    Fetch(Reason),
    /// Leaves the archived file at this path, of that many bytes.
    Keep(String, u64),
    Exclude(Reason),
}

#[derive(Debug)]
pub(super) struct Task {
    pub(super) item: MediaItem,
    pub(super) action: Action,
}

/// Decides about every listed media file. `holding` returns the archive's files of it.
pub(super) fn plan(
    media: Vec<MediaItem>,
    selection: &Selection,
    refetch: bool,
    holding: &mut dyn FnMut(&MediaItem) -> Result<Holding>,
) -> Result<Vec<Task>> {
    let decide = |item: MediaItem| {
        if let Some(reason) = selection.excludes(&item) {
            return Ok(Task { item, action: Action::Exclude(reason) });
        }
        let action = match holding(&item)? {
            Holding::Absent if selection.only_damaged => Action::Exclude(Reason::NotDamaged),
            Holding::Intact { path, bytes, .. } if selection.only_damaged => Action::Keep(path, bytes),
            Holding::Erased(reason) => Action::Exclude(reason),
            Holding::Newer(word) => Action::Exclude(Reason::NewerState { state: quote(&word) }),
            Holding::Absent => Action::Fetch(Reason::NotArchived),
            Holding::Damaged(reason) => Action::Fetch(Reason::Damaged { text: format!("damaged: {reason}") }),
            Holding::Intact { .. } if refetch => Action::Fetch(Reason::Refetch),
            Holding::Intact { refetch: Some(reason), .. } => Action::Fetch(reason),
            Holding::Intact { path, bytes, .. } => Action::Keep(path, bytes),
        };
        Ok(Task { item, action })
    };
    media.into_iter().map(decide).collect()
}

/// Sends the plan as events.
pub(super) fn show_plan(session: &SessionId, tasks: &[Task], emit: &Emit) {
    for Task { item, action } in tasks {
        let (action, reason, path) = match action {
            Action::Fetch(reason) => ("fetch", reason.clone(), planned_path(item)),
            Action::Keep(path, _) => ("keep", Reason::Intact, path.clone()),
            Action::Exclude(reason) => ("exclude", reason.clone(), planned_path(item)),
        };
        emit.event(Event::MediaPlanned {
            session: session.clone(),
            media: item.id.clone(),
            kind: item.kind,
            context: item.label(),
            size: item.size,
            action: action.to_owned(),
            reason: reason.into(),
            path,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, Selection, plan};
    use crate::archive::Holding;
    use crate::model::{Group, Kind, MediaId, MediaItem};
    use glob::Pattern;

    fn item(id: &str, kind: Kind, context: &str) -> MediaItem {
        MediaItem {
            id: MediaId::parse(id).expect("an id"),
            attempt: None,
            group: None,
            kind,
            context: Some(context.to_owned()),
            mimetype: None,
            type_hint: None,
            size: None,
            duration: None,
            places: Vec::new(),
        }
    }

    fn actions(selection: &Selection, refetch: bool) -> Vec<String> {
        let media = vec![item("new", Kind::Image, "face"), item("held", Kind::Video, "selfid_video"), item("bad", Kind::Nfc, "nfc")];
        let mut holding = |item: &MediaItem| {
            Ok(match item.id.as_str() {
                "held" => Holding::Intact { path: "data/x".to_owned(), bytes: 1, refetch: None },
                "bad" => Holding::Damaged("altered".to_owned()),
                _ => Holding::Absent,
            })
        };
        let tasks = plan(media, selection, refetch, &mut holding).expect("a plan");
        let word = |action: &Action| match action {
            Action::Fetch(_) => "fetch",
            Action::Keep(..) => "keep",
            Action::Exclude(_) => "exclude",
        };
        tasks.iter().map(|task| word(&task.action).to_owned()).collect()
    }

    #[test]
    fn what_is_here_is_kept_and_what_is_not_or_is_damaged_is_fetched() {
        assert_eq!(actions(&Selection::default(), false), ["fetch", "keep", "fetch"]);
        assert_eq!(actions(&Selection::default(), true), ["fetch", "fetch", "fetch"]);
    }

    #[test]
    fn a_repair_fetches_what_is_damaged_and_nothing_else() {
        assert_eq!(actions(&Selection { only_damaged: true, ..Selection::default() }, true), ["exclude", "keep", "fetch"]);
    }

    #[test]
    fn a_pattern_is_for_what_a_medium_shows_or_for_the_group_and_that() {
        let group = Some(Group::new("id_document-1", None));
        let page = MediaItem { group, ..item("m", Kind::Image, "page-1") };
        for (pattern, fits) in [("page-*", true), ("id_document-1/page-*", true), ("*-2/page-1", false), ("face", false)] {
            let selection = Selection { contexts: vec![Pattern::new(pattern).expect("a pattern")], ..Selection::default() };
            assert_eq!(selection.excludes(&page).is_none(), fits, "{pattern}");
        }
    }

    #[test]
    fn a_selection_leaves_out_by_sort_and_by_context() {
        let only = Selection { kinds: vec![Kind::Image, Kind::Nfc], ..Selection::default() };
        assert_eq!(actions(&only, false), ["fetch", "exclude", "fetch"]);
        let context = Selection { contexts: vec![Pattern::new("selfid*").expect("a pattern")], ..Selection::default() };
        assert_eq!(actions(&context, false), ["exclude", "keep", "exclude"]);
    }
}
